import { layerKey } from "../model/layer.js";
import type { LastTime } from "../model/outside.js";
import type { Outside } from "../model/report.js";
import type { Slug } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import { subtract, sum, ZERO, type Weight } from "../model/weight.js";

/** The layers that the world outside can change while the app's own files stay as they are; of the runtime only its size is certain. */
export function fromOutside(slug: Slug): LastTime["layers"] {
  return slug.layers
    .filter(({ kind }) => kind === "distribution" || kind === "tool")
    .map(({ kind, name, version, weight }) => ({ kind, name, version, weight: plain(weight) }));
}

/** What an app gets now in other versions than then, or only now, or no more; null if that is nothing. */
export function outsideChange(then: LastTime, now: Slug): Outside | null {
  const [before, after] = [then.layers, fromOutside(now)].map(
    (layers) => new Map(layers.map((layer) => [layerKey(layer), layer])),
  );
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]);
  const layers = [...keys].flatMap((key): Outside["layers"] => {
    const [from, to] = [before?.get(key), after?.get(key)];
    const either = to ?? from;
    if (either === undefined || from?.version === to?.version) return [];
    const { kind, name } = either;
    const delta = subtract(to?.weight ?? ZERO, from?.weight ?? ZERO);
    return [{ kind, name, fromVersion: from?.version ?? null, toVersion: to?.version ?? null, delta }];
  });
  if (layers.length === 0) return null;
  layers.sort((a, b) => Math.abs(b.delta.compressed) - Math.abs(a.delta.compressed) || compareBytes(a.name, b.name));
  return { since: then.cutoff, delta: sum(layers.map(({ delta }) => delta)), layers };
}

function plain({ files, disk, compressed }: Weight): Weight {
  return { files, disk, compressed };
}
