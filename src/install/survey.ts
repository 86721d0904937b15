import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";
import { join, posix } from "node:path";
import { PYTHON_HOME, SLUG_ROOT, sitePackages } from "../model/target.js";
import type { TreeEntry } from "../model/tree.js";
import { errorCode, hostileWheel } from "./errors.js";
import { normalName } from "../model/name.js";
import { parseMetadata, type CoreMetadata } from "./metadata.js";
import { parseRecord, type RecordRow } from "./record.js";

/** One distribution that lies in a root, as its `*.dist-info` tells. */
export interface Found {
  /** Normalised name. */
  readonly name: string;
  readonly metadata: CoreMetadata;
  /** Path of the `*.dist-info`, relative to the root. */
  readonly info: string;
  /** Path relative to the root, and what uv's `RECORD` says of it. */
  readonly claims: ReadonlyMap<string, RecordRow>;
}

/** What an install left in one root. */
export interface Survey {
  readonly root: string;
  /**
   * All that is under `.heroku/python`, by path; without that directory itself, and without empty directories that a wheel
   * names: pip, Poetry and Pipenv make none of them.
   */
  readonly tree: ReadonlyMap<string, TreeEntry>;
  /** By normalised name. */
  readonly found: ReadonlyMap<string, Found>;
}

/**
 * Reads what lies in a root, without following symbolic links.
 * @param minor target's minor version, such as `3.12`
 * @throws SideError if a `RECORD` names a file outside `.heroku/python`, or what was installed is no file, directory or inner link
 */
export function survey(root: string, minor: string): Survey {
  const tree = walk(root, PYTHON_HOME);
  removeEmpty(tree);
  const found = new Map<string, Found>();
  const packages = sitePackages(minor);
  for (const path of tree.keys()) {
    if (posix.dirname(path) !== packages || !path.endsWith(".dist-info")) continue;
    const read = (name: string): string =>
      tree.get(`${path}/${name}`)?.kind === "file" ? readFileSync(join(root, path, name), "utf8") : "";
    const metadata = parseMetadata(read("METADATA"));
    const name = normalName(metadata.name);
    const claims = new Map<string, RecordRow>();
    for (const row of parseRecord(read("RECORD"))) {
      claims.set(claimed(placed(row.path, minor), packages, name), row);
    }
    found.set(name, { name, metadata, info: path, claims });
  }
  return { root, tree, found };
}

/**
 * Names of the distributions whose files can't be told from this root, since another's lie over or among them: each has to
 * be installed alone. They are those that claim one file together, unless it is the same file to all of them, that claim a
 * file of another size than lies there, and, where something is claimed by nobody, all that have files nearest to it.
 */
export function entangled({ tree, found }: Survey): Set<string> {
  const names = new Set<string>();
  const owners = new Map<string, Set<string>>();
  /** The hash that each claimed file has to all who claim it; empty if they do not agree. */
  const hashes = new Map<string, string>();
  for (const { name, claims } of found.values()) {
    for (const [path, row] of claims) {
      const entry = tree.get(path);
      if (entry === undefined) continue;
      // A RECORD has no size for itself, and some builders leave out others.
      if (row.size !== null && entry.kind === "file" && entry.size !== row.size) names.add(name);
      hashes.set(path, (hashes.get(path) ?? row.hash) === row.hash ? row.hash : "");
      for (const each of [path, ...foldersOf(path)]) own(owners, each, name);
    }
  }
  for (const [path, entry] of tree) {
    const here = owners.get(path);
    if (here === undefined) {
      const near = foldersOf(path).find((folder) => owners.has(folder));
      for (const name of (near === undefined ? undefined : owners.get(near)) ?? found.keys()) names.add(name);
      // Bytecode differs with what is compiled beside it.
    } else if (entry.kind !== "directory" && here.size > 1 && (hashes.get(path) === "" || path.endsWith(".py"))) {
      for (const name of here) names.add(name);
    }
  }
  return names;
}

/** Takes directories that hold nothing out of a tree, but for those of repositories, which are as git left them. */
function removeEmpty(tree: Map<string, TreeEntry>): void {
  const filled = new Set(
    [...tree.values()].filter(({ kind }) => kind !== "directory").flatMap(({ path }) => foldersOf(path)),
  );
  for (const [path, { kind }] of tree) {
    if (kind === "directory" && !filled.has(path) && !isCheckout(`${path}/`)) tree.delete(path);
  }
}

/** The directories that hold a path, innermost first, up to but without `.heroku/python`. */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = posix.dirname(path); at.length > PYTHON_HOME.length; at = posix.dirname(at)) folders.push(at);
  return folders;
}

/** One entry of a root as it lies on disk; null if there is none. `name` is blamed for what no wheel may hold. */
export function readEntry(root: string, path: string, name: string): TreeEntry | null {
  let stat: Stats;
  try {
    stat = lstatSync(join(root, path));
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
  const executable = (stat.mode & 0o111) !== 0;
  if (stat.isFile()) return { path, kind: "file", size: stat.size, executable };
  if (stat.isDirectory()) return { path, kind: "directory", size: 0, executable };
  if (!stat.isSymbolicLink()) throw hostileWheel(name, `${path} is neither a file nor a directory`);
  return { path, kind: "symlink", size: 0, executable, linkTarget: readlinkSync(join(root, path)) };
}

/**
 * All entries under `folder` of a root, by path, without the folder itself.
 * @throws SideError for sockets, pipes, devices, and links that lead out of `.heroku/python`
 */
export function walk(root: string, folder: string): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  const visit = (at: string): void => {
    for (const name of readdirSync(join(root, at))) {
      const path = `${at}/${name}`;
      const entry = readEntry(root, path, ownerByPath(path));
      if (entry === null) continue;
      if (entry.kind === "symlink" && !isCheckout(path) && !staysInside(path, entry.linkTarget ?? "")) {
        throw hostileWheel(ownerByPath(path), `${path} is a link out of ${PYTHON_HOME}`);
      }
      entries.set(path, entry);
      if (entry.kind === "directory") visit(path);
    }
  };
  visit(folder);
  return entries;
}

/**
 * The path of a `RECORD`'s row as Heroku's installer writes it: uv lists headers where a virtual environment has them, under
 * the version of the interpreter that it ran with.
 * @param minor target's minor version
 */
export function placed(row: string, minor: string): string {
  return row.replace(/^(?:\.\.\/){3}include\/site\/python3\.\d+\//, `../../../include/python${minor}/`);
}

/** Where a `RECORD`'s row lies, relative to the root. */
function claimed(row: string, packages: string, name: string): string {
  const path = posix.normalize(posix.join(packages, row));
  if (posix.isAbsolute(row) || row.includes("\0") || row.includes("\\") || !path.startsWith(`${PYTHON_HOME}/`)) {
    throw hostileWheel(name, `it lists a file outside ${PYTHON_HOME}`);
  }
  return path;
}

/** A repository may hold links that lead nowhere, and nothing follows them. */
function isCheckout(path: string): boolean {
  return path.startsWith(`${PYTHON_HOME}/src/`);
}

/** Does a link lead to something in Python's home, as seen from a dyno? */
function staysInside(path: string, target: string): boolean {
  const full = posix.resolve(SLUG_ROOT, posix.dirname(path), target);
  const home = `${SLUG_ROOT}/${PYTHON_HOME}`;
  return full === home || full.startsWith(`${home}/`);
}

/** Before ownership is known, the top-level name says best whose a file is. */
function ownerByPath(path: string): string {
  return /\/site-packages\/([^/]+)/.exec(path)?.[1] ?? posix.basename(path);
}

function own(owners: Map<string, Set<string>>, path: string, name: string): void {
  const names = owners.get(path);
  if (names === undefined) owners.set(path, new Set([name]));
  else names.add(name);
}
