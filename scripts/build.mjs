// Bundles each composition root into its own folder of dist/, with all it needs beside it: `node dist/cli/index.js`
// runs from a fresh clone. The same sources give the same bytes in any directory.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { writePage } from "./page.mjs";

const require = createRequire(import.meta.url);
const ncc = require.resolve("@vercel/ncc/dist/ncc/cli.js");
const out = process.argv[2] ?? "dist";

/** Bundles one entry into a folder. */
function bundle(entry, folder, ...options) {
  const args = [ncc, "build", entry, "-o", folder, "--license", "licenses.txt", "--quiet", ...options];
  const { status } = spawnSync("node", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`ncc failed on ${entry}`);
}

/** Files that the sources use at run time, which `src/system/asset.ts` finds: scripts, hashes of pinned tools, the page. */
function assets() {
  const files = readdirSync("src", { recursive: true }).filter((file) =>
    /\.(?:py|sh|txt)$|report-page\.html$/.test(file),
  );
  const names = files.map((file) => basename(file));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`two assets are called ${twice}`);
  return files.map((file) => join("src", file));
}

await writePage();
rmSync(out, { recursive: true, force: true });
const scratch = mkdtempSync(join(tmpdir(), "slugdiff-build-"));
try {
  bundle("src/comment.ts", join(out, "comment")); // Weighs nothing, so it needs nothing beside it.
  bundle("src/store/cache-process.ts", join(out, "cache-process"));
  // Where an optional module becomes a chunk of its own, ncc writes that chunk's licences alone.
  bundle("src/store/cache-process.ts", join(scratch, "licences"), "--external", "kerberos");
  copyFileSync(join(scratch, "licences/licenses.txt"), join(out, "cache-process/licenses.txt"));
  bundle("src/weigh/worker.ts", scratch);
  for (const [entry, folder] of [
    ["src/cli.ts", join(out, "cli")],
    ["src/main.ts", join(out, "main")],
  ]) {
    bundle(entry, folder);
    copyFileSync(join(scratch, "index.js"), join(folder, "weigh-worker.js"));
    for (const file of assets()) copyFileSync(file, join(folder, basename(file)));
    copyFileSync(require.resolve("zlib-streams/zlib-streams.wasm"), join(folder, "zlib-streams.wasm"));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
