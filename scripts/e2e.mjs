// Runs whole workflows against dist/ with act, which needs Go to be installed the first time.
// usage: node scripts/e2e.mjs [arguments for jest]; SLUGDIFF_DIST names another bundle than dist/.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installGo, runSuite, suiteCache } from "./suite.mjs";

const VERSION = "0.2.89";
const cache = suiteCache("slugdiff-e2e");

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
  installGo("github.com/nektos/act", `v${VERSION}`, directory);
  if (!isAct(own)) throw new Error(`${own} is not act ${VERSION}`);
  return own;
}

runSuite("jest.e2e.config.js", { SLUGDIFF_ACT: findAct(), SLUGDIFF_E2E_CACHE: cache });
