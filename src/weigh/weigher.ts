import { channel } from "node:diagnostics_channel";
import { availableParallelism } from "node:os";
import { SideError } from "../errors.js";
import { apportion, KIB } from "../model/bytes.js";
import { entriesWeight, type Entry } from "../model/layer.js";
import type { Tree, TreeEntry } from "../model/tree.js";
import type { Weight } from "../model/weight.js";
import { compressSegment, FileProblem, type SegmentResult } from "./compress.js";
import { startNative } from "./native.js";
import { Pool, type Compressor } from "./pool.js";
import { cut, type Segment } from "./segments.js";
import { startThread } from "./threads.js";
import { Zlib } from "./zlib.js";

/** A layer's entries, and their sum. */
export interface WeighedTree {
  readonly weight: Weight;
  /** As in the tree, each with its share of `weight.compressed`: they sum to it exactly. */
  readonly entries: Entry[];
}

/** Weighs trees on all processors. */
export interface Weigher {
  /**
   * Weighs one owner's entries as a stretch of the gzip'd tar. May be called for many trees at once: the work of all of
   * them is spread over the processors. The result depends on the entries and their content alone.
   * @param onBytes called as the work goes on with bytes of content that are done; they sum to the tree's `disk`
   * @param known what `weighFile` gave of large files in it, by path: these are not weighed again
   * @throws SideError if a file can't be read, or is not as the tree says
   */
  weigh(tree: Tree, onBytes?: (bytes: number) => void, known?: ReadonlyMap<string, number>): Promise<WeighedTree>;
  /**
   * Bytes that the content of a large file (see `isLarge`) comes to, which depend on nothing that lies around it.
   * @param onBytes as in `weigh`; they sum to the file's size
   * @throws SideError as `weigh`
   */
  weighFile(root: string, entry: TreeEntry, onBytes?: (bytes: number) => void): Promise<number>;
  /** Makes ready for work that is to come soon. */
  warmUp(): void;
  /** Ends what it works with. What is still being weighed fails. */
  close(): Promise<void>;
}

export interface WeigherOptions {
  /** How many segments are compressed at a time. Default: one for each processor, up to MOST_AT_ONCE. */
  readonly atOnce?: number;
  /** So many bytes of a run are compressed in this thread: to start others for them takes longer. Default: LITTLE. */
  readonly little?: number;
  /**
   * Path of a Python whose own zlib is used if it is zlib of zlib.net, which takes two thirds of the time; null for none. Asked for
   * when there is something to weigh.
   */
  readonly python: () => Promise<string | null>;
  readonly signal: AbortSignal;
}

/** A compressor takes some 20 MB of memory, and beyond a few of them the disk sets the pace. */
const MOST_AT_ONCE = 8;

const LITTLE = 256 * KIB;

/** Is told `{ bytes }` of each tree that is weighed: the content that goes to the compressor. */
const WEIGHING = channel("slugdiff.weigh");

export function createWeigher({ atOnce, little = LITTLE, python, signal }: WeigherOptions): Weigher {
  let found: Promise<string | null> | undefined;
  const start = async (): Promise<Compressor> => {
    const path = await (found ??= python());
    return (path === null ? null : await startNative(path, signal)) ?? startThread();
  };
  let left = little;
  let zlib: Zlib | undefined;
  const pool = new Pool(atOnce ?? Math.min(availableParallelism(), MOST_AT_ONCE), start);
  const abort = (): void => {
    void pool.close(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });

  /** All of a tree's segments, or the problem of one of them. */
  const compress = async (
    root: string,
    segments: readonly Segment[],
    onBytes?: (bytes: number) => void,
  ): Promise<{ readonly segment: Segment; readonly result: SegmentResult }[]> => {
    signal.throwIfAborted();
    if (WEIGHING.hasSubscribers) WEIGHING.publish({ bytes: total(segments.map(({ content }) => content)) });
    const length = total(segments.map(({ start, primed, end }) => end - start - primed));
    const isLittle = length <= left;
    if (isLittle) left -= length;
    const group = {};
    const parts = segments.map(async (segment) => {
      const task = { root, segment };
      const result = isLittle
        ? compressSegment((zlib ??= new Zlib()), root, segment)
        : await pool.compress(task, group);
      onBytes?.(segment.content);
      return { segment, result };
    });
    return Promise.all(parts).catch(failed);
  };

  return {
    weigh: async ({ root, entries }, onBytes, known = new Map()) => {
      const lone = entries.map(({ path }) => known.get(path) ?? 0);
      const isKnown = ({ pieceOf }: Segment): boolean => pieceOf !== null && known.has(entries[pieceOf]?.path ?? "");
      const segments = cut(entries);
      const results = await compress(
        root,
        segments.filter((segment) => !isKnown(segment)),
        onBytes,
      );
      let compressed = total(lone);
      for (const { segment, result } of results) {
        result.lone.forEach((bytes, at) => (lone[segment.first + at] = (lone[segment.first + at] ?? 0) + bytes));
        compressed += result.compressed;
      }
      const shares = apportion(compressed, lone);
      const weighed = entries.map(({ path, kind, size }, at): Entry => {
        return { path, kind, disk: size, compressed: shares[at] ?? 0 };
      });
      return { weight: entriesWeight(weighed), entries: weighed };
    },
    weighFile: async (root, entry, onBytes) => {
      const pieces = cut([entry]).filter(({ pieceOf }) => pieceOf !== null);
      const results = await compress(root, pieces, onBytes);
      return total(results.map(({ result }) => result.compressed));
    },
    warmUp: () => {
      pool.warmUp();
    },
    close: async () => {
      signal.removeEventListener("abort", abort);
      await pool.close(new Error("The weigher is closed."));
    },
  };
}

function total(bytes: readonly number[]): number {
  return bytes.reduce((a, b) => a + b, 0);
}

function failed(error: unknown): never {
  if (!(error instanceof FileProblem)) throw error;
  throw new SideError(
    "unweighable",
    "weigh",
    `${error.path} ${error.problem}.`,
    "Run again, with nothing else at work on these files.",
  );
}
