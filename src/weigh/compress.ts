import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { TreeEntry } from "../model/tree.js";
import { systemErrorCode } from "../system/system-error.js";
import { isLarge, SEGMENT, WINDOW, type Segment } from "./segments.js";
import { tarHeaders, tarPadding } from "./tar.js";
import type { Zlib } from "./zlib.js";

/** What one segment came to. */
export interface SegmentResult {
  /** Bytes that the segment adds to the gzip'd tar. */
  readonly compressed: number;
  /** For each of its entries what this segment tells of its lone size; sum these over the segments. */
  readonly lone: readonly number[];
}

/** A file that can't be read, or is no longer what it was when its tree was listed. */
export class FileProblem extends Error {
  /**
   * @param path relative to the slug root
   * @param problem a clause that goes after the path: "changed while…"
   */
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`${path} ${problem}`);
  }
}

const ZEROS = new Uint8Array(512);

/** Holds what is read at a time: a small file, or a piece of a large one with its window. */
const buffer = new Uint8Array(SEGMENT + WINDOW);

/**
 * Compresses one segment, reading its files under `root`.
 * @throws FileProblem
 */
export function compressSegment(zlib: Zlib, root: string, segment: Segment): SegmentResult {
  const { start, primed, end } = segment;
  const lone = segment.entries.map(() => 0);
  const counter = zlib.counter();
  let context = primed;
  const feed = (data: Uint8Array): void => {
    const head = data.subarray(0, context);
    counter.write(head);
    context -= head.length;
    if (head.length > 0 && context === 0) counter.flush(); // What the context came to is no part of this segment.
    counter.write(data.subarray(head.length));
  };
  let offset = 0; // in the stretch of the segment's entries
  /** Feeds what lies in the segment of the next `length` bytes; `read` gives a range of them. */
  const pass = (length: number, read: (from: number, to: number) => Uint8Array): boolean => {
    const from = Math.max(0, start - offset);
    const to = Math.min(length, end - offset);
    offset += length;
    if (from >= to) return false;
    feed(read(from, to));
    return true;
  };

  let pieceOf: number | null = null;
  try {
    for (const [index, entry] of segment.entries.entries()) {
      const whole = offset >= start + primed;
      const headers = tarHeaders(entry);
      pass(headers.length, (from, to) => headers.subarray(from, to));
      if (isLarge(entry)) {
        const counts = offset + entry.size > start + primed;
        const inside = pass(entry.size, (from, to) => readRange(root, entry, from, to));
        if (inside && counts) pieceOf = index;
      } else {
        const content = entry.kind === "file" ? readRange(root, entry, 0, entry.size) : ZEROS.subarray(0, 0);
        pass(entry.size, (from, to) => content.subarray(from, to));
        if (whole) lone[index] = loneSize(zlib, content);
      }
      pass(tarPadding(entry.size), (from, to) => ZEROS.subarray(from, to));
    }
    const compressed = counter.flush();
    if (pieceOf !== null) lone[pieceOf] = compressed;
    return { compressed, lone };
  } finally {
    counter.end();
  }
}

/** What deflate makes of `content` by itself, in bytes. */
function loneSize(zlib: Zlib, content: Uint8Array): number {
  const counter = zlib.counter();
  counter.write(content);
  return counter.end();
}

/** Bytes `from` to `to` of a file, in a buffer that the next call uses again. */
function readRange(root: string, entry: TreeEntry, from: number, to: number): Uint8Array {
  try {
    // Neither followed nor waited for, should something else be there by now.
    const file = openSync(join(root, entry.path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      let length = 0;
      while (length < to - from) {
        const read = readSync(file, buffer, length, to - from - length, from + length);
        if (read === 0) break;
        length += read;
      }
      // Asked afterwards, the size tells of growth as well.
      if (length < to - from || fstatSync(file).size !== entry.size) {
        throw new FileProblem(entry.path, "changed while it was being weighed");
      }
      return buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new FileProblem(
      entry.path,
      code === "ENOENT" ? "vanished while it was being weighed" : `can't be read: ${code}`,
    );
  }
}
