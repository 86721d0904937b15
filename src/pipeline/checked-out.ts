import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import type { Revision } from "../model/slug.js";
import type { CheckedOut } from "../revisions/repository.js";
import type { Parts } from "./parts.js";

/** An app's files at one revision, as Heroku would check them out. */
export interface CheckedOutApp extends CheckedOut {
  readonly revision: Revision;
  /** Absolute path of the directory that stands for the slug root. */
  readonly root: string;
}

/**
 * Writes the app's files at a revision into a directory; null if the app does not exist there.
 * @param root absolute path; the directory is made
 */
export async function checkOutApp(
  revision: Revision,
  root: string,
  app: string,
  { repository }: Parts,
): Promise<CheckedOutApp | null> {
  const checkedOut = await repository.checkOut(revision, app, root);
  return checkedOut === null ? null : { ...checkedOut, revision, root };
}

/**
 * Text of a file of the app; null if there is none, or none that is a plain file. Symbolic links are not followed:
 * they may lead out of the app.
 */
export async function readAppFile(app: CheckedOutApp, path: string): Promise<string | null> {
  if (!app.entries.some((entry) => entry.path === path && entry.kind === "file")) return null;
  try {
    return await readFile(join(app.root, path), "utf8");
  } catch (error) {
    // `.slugignore` has removed it in between.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UserError(`${path} can't be read: ${code}.`, "Check its permissions.");
  }
}

/** Texts of those of the files that `readAppFile` gives one for, by path. */
export async function readAppFiles(app: CheckedOutApp, paths: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readAppFile(app, path);
    if (text !== null) texts.set(path, text);
  }
  return texts;
}
