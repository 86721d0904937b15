import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { SideError } from "../errors.js";
import { ESTIMATED_RUNTIME, unpackRuntime } from "../install/runtime.js";
import { runtimeArchiveUrl } from "../platforms/buildpack.js";
import type { WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import type { Target } from "../model/target.js";
import { layerStoreKey } from "../store/key.js";
import { NO_STORE } from "../store/store.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import { createLayerCache, layerOf, NO_METADATA, type MakeLayers } from "./layers.js";
import type { Shared, WeighedRuntime } from "./shared.js";

/**
 * Weighs the runtime that Heroku puts into the slug. Its own archive is known by its address, which never changes
 * its content; what the user names instead is fetched each time and known by its hash. Where Heroku's can't be had, the weight is
 * estimated, the same on both sides.
 * @param archive file or URL instead of Heroku's; null for Heroku's
 * @throws SideError if the user's own archive can't be used
 */
export function weighRuntime(target: Target, archive: string | null, shared: Shared): Promise<WeighedRuntime> {
  const address = archive ?? runtimeArchiveUrl(target.stack, target.python.full);
  // A user's own archive may be for apps with several Python versions.
  const key = [address, target.stack, target.python.full].join(" ");
  const known = shared.runtimes.get(key) ?? weighArchive(address, target, archive !== null, shared);
  shared.runtimes.set(key, known);
  return known;
}

async function weighArchive(
  address: string,
  target: Target,
  isUsers: boolean,
  shared: Shared,
): Promise<WeighedRuntime> {
  const key = layerStoreKey({
    content: `runtime:${address}`,
    python: target.python.minor,
    interpreter: null,
    platform: target.stack,
    bytecode: "none",
    compressor: COMPRESSOR,
    builder: null,
  });
  const make: MakeLayers = async (_, add) => {
    const { context, weigher } = shared.parts;
    const root = await mkdtemp(join(context.scratch, "runtime-"));
    try {
      const tree = await unpackRuntime(address, root, context);
      const { weight, entries } = await weigher.weigh(tree);
      const layer: WeighedLayer = {
        version: target.python.full,
        measure: "measured",
        weight,
        error: 0,
        entries,
        unclaimed: [],
        metadata: NO_METADATA,
      };
      await add(key, layer);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  };
  const layers = createLayerCache(isUsers ? NO_STORE : shared.parts.store);
  try {
    return { weighed: layerOf(await layers.all(new Set([key]), make), key, "python"), notes: [] };
  } catch (error) {
    if (isUsers || !(error instanceof SideError)) throw error;
    return estimated(target, error.message);
  }
}

function estimated({ python }: Target, reason: string): WeighedRuntime {
  const { compressed, error, disk } = ESTIMATED_RUNTIME;
  const weighed: WeighedLayer = {
    version: python.full,
    measure: "estimated",
    weight: { files: 0, disk, compressed },
    error,
    entries: [],
    unclaimed: [],
    metadata: NO_METADATA,
  };
  return { weighed, notes: [`${reason} Its weight is estimated: ${mib(compressed)} ± ${mib(error)}.`] };
}
