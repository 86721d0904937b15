import { SideError } from "../errors.js";
import type { PackageManagerName } from "../model/resolution.js";

/** The file by which Heroku's buildpack knows each package manager (its `lib/package_manager.sh`). */
const FILES: readonly (readonly [string, PackageManagerName])[] = [
  ["Pipfile.lock", "pipenv"],
  ["requirements.txt", "pip"],
  ["poetry.lock", "poetry"],
  ["uv.lock", "uv"],
];

/** What an app may have instead, the most telling first. */
const INSTEAD: readonly (readonly [string, message: string, hint: string])[] = [
  ["Pipfile", "There is a Pipfile, but no Pipfile.lock.", "Run `pipenv lock` and commit Pipfile.lock."],
  [
    "pdm.lock",
    "There is a pdm.lock, and Heroku does not support PDM.",
    "Export a requirements.txt with `pdm export` and commit it.",
  ],
  [
    "pyproject.toml",
    "There is a pyproject.toml, but no lock file.",
    "Run `uv lock` or `poetry lock` and commit the lock file, or add a requirements.txt.",
  ],
  [
    "setup.py",
    "There is a setup.py, but no package manager's file.",
    'Add a requirements.txt with the line "." that installs what setup.py names.',
  ],
];

/**
 * The package manager of an app, by Heroku's rule: exactly one of its files is in the app's root.
 * @param has tells whether there is a file of that path, relative to the app's root
 * @param ignored tells whether there is one that `.slugignore` hides from the build
 * @throws SideError (`invalid`) if there is none, or several: then Heroku's build fails as well
 */
export function detectPackageManager(
  has: (path: string) => boolean,
  ignored: (path: string) => boolean = () => false,
): PackageManagerName {
  const found = FILES.filter(([file]) => has(file));
  const [first, ...others] = found;
  if (first === undefined) throw none(has, ignored);
  if (others.length === 0) return first[1];
  const files = found.map(([file]) => file);
  throw new SideError(
    "invalid",
    "manifest",
    `There are files of several package managers: ${files.join(", ")}.`,
    "Heroku refuses to guess: keep the one that is in use and delete the others.",
  );
}

/** Whether a directory looks like a Python app at all, if perhaps not like one that Heroku can build. */
export function looksLikeApp(has: (path: string) => boolean): boolean {
  return [...FILES, ...INSTEAD].some(([file]) => has(file));
}

/** Whether a file of this name is one by which Heroku's buildpack knows a package manager. */
export function isPackageManagerFile(name: string): boolean {
  return FILES.some(([file]) => file === name);
}

function none(has: (path: string) => boolean, ignored: (path: string) => boolean): SideError {
  const [hidden] = FILES.find(([file]) => ignored(file)) ?? [];
  if (hidden !== undefined) {
    return new SideError(
      "invalid",
      "manifest",
      `.slugignore leaves ${hidden} out, before Heroku's build looks for it.`,
      `Change the pattern in .slugignore that matches ${hidden}.`,
    );
  }
  const instead = INSTEAD.find(([file]) => has(file));
  return instead === undefined
    ? new SideError(
        "invalid",
        "manifest",
        "There is no file of a package manager.",
        `Heroku looks for ${FILES.map(([file]) => file).join(", ")} in the app's root.`,
      )
    : new SideError("invalid", "manifest", instead[1], instead[2]);
}
