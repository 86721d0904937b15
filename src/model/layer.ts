import type { Weight } from "./weight.js";

/** Who owns a layer's files. `unattributed` owns what is installed and claimed by nobody. */
export const LAYER_KINDS = ["runtime", "tool", "distribution", "app", "unattributed"] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/**
 * How a layer's weight was come by. `built` was measured too, but of files that were built here from a source
 * archive; `estimated` carries an error band.
 */
export const MEASURES = ["measured", "built", "estimated"] as const;
export type Measure = (typeof MEASURES)[number];

/**
 * One tar entry of a layer. `path` is relative to the slug root (`/app` on a dyno), with `/`, in NFC or whatever
 * the file system gave. A directory has no disk size and no count, but its tar entry weighs a few bytes.
 */
export interface Entry {
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Bytes of the file's content; 0 for directories and symbolic links. */
  readonly disk: number;
  /** Bytes this entry adds to the gzip'd tar: its share of its layer. */
  readonly compressed: number;
}

/** A set of files with one owner. Its entries sum to its weight, exactly. */
export interface Layer {
  readonly kind: LayerKind;
  /** A distribution's normalised name (PEP 503); else `python`, `pip`, `app`… */
  readonly name: string;
  readonly version: string | null;
  readonly measure: Measure;
  readonly weight: Weight;
  /** Half-width of the error band of `weight.compressed`, in bytes; 0 unless estimated. */
  readonly error: number;
  /** In tar order. Empty for a layer of which only the sum is known (an estimated runtime). */
  readonly entries: readonly Entry[];
}

/** The weight of one entry. */
export function entryWeight(entry: Entry): Weight {
  return { files: entry.kind === "directory" ? 0 : 1, disk: entry.disk, compressed: entry.compressed };
}

/** What entries weigh together. */
export function entriesWeight(entries: readonly Entry[]): Weight {
  const weight = { files: 0, disk: 0, compressed: 0 };
  // Of tens of thousands: no object is made for each.
  for (const { kind, disk, compressed } of entries) {
    if (kind !== "directory") weight.files += 1;
    weight.disk += disk;
    weight.compressed += compressed;
  }
  return weight;
}

/** What a layer is called by what it is, as a distribution may be named `app` too; null for those that go by their own name. */
export function layerTitle(kind: LayerKind): string | null {
  switch (kind) {
    case "distribution":
    case "tool":
      return null;
    case "runtime":
      return "Python itself";
    case "app":
      return "the app's own files";
    case "unattributed":
      return "(unattributed)";
  }
}

/** Identifies a layer within one slug, and the layer that it is compared with in another. */
export function layerKey(layer: { readonly kind: LayerKind; readonly name: string }): string {
  // A tool that the app also requires (setuptools) is the same files to the reader: one row, not two.
  const family = layer.kind === "tool" ? "distribution" : layer.kind;
  return `${family}:${layer.name}`;
}
