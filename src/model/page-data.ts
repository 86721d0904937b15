import type { Report } from "./report.js";
import type { MapNode } from "./size-map.js";

/** All that the HTML page shows, embedded in it as JSON. The page computes no figure that is not in here, but by adding and subtracting. */
export interface PageData {
  /** In the order in which they are read: the worst first. At least one. */
  readonly apps: readonly PageApp[];
}

/** One app's report, and the map of what its slug holds on both sides. */
export interface PageApp {
  /**
   * In a report's own form, without what the map says or nobody asks for, so that a page stays small. What is there is as it is
   * in the report; lists lack rows:
   * - `head.layers` has those that the map shows, `base.layers` those of them that are not at the head any more;
   * - `diff.layers` has no unchanged ones, and only its first rows have a `why`; the layers have it all;
   * - `diff.layers` and `diff.updates` lack what is smallest if there are thousands, or hundreds of apps;
   * - `diff.files` is cut, and what is cut is in `filesFolded`;
   * - no layer has `largestFiles`, no overlap `examples`.
   */
  readonly report: Report;
  /**
   * Null sizes where a side does not have a node; of a side that could not be weighed, or was not asked for (`weigh`), no node
   * has any.
   */
  readonly map: MapNode;
}

/**
 * Where the page's template wants text, each exactly once: its title, with `&` and `<` escaped as HTML, and its data, JSON with
 * each `<` as `\u003c`. Both have to be filled in one pass, since what is filled in may hold such a mark too.
 */
export const PLACEHOLDERS = { title: "{{title}}", data: "{{data}}" } as const;
