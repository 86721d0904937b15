import type { LayerWeight } from "./layer-weight.js";

/** What an app got from outside, and what that weighed, at some moment. */
export interface LastTime {
  /** RFC 3339: as of when it was resolved. */
  readonly cutoff: string;
  readonly layers: readonly LayerWeight[];
}
