// Makes a git repository of examples/model-in-object-storage (before, with its model, and after) and compares the two
// with the committed command line. Options are those of slugdiff compare.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, slugdiff, withExampleRepository } from "./example-repository.mjs";

const example = join(root, "examples/model-in-object-storage");

function makeModel(repository) {
  const file = join(repository, "models/recommender.safetensors");
  const { status, error } = spawnSync("python3", [join(example, "make_model.py"), file], { stdio: "inherit" });
  if (error || status !== 0) throw error ?? new Error("make_model.py failed");
}

const revisions = [
  { branch: "before", message: "Recommend items", directory: join(example, "before"), add: makeModel },
  { branch: "after", message: "Fetch the model at start-up", directory: join(example, "after"), replace: true },
];

process.exitCode = withExampleRepository(revisions, (repository) => {
  const args = ["compare", "--repo", repository, "--base", "before", "--head", "after", ...process.argv.slice(2)];
  return slugdiff(args).status;
});
