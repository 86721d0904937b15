import { layerWeight } from "../model/layer-weight.js";
import type { LastTime } from "../model/outside.js";
import type { Outside } from "../model/report.js";
import type { Slug } from "../model/slug.js";
import { sum } from "../model/weight.js";
import { changesBetween } from "./layers.js";

/** The layers that the world outside can change while the app's own files stay as they are; of the runtime only its size is certain. */
export function fromOutside(slug: Slug): LastTime["layers"] {
  return slug.layers.filter(({ kind }) => kind === "distribution" || kind === "tool").map(layerWeight);
}

/** What an app gets now in other versions than then, or only now, or no more; null if that is nothing. */
export function outsideChange(then: LastTime, now: Slug): Outside | null {
  const isOtherVersion = ({ fromVersion, toVersion }: Outside["layers"][number]): boolean => fromVersion !== toVersion;
  const layers = changesBetween(then.layers, fromOutside(now), isOtherVersion);
  if (layers.length === 0) return null;
  return { since: then.cutoff, delta: sum(layers.map(({ delta }) => delta)), layers };
}
