import type { LayerKind } from "./layer.js";
import type { Weight } from "./weight.js";

export const CHANGES = ["added", "removed", "changed", "unchanged"] as const;
export type Change = (typeof CHANGES)[number];

/** How one layer differs between the sides. */
export interface LayerDelta {
  readonly kind: LayerKind;
  readonly name: string;
  readonly change: Change;
  readonly fromVersion: string | null;
  readonly toVersion: string | null;
  readonly delta: Weight;
}

/** Distributions whose change has one cause. Each that changed is in exactly one; their deltas sum to the group's. */
export type Update = { readonly delta: Weight; readonly layers: readonly string[] } & (
  | {
      /** One requirement of the app that came, went, or is met by something else now. */
      readonly kind: "requirement";
      readonly name: string;
      readonly change: Exclude<Change, "unchanged">;
      readonly fromVersion: string | null;
      readonly toVersion: string | null;
    }
  /** Several such requirements lead to these, and none of them alone. */
  | { readonly kind: "shared"; readonly names: readonly string[] }
  /** No requirement that changed leads to these: what is not pinned has moved, or only a lock was brought up to date. */
  | { readonly kind: "other" }
);

/** How one file differs between the sides. */
export interface FileDelta {
  /** Name of the layer that owns it. */
  readonly layer: string;
  readonly path: string;
  readonly change: Exclude<Change, "unchanged">;
  readonly delta: Weight;
}

/**
 * Head minus base. `unknown` if the base could not be weighed. Sorted by size of the compressed delta, largest
 * first, then by name; unchanged layers are included, unchanged files are not.
 */
export type SlugDiff =
  | {
      readonly state: "known";
      readonly total: Weight;
      /** Half-width of the error band of `total.compressed`, in bytes. */
      readonly error: number;
      readonly layers: readonly LayerDelta[];
      /** Files of the app layer only: a distribution's files follow from its version. */
      readonly files: readonly FileDelta[];
    }
  | { readonly state: "unknown" };

/** A diff of two sides of which each is weighed or absent. */
export type KnownDiff = Extract<SlugDiff, { readonly state: "known" }>;
