// Makes a git repository of examples/tensorflow-app (base and head) and compares its two revisions with the committed
// command line. Needs Node, Python 3 and git; everything else is fetched by the command line itself.
import { createCipheriv } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, slugdiff, withExampleRepository } from "./example-repository.mjs";

const example = join(root, "examples/tensorflow-app");
const report = "slugdiff-report.json";

/** Bytes that compress as badly as trained weights do, the same on every run. */
function weights(bytes) {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

const revisions = [
  { branch: "main", message: "Count positive numbers", directory: join(example, "base") },
  {
    branch: "classify-images",
    message: "Classify uploaded images",
    directory: join(example, "head"),
    add: (repository) => {
      mkdirSync(join(repository, "models"));
      writeFileSync(join(repository, "models/classifier.h5"), weights(20 * 1024 * 1024));
    },
  },
];

process.exitCode = withExampleRepository(revisions, (repository) => {
  const { status } = slugdiff(
    ["compare", "--repo", repository, "--base", "main", "--head", "classify-images"]
      .concat(["--format", "markdown", "--output", report])
      .concat(process.argv.slice(2)),
  );
  if (status === 0 || status === 1) console.error(`\nAbove: the pull request's comment. The whole report: ${report}`);
  return status;
});
