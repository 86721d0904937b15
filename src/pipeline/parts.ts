import type { Repository } from "../revisions/repository.js";
import type { Context } from "../ports.js";
import type { Building } from "../sandbox/building.js";
import type { LayerStore } from "../store/store.js";
import type { Tools } from "../tools/tools.js";
import type { Weigher } from "../weigh/weigher.js";

/** What has a life of its own during a run; a composition root makes it and ends it. */
export interface Parts {
  readonly repository: Repository;
  readonly store: LayerStore;
  readonly tools: Tools;
  readonly weigher: Weigher;
  readonly building: Building;
  readonly context: Context;
}
