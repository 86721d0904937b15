// Runs the tests of the examples. Their servers are built by Go the first time, which takes a minute or two.
// usage: node scripts/examples.mjs [arguments for jest]
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installGo, runSuite, suiteCache } from "./suite.mjs";

const cache = suiteCache("slugdiff-examples");

/** Path of a Go program at a version, built if it is not there yet. */
function goTool(path, version) {
  const name = path.split("/").at(-1);
  const directory = join(cache, `${name}-${version}`);
  const program = join(directory, name);
  if (!existsSync(program)) installGo(path, version, directory);
  return program;
}

runSuite("jest.examples.config.js", {
  SLUGDIFF_VERSITYGW: goTool("github.com/versity/versitygw/cmd/versitygw", "v1.8.0"),
  SLUGDIFF_FAKE_GCS: goTool("github.com/fsouza/fake-gcs-server", "v1.56.1"),
});
