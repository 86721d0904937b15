import type { LayerKind } from "./layer.js";
import type { Weight } from "./weight.js";

/** What an app got from outside, and what that weighed, at some moment. */
export interface LastTime {
  /** RFC 3339: as of when it was resolved. */
  readonly cutoff: string;
  readonly layers: readonly {
    readonly kind: LayerKind;
    readonly name: string;
    readonly version: string | null;
    readonly weight: Weight;
  }[];
}
