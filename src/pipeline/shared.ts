import { createAnswers, type Answers } from "../store/answers.js";
import { createLayerCache, type LayerCache } from "./layers.js";
import type { ResolvedDistribution } from "../model/resolution.js";
import type { Parts } from "./parts.js";
import type { Timings } from "./stage.js";
import type { WeighedLayer } from "../model/distribution.js";

/** The runtime's layer, and a note if it is an estimate. */
export interface WeighedRuntime {
  readonly weighed: WeighedLayer;
  readonly notes: readonly string[];
}

/** What both sides of an app share and, but for `timings`, all apps of a run. */
export interface Shared {
  readonly parts: Parts;
  readonly layers: LayerCache;
  readonly answers: Answers;
  /** Runtimes by the address of their archive and the target, so that all have the same figure. */
  readonly runtimes: Map<string, Promise<WeighedRuntime>>;
  /** Stands in for installing what is not known; null where everything is to be weighed. Null of what can't be predicted. */
  readonly predict: ((distribution: ResolvedDistribution) => Promise<WeighedLayer | null>) | null;
  readonly timings: Timings;
}

/** What is shared, before anything is known. */
export function createShared(parts: Parts): Shared {
  return {
    parts,
    layers: createLayerCache(parts.store),
    answers: createAnswers(parts.store),
    runtimes: new Map(),
    predict: null,
    timings: {},
  };
}
