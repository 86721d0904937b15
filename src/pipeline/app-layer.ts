import { z } from "zod";
import type { AppFiles } from "../app/app-files.js";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import type { TreeEntry } from "../model/tree.js";
import type { Activity, Progress } from "../ports.js";
import { layerStoreKey } from "../store/key.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import type { CheckedOutApp } from "./checked-out.js";
import { layerOf, NO_METADATA, unstoredKey, type MakeLayers } from "./layers.js";
import type { Shared } from "./shared.js";

/** Files of the app of this size, in bytes, are remembered one by one. */
const MODEL = MIB;

/** To weigh so many bytes takes long enough to be worth a line. */
const MUCH = 32 * MIB;

/** Weighs the app's own files that ship; git's tree stands for them, its `.slugignore` included. */
export async function weighApp(
  { root, treeId, blobs }: CheckedOutApp,
  { entries }: AppFiles,
  { parts, layers, answers }: Shared,
): Promise<WeighedLayer> {
  const key =
    treeId === null
      ? unstoredKey(`${root} app`)
      : layerStoreKey({
          content: `git-tree:${treeId}`,
          python: null,
          interpreter: null,
          platform: "any",
          bytecode: "none",
          compressor: COMPRESSOR,
          builder: null,
        });
  const make: MakeLayers = async (_, add) => {
    // A model does not change as often as the code beside it.
    const large = entries.flatMap((entry) => {
      const blob = blobs.get(entry.path);
      return blob !== undefined && entry.size >= MODEL ? { entry, blob } : [];
    });
    const all = bytesOf(entries);
    const shown = showMuch(all - bytesOf(large.map(({ entry }) => entry)), large.length, parts.context.progress);
    try {
      const own = new Set<TreeEntry>();
      const sizes = large.map(async ({ entry, blob }) => {
        const size = await answers.to({
          about: ["large file", blob, COMPRESSOR],
          find: () => {
            own.add(entry);
            shown.todo(entry.size);
            return parts.weigher.weighFile(root, entry, shown.done);
          },
          lasting: { schema: z.int(), may: () => true },
        });
        if (!own.has(entry)) shown.known();
        return [entry.path, size] as const;
      });
      const known = new Map(await Promise.all(sizes));
      const weighed = await parts.weigher.weigh({ root, entries }, shown.done, known);
      const common = { version: null, measure: "measured", error: 0, unclaimed: [], metadata: NO_METADATA } as const;
      await add(key, { ...common, ...weighed });
    } finally {
      shown.end();
    }
  };
  return layerOf(await layers.all(new Set([key]), make), key, "app");
}

/** How far the weighing of the app's files is, told once it is known how much there is to do, if that is much. */
interface Shown {
  /** A large file is weighed. */
  todo(bytes: number): void;
  /** A large file's size is remembered, or somebody else's work. */
  known(): void;
  readonly done: (bytes: number) => void;
  end(): void;
}

/**
 * @param rest bytes of the files that are weighed in any case
 * @param open large files of which it is not known yet whether they are
 */
function showMuch(rest: number, open: number, progress: Progress): Shown {
  let activity: Activity | null = null;
  let [total, left, behind] = [rest, open, 0];
  const begin = (): void => {
    if (left > 0 || total < MUCH) return;
    activity = progress.start("Weighing the app's files", total, "bytes");
    activity.advance(behind);
  };
  begin();
  return {
    todo: (bytes) => {
      total += bytes;
      left--;
      begin();
    },
    known: () => {
      left--;
      begin();
    },
    done: (bytes) => {
      behind += bytes;
      activity?.advance(bytes);
    },
    end: () => {
      activity?.end(mib(total));
    },
  };
}

function bytesOf(entries: readonly TreeEntry[]): number {
  return entries.reduce((total, { size }) => total + size, 0);
}
