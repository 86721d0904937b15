import { SideError } from "../errors.js";

/** One entry of a git tree or of the index. */
export interface GitEntry {
  /** As git writes it: `100644`, `100755`, `120000` (symbolic link), `160000` (submodule). */
  readonly mode: string;
  readonly id: string;
  /** Relative to the app's directory, with `/`; any bytes but NUL. */
  readonly path: Buffer;
}

/** A file or symbolic link to be written. */
export interface PlannedFile {
  /** Relative to the app's directory, with `/`. */
  readonly path: string;
  readonly kind: "file" | "symlink";
  readonly executable: boolean;
  readonly entry: GitEntry;
}

/** What is to be written, such that nothing can be written anywhere else. */
export interface TreePlan {
  /** Parents before their children. */
  readonly directories: readonly string[];
  readonly files: readonly PlannedFile[];
  /** Paths of submodules: git stores only which commit of another repository belongs there. */
  readonly submodules: readonly string[];
  /** How many names are not UTF-8 and are written under another. */
  readonly renamed: number;
}

/**
 * Lays out git's entries as files under one directory.
 *
 * A tree object can be made to hold names that `git checkout` refuses too: `..`, `.git`, or one name twice, once as a
 * symbolic link and once as a directory. They are refused here, so that every directory is one that we made and
 * no write can leave the directory or plant a repository in it.
 *
 * Everything after this names files by strings, so a name that is not UTF-8 is read as Latin-1.
 * @throws SideError if a name is refused
 */
export function planTree(entries: readonly GitEntry[]): TreePlan {
  const directories = new Set<string>();
  const files = new Map<string, PlannedFile>();
  const submodules: string[] = [];
  const foreign: { readonly entry: GitEntry; readonly path: string }[] = [];

  const place = (entry: GitEntry, path: string): void => {
    refuseUnsafe(path);
    if (entry.mode === "160000") {
      submodules.push(path);
      return;
    }
    if (files.has(path)) throw refusal(path, "it is there twice");
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const parent = path.slice(0, at);
      if (directories.has(parent)) break;
      directories.add(parent);
    }
    files.set(path, {
      path,
      kind: entry.mode === "120000" ? "symlink" : "file",
      executable: entry.mode === "100755",
      entry,
    });
  };

  for (const entry of entries) {
    const path = decodeUtf8(entry.path);
    if (path === null) foreign.push({ entry, path: decodeForeign(entry.path) });
    else place(entry, path);
  }
  for (const { entry, path } of foreign) {
    let free = path;
    while (files.has(free) || directories.has(free)) free += "~";
    place(entry, free);
  }
  for (const path of files.keys()) {
    if (directories.has(path)) throw refusal(path, "it is both a file and a directory");
  }
  return {
    directories: [...directories].sort((a, b) => a.split("/").length - b.split("/").length),
    files: [...files.values()],
    submodules,
    renamed: foreign.length,
  };
}

function refuseUnsafe(path: string): void {
  for (const name of path.split("/")) {
    if (name === "" || name === "." || name === "..") throw refusal(path, `it has a part named "${name}"`);
    // Build tools run git in the checkout; on a file system that ignores case, `.GIT` would be its repository.
    if (name.toLowerCase() === ".git") throw refusal(path, "it would be a Git repository inside the app");
  }
}

function refusal(path: string, why: string): SideError {
  return new SideError(
    "invalid",
    "revision",
    `The commit holds a path that Git itself refuses to check out, ${JSON.stringify(path)}: ${why}.`,
    "Remove it from the commit; `git fsck` names such paths.",
  );
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of these bytes; null if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

function decodeForeign(path: Buffer): string {
  // Names within a path were written by different people at different times: each is judged by itself.
  const names = path.toString("latin1").split("/");
  return names.map((name) => decodeUtf8(Buffer.from(name, "latin1")) ?? name).join("/");
}
