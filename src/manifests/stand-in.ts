import { copyFile, mkdtemp, readdir, realpath, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../ports.js";

/**
 * Does `work` in a directory that stands for the app: copies of `files`, which tools write beside, and links to what these may
 * name. Without anything hidden: Poetry runs the Python in a `.venv` and loads plugins from a `.poetry`, which a pull
 * request may have brought. What `work` gives may name files of the directory; see `backToApp`.
 */
export async function inStandIn<T>(
  app: string,
  files: readonly string[],
  context: Context,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await realpath(await mkdtemp(join(context.scratch, "stand-in-")));
  try {
    for (const name of await readdir(app)) {
      if (files.includes(name)) await copyFile(join(app, name), join(directory, name));
      else if (!name.startsWith(".")) await symlink(join(app, name), join(directory, name));
    }
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
