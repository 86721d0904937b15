import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { SideError } from "../errors.js";
import { compareBytes, inTarOrder, type TreeEntry } from "../model/tree.js";
import { systemErrorCode } from "../system/system-error.js";

/**
 * The entries below a directory, in tar order; the directory itself is none of them. Hard links count as files of their
 * own. Nothing is followed out of the tree.
 * @param root absolute path of the directory
 * @param paths list these entries only, relative to `root`; a directory among them stands for itself, not for what is in it
 * @throws SideError for what a slug can't hold (sockets, devices, names that are not UTF-8), and for what can't be read
 */
export function scanTree(root: string, paths?: readonly string[]): TreeEntry[] {
  if (paths) return inTarOrder(paths.map((path) => describe(root, path)));
  const entries: TreeEntry[] = [];
  const walk = (directory: string): void => {
    for (const name of namesIn(root, directory)) {
      const entry = describe(root, directory === "" ? name : `${directory}/${name}`);
      entries.push(entry);
      if (entry.kind === "directory") walk(entry.path);
    }
  };
  walk("");
  return entries;
}

function namesIn(root: string, directory: string): string[] {
  const names = attempt(directory, () => readdirSync(join(root, directory), { encoding: "buffer" }));
  return names
    .map((bytes) => {
      const name = bytes.toString("utf8");
      if (!Buffer.from(name).equals(bytes)) {
        throw unweighable(
          `A name in ${directory === "" ? "the slug root" : directory} is not UTF-8: ${name}.`,
          "Rename it.",
        );
      }
      return name;
    })
    .sort(compareBytes);
}

function describe(root: string, path: string): TreeEntry {
  const absolute = join(root, path);
  const stats = attempt(path, () => lstatSync(absolute));
  if (stats.isFile()) return { path, kind: "file", size: stats.size, executable: (stats.mode & 0o111) !== 0 };
  if (stats.isDirectory()) return { path, kind: "directory", size: 0, executable: false };
  if (stats.isSymbolicLink()) {
    const linkTarget = attempt(path, () => readlinkSync(absolute));
    return { path, kind: "symlink", size: 0, executable: false, linkTarget };
  }
  throw unweighable(
    `${path} is a ${oddKind(stats)}, which a slug can't hold.`,
    "Remove it, or ignore it in .slugignore.",
  );
}

function oddKind(stats: Stats): string {
  if (stats.isSocket()) return "socket";
  return stats.isFIFO() ? "named pipe" : "device";
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw unweighable(
      `${path === "" ? "The slug root" : path} can't be read: ${code}.`,
      "See that it exists and may be read.",
    );
  }
}

function unweighable(message: string, hint: string): SideError {
  return new SideError("unweighable", "weigh", message, hint);
}
