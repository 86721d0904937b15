import { createHash } from "node:crypto";
import { constants, createReadStream, type Stats } from "node:fs";
import { access, chmod, copyFile, lstat, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { lfsPointer, lfsSize, mayBeLfsPointer } from "../app/lfs.js";
import { SideError, UserError } from "../errors.js";
import type { TreeEntry } from "../model/tree.js";
import { lastLines } from "../system/run.js";
import { systemErrorCode } from "../system/system-error.js";
import { splitAtNul, type Git } from "./git.js";
import { planTree, type GitEntry, type PlannedFile, type TreePlan } from "./tree-plan.js";
import { explain, makeDirectories, writeLink, type OnBytes } from "./tree-writer.js";

/** A tracked file, and where on disk it is looked for. */
interface Tracked {
  readonly entry: GitEntry;
  /** Absolute path of the file in the user's work tree. */
  readonly source: Buffer;
  readonly status: Stats | null;
  /** Left out of a sparse checkout on purpose: its content is that of the index. */
  readonly sparse: boolean;
  /** The `filter` attribute; null if none. */
  readonly filter: string | null;
}

/** The tracked files of an app's directory in a work tree. */
export interface TrackedFiles {
  readonly plan: TreePlan;
  readonly tracked: ReadonlyMap<GitEntry, Tracked>;
  /** Files that a sparse checkout leaves out; they are in the index only. */
  readonly sparse: readonly PlannedFile[];
  readonly notes: readonly string[];
}

/**
 * Lists the tracked files under `app` as they are on disk: changed and newly added ones are there, deleted ones are
 * not. The files of a submodule are there if it is.
 * @param git at the top of the work tree
 * @returns null if nothing is tracked in that directory
 */
export async function listTracked(git: Git, app: string): Promise<TrackedFiles | null> {
  const prefix = app === "." ? Buffer.alloc(0) : Buffer.from(`${app}/`);
  const found = await trackedIn(git, app === "." ? [] : [app]);
  const inside = found
    .filter(({ entry }) => entry.path.subarray(0, prefix.length).equals(prefix))
    .map((file) => ({ ...file, entry: { ...file.entry, path: file.entry.path.subarray(prefix.length) } }));
  if (inside.length === 0 && app !== ".") return null;
  const present = inside.filter(({ status, sparse, entry }) => status !== null || sparse || entry.mode === "160000");
  const plan = planTree(present.map(({ entry }) => entry));
  const tracked = new Map(present.map((file) => [file.entry, file]));
  const others = present.filter(({ filter }) => filter !== null && filter !== "lfs").length;
  return {
    plan,
    tracked,
    sparse: plan.files.filter(({ entry }) => tracked.get(entry)?.sparse === true),
    notes:
      others === 0 ? [] : [`${String(others)} files pass a Git filter when committed; weighed as they are on disk.`],
  };
}

async function trackedIn(git: Git, paths: readonly string[]): Promise<Tracked[]> {
  const { code, stdout, stderr } = await git.run(["ls-files", "-z", "-t", "--stage", "--", ...paths]);
  if (code !== 0) {
    throw new UserError("Git can't list the tracked files.", "See what `git status` says.", lastLines(stderr));
  }
  const entries = uniquePaths(splitAtNul(stdout).map(parseIndexLine));
  const filters = await filterAttributes(
    git,
    entries.map(({ entry }) => entry.path),
  );
  const isDirectory = directoryCheck(git.directory);
  const files: Tracked[] = [];
  for (const { entry, skipped } of entries) {
    const source = Buffer.concat([Buffer.from(`${git.directory}/`), entry.path]);
    const reachable = await isDirectory(parentOf(entry.path));
    const status = reachable ? await lstatOrNull(source) : null;
    if (entry.mode === "160000") {
      const inner = await submoduleFiles(git, entry.path, source, status);
      files.push(...(inner ?? [{ entry, source, status: null, sparse: false, filter: null }]));
      continue;
    }
    const usable = status?.isFile() === true || status?.isSymbolicLink() === true;
    const mode = !usable
      ? entry.mode
      : status.isSymbolicLink()
        ? "120000"
        : (status.mode & 0o100) === 0
          ? "100644"
          : "100755";
    files.push({
      entry: { ...entry, mode },
      source,
      status: usable ? status : null,
      sparse: skipped && !usable,
      filter: filters.get(entry.path.toString("latin1")) ?? null,
    });
  }
  return files;
}

/** The files of a submodule that is checked out; null if it is not. */
async function submoduleFiles(git: Git, path: Buffer, source: Buffer, status: Stats | null): Promise<Tracked[] | null> {
  if (status?.isDirectory() !== true) return null;
  if ((await lstatOrNull(Buffer.concat([source, Buffer.from("/.git")]))) === null) return null;
  // A directory whose name is not UTF-8 can't be handed to a child process.
  const directory = source.toString("utf8");
  if (!Buffer.from(directory).equals(source)) return null;
  const inner = await trackedIn(git.at(directory), []);
  return inner.map((file) => ({
    ...file,
    entry: { ...file.entry, path: Buffer.concat([path, Buffer.from("/"), file.entry.path]) },
  }));
}

/** `<tag> SP <mode> SP <id> SP <stage> TAB <path>`; the tag is `S` for what a sparse checkout leaves out. */
function parseIndexLine(line: Buffer): { readonly entry: GitEntry; readonly skipped: boolean } {
  const tab = line.indexOf(9);
  const [tag = "", mode = "", id = ""] = line.subarray(0, tab).toString("latin1").split(" ");
  return { entry: { mode, id, path: line.subarray(tab + 1) }, skipped: tag === "S" };
}

/** A path in conflict is listed once for every stage. */
function uniquePaths<T extends { readonly entry: GitEntry }>(files: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const file of files) seen.set(file.entry.path.toString("latin1"), file);
  return [...seen.values()];
}

/** The value of the `filter` attribute by path (its bytes as Latin-1), where one is set. Runs no filter. */
async function filterAttributes(git: Git, paths: readonly Buffer[]): Promise<Map<string, string>> {
  const input = Buffer.concat(paths.flatMap((path) => [path, Buffer.alloc(1)]));
  const { stdout } = await git.run(["check-attr", "-z", "--stdin", "filter"], input);
  const parts = splitAtNul(stdout);
  const filters = new Map<string, string>();
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const value = parts[at + 2]?.toString("utf8") ?? "";
    if (!["unspecified", "unset", "set", ""].includes(value)) filters.set(parts[at]?.toString("latin1") ?? "", value);
  }
  return filters;
}

/**
 * Whether a directory of the work tree is one, all the way down: git takes what lies behind a symbolic link for
 * deleted, and it may lie outside the repository.
 */
function directoryCheck(top: string): (path: Buffer | null) => Promise<boolean> {
  const known = new Map<string, boolean>();
  const check = async (path: Buffer | null): Promise<boolean> => {
    if (path === null) return true;
    const key = path.toString("latin1");
    const answer = known.get(key);
    if (answer !== undefined) return answer;
    const real =
      (await check(parentOf(path))) &&
      (await lstatOrNull(Buffer.concat([Buffer.from(`${top}/`), path])))?.isDirectory() === true;
    known.set(key, real);
    return real;
  };
  return check;
}

function parentOf(path: Buffer): Buffer | null {
  const slash = path.lastIndexOf(47);
  return slash === -1 ? null : path.subarray(0, slash);
}

/**
 * Null for what is not there. What can't be looked at may well be there.
 * @throws UserError
 */
async function lstatOrNull(path: Buffer): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "EACCES" && code !== "EPERM" && code !== "EIO") return null;
    throw new UserError(`${path.toString("utf8")} can't be looked at: ${code}.`, READABLE);
  }
}

const READABLE = "Weigh the worktree as somebody who may read all tracked files, or weigh a commit.";

/**
 * Copies the tracked files to `into`, which must exist, but for those of a sparse checkout.
 * A file of Git LFS is written as its pointer: that is what a commit would hold, and all that Heroku would get.
 * @param onBytes called with bytes of a file once it is done; of all of them they sum to `bytesOf`
 */
export async function copyTracked(
  { plan, tracked, sparse }: TrackedFiles,
  into: string,
  onBytes: OnBytes,
): Promise<TreeEntry[]> {
  const entries = makeDirectories(into, plan.directories);
  const links: { readonly path: string; readonly source: Buffer }[] = [];
  const left = new Set(sparse);
  for (const file of plan.files) {
    const source = tracked.get(file.entry);
    if (source === undefined || left.has(file)) continue;
    if (file.kind === "symlink") links.push({ path: file.path, source: source.source });
    else {
      entries.push(await copyOne(file, source, into));
      onBytes(source.status?.size ?? 0);
    }
  }
  for (const { path, source } of links) entries.push(writeLink(into, path, await readlink(source, "buffer")));
  return entries;
}

/** Bytes on disk of the files that are copied. */
export function bytesOf({ plan, tracked, sparse }: TrackedFiles): number {
  const left = new Set(sparse);
  const copied = plan.files.filter((file) => file.kind === "file" && !left.has(file));
  return copied.reduce((total, { entry }) => total + (tracked.get(entry)?.status?.size ?? 0), 0);
}

async function copyOne(file: PlannedFile, { source, status, filter }: Tracked, into: string): Promise<TreeEntry> {
  const target = join(into, file.path);
  const mode = file.executable ? 0o755 : 0o644;
  try {
    await access(source, constants.R_OK);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new SideError("unweighable", "revision", `${JSON.stringify(file.path)} can't be read: ${code}.`, READABLE);
  }
  try {
    if (filter === "lfs" && status !== null && status.size > 0 && !(await holdsPointer(source, status.size))) {
      const pointer = await pointerTo(source, status.size);
      await writeFile(target, pointer, { flag: "wx", mode });
      return { path: file.path, kind: "file", size: pointer.length, executable: file.executable };
    }
    await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, mode);
    const { size } = await lstat(target);
    return { path: file.path, kind: "file", size, executable: file.executable };
  } catch (error) {
    throw explain(file.path, error);
  }
}

async function holdsPointer(source: Buffer, size: number): Promise<boolean> {
  return mayBeLfsPointer(size) && lfsSize(await readFile(source)) !== null;
}

async function pointerTo(source: Buffer, size: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(source) as AsyncIterable<Buffer>) hash.update(part);
  return lfsPointer(hash.digest("hex"), size);
}
