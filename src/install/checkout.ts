import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PYTHON_HOME } from "../model/target.js";
import type { Context } from "../ports.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { installError } from "./errors.js";

/** Where pip, told by the buildpack, checks out an editable repository: relative to the slug root. */
export function checkoutPath(name: string): string {
  return `${PYTHON_HOME}/src/${name}`;
}

/**
 * Checks a repository out into a root, with its `.git`, as pip does for an editable requirement.
 * What git writes of this run (times, the committer, the state of files on disk) is left out or fixed; which objects a server
 * packs together remains its own affair.
 */
export async function checkOut(
  root: string,
  name: string,
  url: string,
  commit: string,
  context: Context,
): Promise<void> {
  const folder = join(root, checkoutPath(name));
  const git = async (...args: string[]): Promise<void> => {
    const result = await run("git", ["-c", "core.hooksPath=/dev/null", ...args], {
      cwd: root,
      env: {
        ...toolEnvironment(context.env),
        GIT_COMMITTER_NAME: "heroku",
        GIT_COMMITTER_EMAIL: "heroku@localhost",
        GIT_COMMITTER_DATE: "2020-01-01T00:00:00Z",
      },
      signal: context.signal,
    });
    if (result.code !== 0) {
      throw installError(
        `The repository of ${name} could not be checked out`,
        lastLines(result.stderr),
        context,
        "Check the address and the commit, and that this machine may read it.",
      );
    }
  };
  await git("clone", "--quiet", "--no-checkout", "--", url, folder);
  await git("-C", folder, "checkout", "--quiet", commit);
  await git("-C", folder, "submodule", "--quiet", "update", "--init", "--recursive");
  // The index holds times and inodes of the files: an index that was never matched with them does not.
  await rm(join(folder, ".git/index"));
  await git("-C", folder, "read-tree", "HEAD");
}
