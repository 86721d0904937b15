import { UserError } from "../errors.js";
import type { TreeEntry } from "../model/tree.js";
import { ByteReader, EndedEarly } from "./byte-reader.js";
import type { Git } from "./git.js";
import { planTree, type GitEntry, type PlannedFile } from "./tree-plan.js";
import { makeDirectories, writeFileFrom, type OnBytes } from "./tree-writer.js";

/** Those of `ids` that are not here, each once. */
export async function missingOf(git: Git, ids: readonly string[]): Promise<string[]> {
  return (await sizesOf(git, ids)).missing;
}

/** Bytes of the objects that are here, by name, and the names of those that are not, each once. */
export async function sizesOf(
  git: Git,
  ids: readonly string[],
): Promise<{ readonly sizes: ReadonlyMap<string, number>; readonly missing: string[] }> {
  if (ids.length === 0) return { sizes: new Map(), missing: [] };
  const { stdout } = await git.run(["cat-file", "--batch-check", "--buffer"], lines([...new Set(ids)]));
  const sizes = new Map<string, number>();
  const missing: string[] = [];
  for (const [, id = "", size] of stdout.toString("latin1").matchAll(/^([0-9a-f]+) (?:missing|[a-z]+ (\d+))$/gm)) {
    if (size === undefined) missing.push(id);
    else sizes.set(id, Number(size));
  }
  return { sizes, missing };
}

/** What was written under a directory. */
export interface Written {
  readonly entries: readonly TreeEntry[];
  /** Names of the blobs that the files have, by path. */
  readonly blobs: ReadonlyMap<string, string>;
  readonly submodules: readonly string[];
  /** How many names are not UTF-8 and were written under another. */
  readonly renamed: number;
}

/**
 * Writes a tree's files under the existing directory `into`: bytes as git stores them, without filters.
 * @param onBytes called with bytes of content as they are written
 */
export async function writeTree(
  git: Git,
  entries: readonly GitEntry[],
  into: string,
  onBytes: OnBytes,
): Promise<Written> {
  const plan = planTree(entries);
  const directories = makeDirectories(into, plan.directories);
  const files = await writeBlobs(git, plan.files, into, onBytes);
  const blobs = new Map(plan.files.map(({ path, entry }) => [path, entry.id]));
  return { entries: [...directories, ...files], blobs, submodules: plan.submodules, renamed: plan.renamed };
}

/** Writes files from their blobs, the links last, so that no file is ever written through one. */
export async function writeBlobs(
  git: Git,
  files: readonly PlannedFile[],
  into: string,
  onBytes: OnBytes,
): Promise<TreeEntry[]> {
  if (files.length === 0) return [];
  const ordered = [...files.filter(({ kind }) => kind === "file"), ...files.filter(({ kind }) => kind === "symlink")];
  const ids = lines(ordered.map(({ entry }) => entry.id));
  const { value } = await git.stream(["cat-file", "--batch", "--buffer"], ids, async (stdout) => {
    const reader = new ByteReader(stdout);
    const written: TreeEntry[] = [];
    for (const file of ordered) {
      const size = await blobSize(reader, file);
      try {
        written.push(await writeFileFrom(into, file, reader, { size, onBytes }));
        await reader.exactly(1); // The newline after the content.
      } catch (error) {
        throw error instanceof EndedEarly ? unreadable(file, "it is damaged") : error;
      }
    }
    return written;
  });
  return value;
}

/** Reads `<id> SP blob SP <size>`. */
async function blobSize(reader: ByteReader, file: PlannedFile): Promise<number> {
  const header = await reader.line();
  const match = /^[0-9a-f]+ blob (\d+)$/.exec(header ?? "");
  if (match === null) {
    throw unreadable(file, header ?? "it stopped");
  }
  return Number(match[1]);
}

function unreadable({ path, entry }: PlannedFile, why: string): UserError {
  return new UserError(
    `Git can't read ${JSON.stringify(path)} (${entry.id}): ${why}.`,
    "See what `git fsck` says of the repository.",
  );
}

function lines(values: readonly string[]): string {
  return values.map((value) => `${value}\n`).join("");
}
