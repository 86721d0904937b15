import { z } from "zod";
import { LAYER_KINDS, type Layer } from "./layer.js";
import { DELTA, WEIGHT } from "./report-weight.js";

/** A layer as it is remembered: without its files. */
export const LAYER_WEIGHT = z.strictObject({
  kind: z.enum(LAYER_KINDS),
  name: z.string(),
  version: z.string().nullable(),
  weight: WEIGHT,
});

/** One layer that weighs otherwise than before. */
export const LAYER_CHANGE = z.strictObject({
  kind: z.enum(LAYER_KINDS),
  name: z.string(),
  fromVersion: z.string().nullable().describe("Null if the layer came."),
  toVersion: z.string().nullable().describe("Null if the layer went."),
  delta: DELTA,
});

export type LayerWeight = Readonly<z.infer<typeof LAYER_WEIGHT>>;
export type LayerChange = z.infer<typeof LAYER_CHANGE>;

/** What is remembered of a layer. */
export function layerWeight({ kind, name, version, weight }: Pick<Layer, keyof LayerWeight>): LayerWeight {
  const { files, disk, compressed } = weight;
  return { kind, name, version, weight: { files, disk, compressed } };
}
