import { isLarge, type Segment } from "./segments.js";
import { tarHeaders, tarPadding } from "./tar.js";

/** A part of a segment's bytes, in their order. */
export type Feed =
  /** Headers and padding. */
  | { readonly bytes: Uint8Array }
  /** A range of a file's content. */
  | {
      readonly path: string;
      /** Bytes of the whole file. */
      readonly size: number;
      readonly from: number;
      readonly to: number;
      /** Index in the segment of the entry whose lone size the whole file tells; null if it is not told here. */
      readonly lone: number | null;
    };

/** What is to be fed to the compressor for one segment. */
export interface Feeds {
  readonly feeds: readonly Feed[];
  /** Indexes of entries that have no content, whose lone size is that of nothing. */
  readonly empty: readonly number[];
  /** Index of the entry whose lone size the segment's own size is: a large file, of which this is a piece. */
  readonly piece: number | null;
}

const ZEROS = new Uint8Array(512);

/** The parts that a segment consists of. Content is named, not read. */
export function feedsOf({ entries, first, start, primed, end, pieceOf }: Segment): Feeds {
  const feeds: Feed[] = [];
  const empty: number[] = [];
  let offset = 0; // in the stretch of the segment's entries
  /** Which of the next `length` bytes of the stretch lie in the segment; null if none do. */
  const within = (length: number): { readonly from: number; readonly to: number } | null => {
    const from = Math.max(0, start - offset);
    const to = Math.min(length, end - offset);
    offset += length;
    return from < to ? { from, to } : null;
  };
  const feed = (bytes: Uint8Array): void => {
    const range = within(bytes.length);
    if (range !== null) feeds.push({ bytes: bytes.subarray(range.from, range.to) });
  };
  for (const [index, entry] of entries.entries()) {
    const { path, size, kind } = entry;
    const isWhole = offset >= start + primed; // An entry that is context only has been weighed before.
    feed(tarHeaders(entry));
    const range = within(size);
    const lone = isWhole && !isLarge(entry) ? index : null;
    if (range !== null) {
      feeds.push({ path, size, ...range, lone });
    } else if (lone !== null) {
      // An empty file is opened all the same: it may not be empty any more.
      if (kind === "file") feeds.push({ path, size, from: 0, to: 0, lone });
      else empty.push(lone);
    }
    feed(ZEROS.subarray(0, tarPadding(size)));
  }
  return { feeds, empty, piece: pieceOf === null ? null : pieceOf - first };
}
