import type { AppFiles } from "../app/app-files.js";
import type { WeighedLayer } from "../model/distribution.js";
import { layerStoreKey } from "../store/key.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import type { CheckedOutApp } from "./checked-out.js";
import { layerOf, NO_METADATA, unstoredKey, type MakeLayers } from "./layers.js";
import type { Shared } from "./shared.js";

/** Weighs the app's own files that ship; git's tree stands for them, its `.slugignore` included. */
export async function weighApp(
  { root, treeId }: CheckedOutApp,
  { entries }: AppFiles,
  { parts, layers }: Shared,
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
    const weighed = await parts.weigher.weigh({ root, entries });
    await add(key, { version: null, measure: "measured", error: 0, unclaimed: [], metadata: NO_METADATA, ...weighed });
  };
  return layerOf(await layers.all(new Set([key]), make), key, "app");
}
