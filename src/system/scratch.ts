import { lstat, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { UserError } from "../errors.js";
import { hasEnded, PROCESS_IDENTITY, thisProcess, type ProcessIdentity } from "./process-identity.js";
import { removeTree } from "./remove-tree.js";
import { systemErrorCode } from "./system-error.js";

/** A directory of one run's own. */
export interface Scratch {
  /** Absolute path. */
  readonly directory: string;
  /** Removes it and all that is in it; may be called more than once. */
  remove(): Promise<void>;
}

/** File in a scratch directory that says which process it is of. */
const OWNER = "owner.json";

/**
 * Makes a scratch directory under the runner's temporary directory, else the system's. Those that killed runs have left there
 * are removed meanwhile.
 * @throws UserError if there is no room or no permission
 */
export async function createScratch(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Scratch> {
  // Children have other working directories, to which a relative path would mean something else.
  const parent = resolve(env.RUNNER_TEMP === "" ? tmpdir() : (env.RUNNER_TEMP ?? tmpdir()));
  const self = await thisProcess();
  let directory: string;
  try {
    directory = await mkdtemp(join(parent, "slugdiff-"));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new UserError(
      `No scratch directory could be made in ${parent}: ${code}.`,
      "Set TMPDIR to a directory with room, where you may write.",
    );
  }
  // A full disk is told of by what comes next.
  if (self !== null) await writeFile(join(directory, OWNER), JSON.stringify(self)).catch(() => undefined);
  const sweeping = self === null ? Promise.resolve() : sweep(parent, self, signal);
  return {
    directory,
    remove: async () => {
      await removeScratch(directory);
      await sweeping;
    },
  };
}

/** Removes what runs that were killed have left. What fails is left to the next run. */
async function sweep(parent: string, self: ProcessIdentity, signal: AbortSignal): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((each) => /^slugdiff-\w{6}$/.test(each))) {
    if (signal.aborted) return;
    const directory = join(parent, name);
    try {
      if (await isLeft(directory, self)) await removeScratch(directory);
    } catch {
      // Another run removes it too, or a build as another user has left files in it.
    }
  }
}

/**
 * Whether a directory is scratch of this user's whose run has ended. In doubt it is not: of a run in another container, or
 * one that has only begun.
 */
async function isLeft(directory: string, self: ProcessIdentity): Promise<boolean> {
  const status = await lstat(directory);
  // As `mkdtemp` makes it: nobody else can have written what is in it, or put something else in its place.
  if (!status.isDirectory() || status.uid !== process.getuid?.() || (status.mode & 0o077) !== 0) return false;
  const owner = PROCESS_IDENTITY.safeParse(JSON.parse(await readFile(join(directory, OWNER), "utf8")));
  if (!owner.success || !(await hasEnded(owner.data, self))) return false;
  // No run mounts anything there; what somebody else has is not to be emptied.
  return !(await readFile("/proc/self/mountinfo", "utf8")).includes(`/${basename(directory)}`);
}

/** Removes a scratch directory; whose it is is known until nothing else is left in it. */
async function removeScratch(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) if (name !== OWNER) await removeTree(join(directory, name));
  await removeTree(directory);
}
