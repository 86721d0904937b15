import type { Entry, Measure } from "./layer.js";
import type { Weight } from "./weight.js";
import type { TreeEntry } from "./tree.js";

/** What a distribution's METADATA says of its dependencies, verbatim (PEP 508 strings). */
export interface DistributionMetadata {
  readonly requires: readonly string[];
  readonly extras: readonly string[];
}

/** One distribution as it lies on disk, in the slug's layout, compiled. */
export interface InstalledDistribution {
  /** Normalised name (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** Absolute path of the directory that stands for the slug root; entries' paths start with `.heroku/python/`. */
  readonly root: string;
  /** Claimed by RECORD, plus the bytecode compiled from it, plus the directories that hold them; in tar order. */
  readonly entries: readonly TreeEntry[];
  /** On disk, but claimed by nobody. */
  readonly unclaimed: readonly TreeEntry[];
  readonly measure: Measure;
  /** Bytecode that could not be compiled here, one entry for each `.pyc` that Heroku would have; empty if compiled. */
  readonly predicted: readonly Entry[];
  /** Half-width of the error band of the predicted entries' compressed bytes, together. */
  readonly predictedError: number;
  readonly metadata: DistributionMetadata;
}

/** What the layer store remembers of a layer: everything but its name, since it is addressed by content. */
export interface WeighedLayer {
  readonly version: string | null;
  readonly measure: Measure;
  /** Of `entries` alone: they sum to it, exactly. */
  readonly weight: Weight;
  /** Half-width of the error band of `weight.compressed`, in bytes. */
  readonly error: number;
  /** In tar order. */
  readonly entries: readonly Entry[];
  /** Installed along with it, claimed by nobody. */
  readonly unclaimed: readonly Entry[];
  readonly metadata: DistributionMetadata;
}
