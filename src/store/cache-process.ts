import { isFeatureAvailable, restoreCache, saveCache } from "@actions/cache";

/**
 * A program of its own, the only one that uses the toolkit's cache client: `restore DIRECTORY KEY…` or `save DIRECTORY KEY`, with a
 * directory of the working directory. What the client has to say is on standard output, as commands to a runner.
 */
const [command, directory = "", ...keys] = process.argv.slice(2);
// Paths in the archive are relative to the one, and it is made in the other.
process.env.GITHUB_WORKSPACE = process.env.RUNNER_TEMP = process.cwd();

if (isFeatureAvailable()) {
  for (const key of keys) {
    if (command === "save") await saveCache([directory], key);
    // One key after the other: asked for together, GitHub prefers a wider one on the pull request to a narrower one on its base.
    else if ((await restoreCache([directory], key, [key])) !== undefined) break;
  }
}
// Connections that are kept alive would keep the process, too.
process.exit();
