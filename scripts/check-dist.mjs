// Fails if the committed dist/ is not what the sources give, file for file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

function files(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-dist-"));
try {
  const { status } = spawnSync("node", ["scripts/build.mjs", scratch], { stdio: "inherit" });
  if (status !== 0) throw new Error("the build failed");
  const all = [...new Set([...files("dist"), ...files(scratch)])];
  const same = (name) => {
    try {
      return readFileSync(join("dist", name)).equals(readFileSync(join(scratch, name)));
    } catch {
      return false;
    }
  };
  const stale = all.filter((name) => !same(name));
  if (stale.length > 0) {
    console.error(`dist/ is not what the sources give: ${stale.join(", ")}.\nRun "npm run build" and commit dist/.`);
    process.exitCode = 1;
  } else {
    console.log(`dist/ is up to date: ${all.length} files.`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
