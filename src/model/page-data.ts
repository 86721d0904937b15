import type { Report } from "./report.js";
import type { MapNode } from "./size-map.js";

/** All that the HTML page shows, embedded in it as JSON. The page computes no figure that is not in here, but by adding and subtracting. */
export interface PageData {
  /** In the order in which they are read: the worst first. At least one. */
  readonly apps: readonly PageApp[];
}

/** One app's report, and the map of what its slug holds on both sides. */
export interface PageApp {
  readonly report: Report;
  /**
   * Null sizes where a side does not have a node; of a side that could not be weighed, or was not asked for (`weigh`), no node
   * has any.
   */
  readonly map: MapNode;
}
