// Runs the tests of the examples. Their servers are built by Go the first time, which takes a minute or two.
// usage: node scripts/examples.mjs [arguments for jest]
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slugdiff-examples");

/** Path of a Go program at a version, built if it is not there yet. */
function goTool(path, version) {
  const name = path.split("/").at(-1);
  const directory = join(cache, `${name}-${version}`);
  const program = join(directory, name);
  if (!existsSync(program)) {
    mkdirSync(directory, { recursive: true });
    console.log(`Installing ${name} ${version} into ${directory}`);
    execFileSync("go", ["install", `${path}@${version}`], {
      stdio: "inherit",
      env: { ...process.env, GOBIN: directory },
    });
  }
  return program;
}

const { status, error } = spawnSync(
  "node",
  [
    fileURLToPath(new URL("jest.mjs", import.meta.url)),
    "--config",
    fileURLToPath(new URL("../jest.examples.config.js", import.meta.url)),
    ...process.argv.slice(2),
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      SLUGDIFF_VERSITYGW: goTool("github.com/versity/versitygw/cmd/versitygw", "v1.8.0"),
      SLUGDIFF_FAKE_GCS: goTool("github.com/fsouza/fake-gcs-server", "v1.56.1"),
    },
  },
);
if (error) throw error;
process.exit(status ?? 1);
