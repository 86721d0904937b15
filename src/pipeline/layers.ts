import { setImmediate } from "node:timers/promises";
import type { DistributionMetadata, WeighedLayer } from "../model/distribution.js";
import type { LayerStore } from "../store/store.js";

/** Records that are read before processes are heard again: reading one takes some tenths of a millisecond. */
const READ_IN_A_ROW = 256;

/** Makes the layers that nobody has yet: `add` is to be called once for each of these keys, as soon as its layer is there. */
export type MakeLayers = (
  missing: ReadonlySet<string>,
  add: (key: string, layer: WeighedLayer) => Promise<void>,
) => Promise<void>;

/**
 * Weighed layers by their content, each made at most once in a run, whoever asks for it: the two sides of a comparison
 * ask for mostly the same ones.
 */
export interface LayerCache {
  /**
   * The layers of all `wanted` keys. Those that neither the store nor another caller has are made by one call of
   * `make`. Where another caller's `make` fails, this caller's is tried: its other distributions may be to blame.
   */
  all(wanted: ReadonlySet<string>, make: MakeLayers): Promise<ReadonlyMap<string, WeighedLayer>>;
  /** Those of the layers that are known already. */
  known(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, WeighedLayer>>;
}

export function createLayerCache(store: LayerStore): LayerCache {
  const claimed = new Map<string, Promise<ReadonlyMap<string, WeighedLayer>>>();

  async function find(keys: readonly string[], make: MakeLayers): Promise<ReadonlyMap<string, WeighedLayer>> {
    const found = new Map<string, WeighedLayer>();
    for (const [at, key] of keys.filter(isStored).entries()) {
      if (at % READ_IN_A_ROW === READ_IN_A_ROW - 1) await setImmediate();
      const layer = await store.get(key);
      if (layer !== null) found.set(key, layer);
    }
    const missing = new Set(keys.filter((key) => !found.has(key)));
    if (missing.size === 0) return found;
    await make(missing, async (key, layer) => {
      found.set(key, layer);
      if (isStored(key)) await store.put(key, layer);
    });
    return found;
  }

  return {
    async known(wanted) {
      const found = new Map<string, WeighedLayer>();
      for (const key of wanted) {
        const made = await claimed.get(key)?.catch(() => undefined);
        const layer = made?.get(key) ?? (isStored(key) ? await store.get(key) : null);
        if (layer !== null) found.set(key, layer);
      }
      return found;
    },
    async all(wanted, make) {
      const result = new Map<string, WeighedLayer>();
      let open = [...wanted];
      while (open.length > 0) {
        const mine = open.filter((key) => !claimed.has(key));
        if (mine.length > 0) {
          const work = find(mine, make);
          for (const key of mine) claimed.set(key, work);
          try {
            for (const [key, layer] of await work) result.set(key, layer);
          } catch (error) {
            for (const key of mine) claimed.delete(key);
            throw error;
          }
        }
        for (const key of open) {
          const layers = await claimed.get(key)?.catch(() => undefined);
          const layer = layers?.get(key);
          if (layer) result.set(key, layer);
        }
        const left = open.filter((key) => !result.has(key));
        if (left.length === open.length && mine.length > 0) throw new Error(`no layer was made for ${left.join(", ")}`);
        open = left;
      }
      return result;
    },
  };
}

const UNSTORED = "unstored ";

/** The key of a layer that nothing short of its content stands for: known within the run, and not after it. */
export function unstoredKey(name: string): string {
  return UNSTORED + name;
}

function isStored(key: string): boolean {
  return !key.startsWith(UNSTORED);
}

/** For layers that are no distributions. */
export const NO_METADATA: DistributionMetadata = { requires: [], extras: [] };

/** The layer of a key that was asked for. */
export function layerOf(layers: ReadonlyMap<string, WeighedLayer>, key: string, name: string): WeighedLayer {
  const layer = layers.get(key);
  if (layer === undefined) throw new Error(`no layer was made for ${name}`);
  return layer;
}
