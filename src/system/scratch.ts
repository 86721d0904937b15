import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../errors.js";
import { removeTree } from "./remove-tree.js";
import { systemErrorCode } from "./system-error.js";

/** A directory of one run's own. */
export interface Scratch {
  /** Absolute path. */
  readonly directory: string;
  /** Removes it and all that is in it; may be called more than once. */
  remove(): Promise<void>;
}

/**
 * Makes a scratch directory under the runner's temporary directory, else the system's.
 * @throws UserError if there is no room or no permission
 */
export async function createScratch(env: Readonly<Record<string, string | undefined>>): Promise<Scratch> {
  // Children have other working directories, to which a relative path would mean something else.
  const parent = resolve(env.RUNNER_TEMP === "" ? tmpdir() : (env.RUNNER_TEMP ?? tmpdir()));
  try {
    const directory = await mkdtemp(join(parent, "slugdiff-"));
    return { directory, remove: () => removeTree(directory) };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new UserError(
      `No scratch directory could be made in ${parent}: ${code}.`,
      "Set TMPDIR to a directory with room.",
    );
  }
}
