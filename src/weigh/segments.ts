import { KIB, MIB } from "../model/bytes.js";
import type { TreeEntry } from "../model/tree.js";
import { tarHeadersSize, tarPadding } from "./tar.js";

/** How far back deflate looks: what comes before a segment is fed to the compressor up to here. */
export const WINDOW = 32 * KIB;

/** Segments are about this long. */
export const SEGMENT = MIB;

/** Files of this size and more have segments of their own. Smaller ones would miss what lies before them too much. */
export const LARGE = 256 * KIB;

/**
 * A part of a layer's stretch of the tar, to be compressed on its own. It is a range of the stretch that `entries` make
 * up: `primed` bytes of context from `start`, then the bytes that are weighed, up to `end`.
 */
export interface Segment {
  readonly entries: readonly TreeEntry[];
  /** Index of `entries[0]` in the layer. */
  readonly first: number;
  readonly start: number;
  readonly primed: number;
  readonly end: number;
  /** How many of the weighed bytes are content of files. */
  readonly content: number;
  /** Index in the layer of the large file of which this is a piece; null if it is none. */
  readonly pieceOf: number | null;
}

/** A file that is compressed in pieces, each of them serving the layer's sum as well as the file's lone size. */
export function isLarge(entry: TreeEntry): boolean {
  return entry.size >= LARGE;
}

/**
 * Cuts a layer's stretch (headers, contents, padding of `entries`, in order) into segments that cover it once, in order.
 * Depends on nothing but the entries, so that a weight does not depend on how many threads there are.
 *
 * Cuts lie between entries, and before, within and after the content of a large file. Every segment is primed with the
 * window before it, as pigz does, so that cutting costs next to nothing; only a large file's first piece starts cold,
 * for it is what the file weighs alone too.
 */
export function cut(entries: readonly TreeEntry[]): Segment[] {
  const offsets = [0];
  const contents: number[] = [];
  for (const entry of entries) {
    const content = (offsets.at(-1) ?? 0) + tarHeadersSize(entry);
    contents.push(content);
    offsets.push(content + entry.size + tarPadding(entry.size));
  }
  const segments: Segment[] = [];
  let begun = 0; // where the next segment begins, in the layer's stretch
  let before = 0; // index of the entry that its window begins in

  let content = 0; // bytes of content in it

  const finish = (end: number, cold: boolean, upTo: number, pieceOf: number | null = null): void => {
    if (end === begun) return;
    const from = cold ? begun : Math.max(0, begun - WINDOW);
    while ((offsets[before + 1] ?? Infinity) <= from) before++;
    const base = offsets[before] ?? 0;
    segments.push({
      entries: entries.slice(before, upTo + 1),
      first: before,
      start: from - base,
      primed: begun - from,
      end: end - base,
      content,
      pieceOf,
    });
    begun = end;
    content = 0;
  };

  entries.forEach((entry, index) => {
    if (isLarge(entry)) {
      const from = contents[index] ?? 0;
      finish(from, false, index);
      for (let done = 0; done < entry.size; done += SEGMENT) {
        content = Math.min(SEGMENT, entry.size - done);
        finish(from + done + content, done === 0, index, index);
      }
    } else {
      content += entry.size;
      const end = offsets[index + 1] ?? 0;
      if (end - begun >= SEGMENT) finish(end, false, index);
    }
  });
  finish(offsets.at(-1) ?? 0, false, entries.length - 1);
  return segments;
}
