import { constants } from "node:fs";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Context } from "../ports.js";

/**
 * Does `work` in a copy of the app, for tools that may build what the app holds: setuptools, for one, writes beside the
 * sources. Version control is left out, as Heroku's build does not have it. What `work` gives may name files of the copy;
 * see `backToApp`.
 */
export async function inCopy<T>(app: string, context: Context, work: (copy: string) => Promise<T>): Promise<T> {
  const directory = await realpath(await mkdtemp(join(context.scratch, "app-")));
  try {
    const copy = join(directory, "app");
    await cp(app, copy, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => basename(source) !== ".git",
    });
    return await work(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The text of a lock that was made in a copy, naming the app's own files. */
export function backToApp(pylock: string, copy: string, app: string): string {
  return pylock.replaceAll(copy, app);
}
