import { UserError } from "../errors.js";
import type { Commit } from "../model/commit.js";
import { lastLines } from "../system/run.js";
import { splitAtNul, type Git } from "./git.js";

/** The commits of a line of history that were asked for. */
export interface Log {
  /** The newest first. */
  readonly commits: readonly Commit[];
  /** Whether there may be more that this clone does not have. */
  readonly isCut: boolean;
}

/** Which commits are wanted. */
export interface LogOptions {
  /** Only those that change this directory, relative to the top of the repository; default: all. */
  readonly directory?: string;
  /** At most so many. */
  readonly most: number;
}

/**
 * A commit and its first parents, as far as they are here: what a branch was at, if it was never pushed to by force.
 * @param git in a repository where the commit itself is
 * @throws UserError if git can't tell, as where trees are missing that it would have to compare
 */
export async function firstParents(git: Git, sha: string, { directory, most }: LogOptions): Promise<Log> {
  const paths = directory === undefined || directory === "." ? [] : ["--", directory];
  const format = ["-z", "--format=%H%n%ct%n%s"];
  const { code, stdout, stderr } = await git.run([
    ...["log", "--first-parent", "--no-show-signature", `--max-count=${String(most)}`, ...format, sha],
    ...paths,
  ]);
  const commits = splitAtNul(stdout).map(commitIn);
  // Where a clone was made with a filter and cut off as well, git fails at the first commit that is missing.
  if (code !== 0 && commits.length === 0) {
    throw new UserError(
      `Git can't tell the history of ${sha.slice(0, 7)}.`,
      "Clone with history and trees: `fetch-depth: 0` of actions/checkout, and no `--filter=tree:0`.",
      lastLines(stderr),
    );
  }
  const isShallow = async (): Promise<boolean> => (await git.line(["rev-parse", "--is-shallow-repository"])) === "true";
  const isCut = code !== 0 || (commits.length < most && (await isShallow()));
  return { commits, isCut };
}

/** `<name> LF <seconds since 1970> LF <subject>` */
function commitIn(record: Buffer): Commit {
  const [sha = "", seconds = "", ...subject] = record.toString("utf8").split("\n");
  const date = `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
  return { sha, date, subject: subject.join(" ") };
}
