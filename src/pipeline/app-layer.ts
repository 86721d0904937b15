import { z } from "zod";
import type { AppFiles } from "../app/app-files.js";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { layerStoreKey } from "../store/key.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import type { CheckedOutApp } from "./checked-out.js";
import { layerOf, NO_METADATA, unstoredKey, type MakeLayers } from "./layers.js";
import type { Shared } from "./shared.js";

/** Files of the app of this size, in bytes, are remembered one by one. */
const MODEL = MIB;

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
    const sizes = large.map(async ({ entry, blob }) => {
      const size = await answers.to({
        about: ["large file", blob, COMPRESSOR],
        find: () => parts.weigher.weighFile(root, entry),
        lasting: { schema: z.int(), may: () => true },
      });
      return [entry.path, size] as const;
    });
    const known = new Map(await Promise.all(sizes));
    const weighed = await parts.weigher.weigh({ root, entries }, undefined, known);
    await add(key, { version: null, measure: "measured", error: 0, unclaimed: [], metadata: NO_METADATA, ...weighed });
  };
  return layerOf(await layers.all(new Set([key]), make), key, "app");
}
