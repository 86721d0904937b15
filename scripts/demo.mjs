// Makes a git repository of examples/tensorflow-app (base and head) and compares its two revisions with the committed
// command line. Needs Node, Python 3 and git; everything else is fetched by the command line itself.
import { spawnSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = join(root, "examples/tensorflow-app");
const report = "slugdiff-report.json";
const scratch = mkdtempSync(join(tmpdir(), "slugdiff-demo-"));
const repository = join(scratch, "app");

function git(...args) {
  const identity = ["-c", "user.name=Demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false"];
  const { status, error } = spawnSync("git", ["-C", repository, ...identity, ...args], {
    // Fixed times give the commits the same names on every run.
    env: { ...process.env, GIT_AUTHOR_DATE: "2026-11-20T00:00:00Z", GIT_COMMITTER_DATE: "2026-11-20T00:00:00Z" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (error || status !== 0) throw error ?? new Error(`git ${args[0]} failed`);
}

/** Bytes that compress as badly as trained weights do, the same on every run. */
function weights(bytes) {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

process.on("SIGINT", () => undefined); // The command line gets it too, and ends by itself; then we clean up.
try {
  cpSync(join(example, "base"), repository, { recursive: true });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=Count positive numbers");
  git("checkout", "--quiet", "-b", "classify-images");
  cpSync(join(example, "head"), repository, { recursive: true });
  mkdirSync(join(repository, "models"));
  writeFileSync(join(repository, "models/classifier.h5"), weights(20 * 1024 * 1024));
  git("add", "--all");
  git("commit", "--quiet", "--message=Classify uploaded images");

  const { status } = spawnSync(
    process.execPath,
    [join(root, "dist/cli/index.js"), "compare", "--repo", repository, "--base", "main", "--head", "classify-images"]
      .concat(["--format", "markdown", "--output", report])
      .concat(process.argv.slice(2)),
    { stdio: "inherit" },
  );
  if (status === 0 || status === 1) console.error(`\nAbove: the pull request's comment. The whole report: ${report}`);
  process.exitCode = status ?? 2;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
