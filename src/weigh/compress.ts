import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../system/system-error.js";
import { feedsOf } from "./feeds.js";
import { SEGMENT, WINDOW, type Segment } from "./segments.js";
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

/** Holds what is read at a time: a small file, or a piece of a large one with its window. */
const buffer = new Uint8Array(SEGMENT + WINDOW);

/**
 * Compresses one segment, reading its files under `root`. `compress_segments.py` does the same.
 * @throws FileProblem
 */
export function compressSegment(zlib: Zlib, root: string, segment: Segment): SegmentResult {
  const { feeds, empty, piece } = feedsOf(segment);
  const lone = segment.entries.map(() => 0);
  const counter = zlib.counter();
  let context = segment.primed;
  try {
    for (const feed of feeds) {
      const data = "bytes" in feed ? feed.bytes : readRange(root, feed);
      const head = data.subarray(0, context);
      counter.write(head);
      context -= head.length;
      if (head.length > 0 && context === 0) counter.flush(); // What the context came to is no part of this segment.
      counter.write(data.subarray(head.length));
      if ("lone" in feed && feed.lone !== null) lone[feed.lone] = loneSize(zlib, data);
    }
    for (const index of empty) lone[index] = loneSize(zlib, new Uint8Array());
    const compressed = counter.flush();
    if (piece !== null) lone[piece] = compressed;
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

/** A range of a file, in a buffer that the next call uses again. */
function readRange(
  root: string,
  {
    path,
    size,
    from,
    to,
  }: { readonly path: string; readonly size: number; readonly from: number; readonly to: number },
): Uint8Array {
  try {
    // Neither followed nor waited for, should something else be there by now.
    const file = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      let length = 0;
      while (length < to - from) {
        const read = readSync(file, buffer, length, to - from - length, from + length);
        if (read === 0) break;
        length += read;
      }
      // Asked afterwards, the size tells of growth as well.
      if (length < to - from || fstatSync(file).size !== size) {
        throw new FileProblem(path, "changed while it was being weighed");
      }
      return buffer.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new FileProblem(path, code === "ENOENT" ? "vanished while it was being weighed" : `can't be read: ${code}`);
  }
}
