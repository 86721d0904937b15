// Makes a git repository of examples/tensorflow-app (base and head) and compares its two revisions with the committed
// command line. Needs Node, Python 3 and git; everything else is fetched by the command line itself.
import { slugdiff, TENSORFLOW_APP, withExampleRepository } from "./example-repository.mjs";

const report = "slugdiff-report.json";

process.exitCode = withExampleRepository(TENSORFLOW_APP, (repository) => {
  const { status } = slugdiff(
    ["compare", "--repo", repository, "--base", "main", "--head", "classify-images"]
      .concat(["--format", "markdown", "--output", report])
      .concat(process.argv.slice(2)),
  );
  if (status === 0 || status === 1) console.error(`\nAbove: the pull request's comment. The whole report: ${report}`);
  return status;
});
