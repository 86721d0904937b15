import { z } from "zod";
import { LAYER_KINDS } from "../model/layer.js";
import { LAYER_WEIGHT, type LayerWeight } from "../model/layer-weight.js";
import { bytes } from "../model/report-weight.js";
import type { Point, Weighed } from "./point.js";

/** Points by app, each app's in the order of `mergePoints`. */
export type History = ReadonlyMap<string, readonly Point[]>;

/** Raised whenever a record has another form. */
export const RECORD_FORMAT = 1;

/** Characters; a record that has more is none of ours. */
const LONGEST = 32 * 1024 * 1024;

/** What a slug weighed, as a memory has it. */
export const WEIGHED: z.ZodType<Weighed> = z.strictObject({
  way: z.string(),
  weighed: z.iso.datetime(),
  layers: z.array(LAYER_WEIGHT),
});

const LAYER = z.tuple([z.enum(LAYER_KINDS), z.string(), z.string().nullable(), bytes, bytes, bytes]);
const POINT = z.strictObject({
  sha: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/),
  date: z.iso.datetime(),
  subject: z.string(),
  way: z.string(),
  weighed: z.iso.datetime(),
  layers: z.array(z.int().nonnegative()),
});
const RECORD = z.strictObject({
  v: z.literal(RECORD_FORMAT),
  // From one point to the next most layers are the same, so that each is written once, and points name them by their place.
  apps: z.array(z.strictObject({ app: z.string(), layers: z.array(LAYER), points: z.array(POINT) })),
});

/** The history as JSON, a line for each point; the same history is the same text. Ends with a line break. */
export function writeRecord(history: History): string {
  const apps = [...history].map(([app, points]) => {
    const places = new Map<string, number>();
    const placeOf = (layer: string): number => {
      const known = places.get(layer) ?? places.size;
      places.set(layer, known);
      return known;
    };
    const lines = points.map(({ sha, date, subject, way, weighed, layers }) =>
      JSON.stringify({ sha, date, subject, way, weighed, layers: layers.map((layer) => placeOf(packed(layer))) }),
    );
    return `{"app": ${JSON.stringify(app)}, "layers": ${list([...places.keys()])}, "points": ${list(lines)}}`;
  });
  return `{"v": ${String(RECORD_FORMAT)}, "apps": ${list(apps)}}\n`;
}

/** What a record says; null if it is none, or one of another form. */
export function readRecord(text: string): History | null {
  if (text.length > LONGEST) return null;
  try {
    const { apps } = RECORD.parse(JSON.parse(text));
    return new Map(
      apps.map(({ app, layers, points }) => {
        const unpacked = layers.map(unpack);
        return [app, points.map((point) => ({ ...point, layers: point.layers.map((place) => at(unpacked, place)) }))];
      }),
    );
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof RangeError) return null;
    throw error;
  }
}

function packed({ kind, name, version, weight }: LayerWeight): string {
  return JSON.stringify([kind, name, version, weight.files, weight.disk, weight.compressed]);
}

function unpack([kind, name, version, files, disk, compressed]: z.infer<typeof LAYER>): LayerWeight {
  return { kind, name, version, weight: { files, disk, compressed } };
}

function at(layers: readonly LayerWeight[], place: number): LayerWeight {
  const layer = layers[place];
  if (layer === undefined) throw new RangeError(`there is no layer ${String(place)}`);
  return layer;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n]`;
}
