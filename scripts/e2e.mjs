// Runs whole workflows against dist/ with act, which needs Go to be installed the first time.
// usage: node scripts/e2e.mjs [arguments for jest]; SLUGDIFF_DIST names another bundle than dist/.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "0.2.89";
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slugdiff-e2e");

/** Whether this is act of the wanted version. */
function isAct(path) {
  if (!existsSync(path)) return false;
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  // What `go install` builds says its version only since Go stamps it into the binary.
  return new RegExp(`\\b${VERSION.replaceAll(".", "\\.")}\\b`).test(stdout);
}

function findAct() {
  const near = fileURLToPath(new URL("../.bin/act", import.meta.url));
  if (isAct(near)) return near;
  const directory = join(cache, `act-${VERSION}`);
  const own = join(directory, "act");
  if (isAct(own)) return own;
  mkdirSync(directory, { recursive: true });
  console.log(`Installing act ${VERSION} into ${directory}`);
  execFileSync("go", ["install", `github.com/nektos/act@v${VERSION}`], {
    stdio: "inherit",
    env: { ...process.env, GOBIN: directory },
  });
  if (!isAct(own)) throw new Error(`${own} is not act ${VERSION}`);
  return own;
}

const { status, error } = spawnSync(
  "node",
  [
    fileURLToPath(new URL("jest.mjs", import.meta.url)),
    "--config",
    fileURLToPath(new URL("../jest.e2e.config.js", import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: { ...process.env, SLUGDIFF_ACT: findAct(), SLUGDIFF_E2E_CACHE: cache } },
);
if (error) throw error;
process.exit(status ?? 1);
