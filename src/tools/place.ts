import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { makeDirectory } from "../system/make-directory.js";

/** Half-made directories start with this; what made them may have been killed. */
const PARTIAL = ".partial-";

/** A half-made directory this old, in milliseconds, has lost whoever was making it. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000;

/**
 * The directory `parent/name`, made by `fill` if it is not there. It appears whole or not at all: `fill` works in a
 * sibling that is then renamed. Two processes may do it at once, and the first to finish wins. What `fill` makes must
 * not hold the path it is made under.
 * @throws UserError if the directory can't be written; whatever `fill` throws
 */
export async function place(parent: string, name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const target = join(parent, name);
  if (await isDirectory(target)) return target;
  const partial = join(parent, `${PARTIAL}${name}-${randomBytes(6).toString("hex")}`);
  try {
    await makeDirectory(parent);
    await removeAbandoned(parent);
    await mkdir(partial);
    await fill(partial);
    await rename(partial, target);
  } catch (error) {
    // What can't be removed now is removed as abandoned, later.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    const code = codeOf(error);
    // Another process has just finished the same.
    if (code === "ENOTEMPTY" || code === "EEXIST") return target;
    if (code === null) throw error;
    const mend = code === "ENOSPC" || code === "EDQUOT" ? "Free some space there" : "Make it writable";
    throw new UserError(
      `${parent} can't be written: ${code}.`,
      `${mend}, or keep nothing there: --cache-dir DIR for another directory, --no-cache for none.`,
    );
  }
  return target;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PARTIAL)) continue;
    const path = join(parent, name);
    try {
      if (Date.now() - (await stat(path)).mtimeMs > ABANDONED_AFTER) await rm(path, { recursive: true, force: true });
    } catch {
      // Gone already, or not ours to remove: no reason to stop.
    }
  }
}

/** A file system error's code, such as ENOSPC; null for every other error. */
function codeOf(error: unknown): string | null {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}
