import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { SideError } from "../errors.js";
import type { TreeEntry } from "../model/tree.js";
import type { ByteReader } from "./byte-reader.js";
import { decodeUtf8, type PlannedFile } from "./tree-plan.js";

/** Content up to this size is written at once, which is much quicker for thousands of small files. Bytes. */
const AT_ONCE = 1024 * 1024;

/** Is told of bytes of content as they are written. */
export type OnBytes = (bytes: number) => void;

/**
 * Makes the directories of a plan under `into`, which must exist.
 * @throws SideError if the file system refuses
 */
export function makeDirectories(into: string, directories: readonly string[]): TreeEntry[] {
  return directories.map((path) => {
    guard(path, () => {
      mkdirSync(join(into, path));
    });
    return { path, kind: "directory", size: 0, executable: false };
  });
}

/**
 * Writes one file from the next `size` bytes of `content`. Never follows a link, never replaces anything.
 * @throws SideError if the file system refuses
 */
export async function writeFileFrom(
  into: string,
  file: PlannedFile,
  content: ByteReader,
  { size, onBytes }: { readonly size: number; readonly onBytes: OnBytes },
): Promise<TreeEntry> {
  const { path, executable } = file;
  const mode = executable ? 0o755 : 0o644;
  if (file.kind === "symlink") {
    if (size > AT_ONCE) throw refused(path, "ENAMETOOLONG");
    const target = await content.exactly(size);
    onBytes(size);
    return writeLink(into, path, target);
  }
  if (size <= AT_ONCE) {
    const bytes = await content.exactly(size);
    guard(path, () => {
      writeFileSync(join(into, path), bytes, { flag: "wx", mode });
    });
    onBytes(size);
  } else {
    try {
      const handle = await open(join(into, path), "wx", mode);
      try {
        for await (const chunk of content.upTo(size)) {
          await handle.writeFile(chunk);
          onBytes(chunk.length);
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw explain(path, error);
    }
  }
  return { path, kind: "file", size, executable };
}

/**
 * Writes a symbolic link that points to `target`, wherever that is.
 * @throws SideError if the file system refuses
 */
export function writeLink(into: string, path: string, target: Buffer): TreeEntry {
  guard(path, () => {
    symlinkSync(target, join(into, path));
  });
  const linkTarget = decodeUtf8(target) ?? target.toString("latin1");
  return { path, kind: "symlink", size: 0, executable: false, linkTarget };
}

function guard(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw explain(path, error);
  }
}

/** An error of the file system, as the user can mend it; any other is a bug and stays what it is. */
export function explain(path: string, error: unknown): unknown {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  return Object.hasOwn(CAUSES, code) ? refused(path, code) : error;
}

const CAUSES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  ENOSPC: ["the disk is full", "Free some space, or set TMPDIR to a directory with more room."],
  EDQUOT: ["the disk quota is used up", "Free some space, or set TMPDIR to a directory with more room."],
  ENAMETOOLONG: ["its name is too long here", "Weigh it on Linux, in a directory with a short path."],
  EEXIST: ["this file system takes its name for another's", "Weigh it on Linux, where names differ by case."],
  EILSEQ: ["this file system does not take its name", "Weigh it on Linux."],
  EACCES: ["permission denied", "Check who owns the file and the scratch directory."],
  ENOENT: ["this file system does not take it", "`git checkout` of it fails too: see whether it is an empty link."],
};

function refused(path: string, code: string): SideError {
  const [message, hint] = CAUSES[code] ?? [code, "See the message above."];
  return new SideError("unweighable", "revision", `${JSON.stringify(path)} can't be written: ${message}.`, hint);
}
