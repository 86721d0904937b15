// Makes git repositories of the examples, which are kept as one directory per revision.
import { spawnSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Bytes that compress as badly as trained weights do, the same on every run. */
function weights(bytes) {
  return createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

const tensorflowApp = join(root, "examples/tensorflow-app");

/** The revisions of examples/tensorflow-app: `main`, and `classify-images` with a model. */
export const TENSORFLOW_APP = [
  { branch: "main", message: "Count positive numbers", directory: join(tensorflowApp, "base") },
  {
    branch: "classify-images",
    message: "Classify uploaded images",
    directory: join(tensorflowApp, "head"),
    add: (repository) => {
      mkdirSync(join(repository, "models"));
      writeFileSync(join(repository, "models/classifier.h5"), weights(20 * 1024 * 1024));
    },
  },
];

/**
 * Calls `use` with the path of a git repository that has a branch per revision, each on top of the one before, and
 * removes it afterwards. A revision: {branch, message, directory?, add?: (path of the repository) => void}. The files of
 * a directory replace those of the one before where `replace` is set, else they are added to them.
 */
export function withExampleRepository(revisions, use) {
  const scratch = mkdtempSync(join(tmpdir(), "slugdiff-example-"));
  const repository = join(scratch, "app");
  process.on("SIGINT", () => undefined); // The command line gets it too, and ends by itself; then we clean up.
  const git = (...args) => {
    const identity = ["-c", "user.name=Demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false"];
    const { status, error } = spawnSync("git", ["-C", repository, ...identity, ...args], {
      // Fixed times give the commits the same names on every run.
      env: { ...process.env, GIT_AUTHOR_DATE: "2026-11-20T00:00:00Z", GIT_COMMITTER_DATE: "2026-11-20T00:00:00Z" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (error || status !== 0) throw error ?? new Error(`git ${args[0]} failed`);
  };
  try {
    for (const [index, { branch, message, directory, replace = false, add }] of revisions.entries()) {
      if (index === 0) spawnSync("git", ["init", "--quiet", `--initial-branch=${branch}`, repository]);
      else git("checkout", "--quiet", "-b", branch);
      if (index > 0 && replace) git("rm", "-r", "--quiet", ".");
      if (directory !== undefined) cpSync(directory, repository, { recursive: true });
      add?.(repository);
      git("add", "--all");
      git("commit", "--quiet", `--message=${message}`);
    }
    return use(repository);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs the committed command line. Gives its exit status, and what it prints if `stdio` asks for that. */
export function slugdiff(args, options = {}) {
  const { status, stdout } = spawnSync(process.execPath, [join(root, "dist/cli/index.js"), ...args], {
    stdio: "inherit",
    ...options,
  });
  return { status: status ?? 2, stdout };
}
