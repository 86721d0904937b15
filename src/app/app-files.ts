import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { SideError } from "../errors.js";
import { PYTHON_HOME } from "../model/target.js";
import type { TreeEntry } from "../model/tree.js";
import { ignoredPaths, parseSlugignore, slugignoreNotes } from "./slugignore.js";

/** What the app itself brings to the build, and so to the slug. */
export interface AppFiles {
  /** What ships, in tar order, relative to the slug root. */
  readonly entries: readonly TreeEntry[];
  /** How many files and symbolic links `.slugignore` leaves out. */
  readonly ignored: number;
  readonly notes: readonly string[];
}

/**
 * Does to a checkout what Heroku does before it builds: deletes what `.slugignore` names.
 * @param entries of the checkout, in tar order
 * @param root absolute path of the checkout, which is changed
 * @throws SideError if Heroku's buildpack would refuse the app
 */
export async function prepareApp(
  { entries }: { readonly entries: readonly TreeEntry[] },
  root: string,
): Promise<AppFiles> {
  const text = entries.some(({ path, kind }) => path === ".slugignore" && kind === "file")
    ? await readFile(join(root, ".slugignore"), "utf8")
    : "";
  const ignored = ignoredPaths(parseSlugignore(text), entries);
  const outermost = [...ignored].filter((path) => !ignored.has(path.slice(0, Math.max(0, path.lastIndexOf("/")))));
  for (const path of outermost) await rm(join(root, path), { recursive: true, force: true });
  const kept = entries.filter(({ path }) => !ignored.has(path));
  refuseWhatHerokuRefuses(kept);
  return {
    entries: kept,
    ignored: entries.filter(({ path, kind }) => ignored.has(path) && kind !== "directory").length,
    notes: slugignoreNotes(text, entries),
  };
}

/** The buildpack's own checks (heroku-buildpack-python, `lib/checks.sh`): each fails the build. */
function refuseWhatHerokuRefuses(entries: readonly TreeEntry[]): void {
  if (entries.some(({ path }) => path === PYTHON_HOME)) {
    throw new SideError(
      "invalid",
      "manifest",
      `The app holds ${PYTHON_HOME}/, where Heroku installs Python; its build fails.`,
      `Remove it from the repository: git rm -r ${PYTHON_HOME}`,
    );
  }
  for (const name of [".venv", "venv"]) {
    if (entries.some(({ path }) => path === `${name}/pyvenv.cfg`)) {
      throw new SideError(
        "invalid",
        "manifest",
        `The app holds a virtual environment, ${name}/; Heroku's build fails.`,
        `Remove it from the repository (git rm -r --cached ${name}) and add ${name}/ to .gitignore.`,
      );
    }
  }
}
