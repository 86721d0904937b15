import { UserError } from "../errors.js";
import type { Revision } from "../model/slug.js";
import type { Git } from "./git.js";

/** Where the default branch may be, best first. */
const DEFAULT_BRANCHES = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/**
 * The merge base of `head` (of `HEAD` for the worktree) with the default branch.
 * @param git in the user's repository
 * @throws UserError if there is no default branch, or no common commit in the history that is here
 */
export async function findDefaultBase(git: Git, head: Revision): Promise<Revision> {
  const branch = await firstBranch(git);
  if (branch === null) {
    throw new UserError(
      `The default branch can't be told: there is none of ${DEFAULT_BRANCHES.join(", ")}.`,
      "Name the revision to compare with: --base REV.",
    );
  }
  const sha = await git.line(["merge-base", branch.sha, head.sha ?? "HEAD"]);
  if (sha === null || sha === "") {
    const shallow = (await git.line(["rev-parse", "--is-shallow-repository"])) === "true";
    throw new UserError(
      `${head.ref} and ${branch.name} have no commit in common${shallow ? " in this shallow clone" : ""}.`,
      `Name the revision to compare with: --base REV${shallow ? ", or fetch more history: git fetch --unshallow" : ""}.`,
    );
  }
  return { ref: `merge base with ${branch.name}`, sha };
}

async function firstBranch(git: Git): Promise<{ readonly name: string; readonly sha: string } | null> {
  for (const name of DEFAULT_BRANCHES) {
    const ref = name.startsWith("origin/") ? `refs/remotes/${name}` : `refs/heads/${name}`;
    const sha = await git.line(["rev-parse", "--quiet", "--verify", `${ref}^{commit}`]);
    if (sha !== null) return { name, sha };
  }
  return null;
}
