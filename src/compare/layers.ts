import { layerKey } from "../model/layer.js";
import type { LayerChange, LayerWeight } from "../model/layer-weight.js";
import { compareBytes } from "../model/tree.js";
import { subtract, ZERO } from "../model/weight.js";

/**
 * How layers differ from those of an earlier moment, the largest compressed delta first.
 * @param isChange which of all differences count, those of layers that stayed the same among them
 */
export function changesBetween(
  before: readonly LayerWeight[],
  after: readonly LayerWeight[],
  isChange: (change: LayerChange) => boolean,
): LayerChange[] {
  const old = new Map(before.map((layer) => [layerKey(layer), layer]));
  const now = new Map(after.map((layer) => [layerKey(layer), layer]));
  return [...new Set([...now.keys(), ...old.keys()])]
    .flatMap((key) => {
      const [from, to] = [old.get(key), now.get(key)];
      const layer = to ?? from;
      if (layer === undefined) return [];
      const versions = { fromVersion: from?.version ?? null, toVersion: to?.version ?? null };
      const delta = subtract(to?.weight ?? ZERO, from?.weight ?? ZERO);
      return [{ key, change: { kind: layer.kind, name: layer.name, ...versions, delta } }];
    })
    .filter(({ change }) => isChange(change))
    .sort(
      (a, b) => Math.abs(b.change.delta.compressed) - Math.abs(a.change.delta.compressed) || compareBytes(a.key, b.key),
    )
    .map(({ change }) => change);
}
