// What the suites share that need programs of their own.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A directory for a suite's programs, which stay for the next time. */
export function suiteCache(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), name);
}

/** Builds a Go program at a version (`v1.2.3`) into a directory of its own. */
export function installGo(path, version, directory) {
  mkdirSync(directory, { recursive: true });
  console.log(`Installing ${path.split("/").at(-1)} ${version} into ${directory}`);
  execFileSync("go", ["install", `${path}@${version}`], {
    stdio: "inherit",
    env: { ...process.env, GOBIN: directory },
  });
}

/** Runs jest with a configuration of the top folder and this process's arguments, and ends as it does. */
export function runSuite(config, env) {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  const args = [here("jest.mjs"), "--config", here(`../${config}`), ...process.argv.slice(2)];
  const { status, error } = spawnSync("node", args, { stdio: "inherit", env: { ...process.env, ...env } });
  if (error) throw error;
  process.exit(status ?? 1);
}
