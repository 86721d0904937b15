import type { ReportLayer } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import { plain } from "../render/layout.js";
import type { Spans } from "../render/span.js";
import { requiredBy, whyOf } from "../render/tables.js";
import { nameOf } from "./names.js";
import { bytesOf, deltaOf, lastOf, stepsTo, unitOf, within, type Place } from "./nodes.js";
import type { Facts, State } from "./state.js";

/** One line of the table: a part of what fills the map, or something that was searched for. */
export interface Row {
  readonly place: Place;
  readonly node: MapNode;
  /** Of a layer. */
  readonly layer: ReportLayer | null;
  readonly bytes: number;
  readonly delta: number;
  /** What would leave the slug with it; null but for a distribution that is in it. */
  readonly retained: number | null;
  readonly neededBy: Spans;
  /** Where a file or folder is; of a layer why it is there. */
  readonly path: Spans;
}

export const COLUMNS = ["name", "weight", "change", "retained", "needed by"] as const;
export type Column = (typeof COLUMNS)[number];

/** How a table is sorted. */
export interface Sorting {
  readonly column: Column;
  readonly isAscending: boolean;
}

/** The rows of a state, in no particular order; what weighs nothing and has not changed has none. */
export function rowsOf(facts: Facts, state: State): Row[] {
  const places = state.found?.places ?? (lastOf(state.place).children ?? []).map((node) => within(state.place, node));
  return places
    .map((place) => rowOf(facts, state, place))
    .filter(({ bytes, delta }) => (state.measure === "change" ? delta !== 0 : bytes !== 0 || delta !== 0));
}

function rowOf({ report, side, layers }: Facts, { measure, found }: State, place: Place): Row {
  const node = lastOf(place);
  const unit = unitOf(measure);
  const sides = node.key === undefined ? undefined : layers.get(node.key);
  const layer = sides?.[side] ?? null;
  const either = layer ?? sides?.head ?? sides?.base ?? null;
  const shown = report[side];
  const isRetaining = layer?.kind === "distribution";
  return {
    place,
    node,
    layer: either,
    bytes: bytesOf(node, unit, side),
    delta: deltaOf(node, unit),
    retained: isRetaining ? layer.retained[unit] : null,
    neededBy: layer === null || shown.state !== "weighed" ? [] : requiredBy(layer, shown),
    path: either === null ? pathSpans(place, found !== null) : whyOf(either.kind, either.why),
  };
}

/** Of a part of what fills the map the names before it are known; of something found they are not. */
function pathSpans(place: Place, isWhole: boolean): Spans {
  const layer = place.find(({ kind }) => kind === "layer");
  const steps = stepsTo(place);
  const from = isWhole && layer !== undefined ? `${layer.name}: ` : "";
  return steps === "" ? [] : [{ as: "prose", text: `${from}${steps}` }];
}

/** The rows in order; of equal ones the heavier first. */
export function sorted(rows: readonly Row[], { column, isAscending }: Sorting): Row[] {
  const keys = new Map(rows.map((row) => [row, keyOf(row, column)]));
  const compare = (a: Row, b: Row): number => {
    const [left = "", right = ""] = [keys.get(a), keys.get(b)];
    if (left === right) return 0;
    // What has no such thing comes last, whichever way the rest is sorted.
    if (left === "" || right === "") return left === "" ? 1 : -1;
    return (left < right ? -1 : 1) * (isAscending ? 1 : -1);
  };
  return rows.toSorted((a, b) => compare(a, b) || b.bytes - a.bytes || (nameOf(a.node) < nameOf(b.node) ? -1 : 1));
}

function keyOf(row: Row, column: Column): number | string {
  switch (column) {
    case "name":
      return nameOf(row.node).toLowerCase();
    case "weight":
      return row.bytes;
    case "change":
      return Math.abs(row.delta);
    case "retained":
      return row.retained ?? "";
    case "needed by":
      return plain(row.neededBy).toLowerCase();
  }
}
