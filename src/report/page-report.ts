import { embeddedBytes } from "../model/embedded-json.js";
import { layerKey } from "../model/layer.js";
import type { PageApp } from "../model/page-data.js";
import type { Report, ReportDiff } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import type { Side } from "../model/slug.js";
import { add, sum } from "../model/weight.js";
import { sizeMap } from "./size-map.js";

/**
 * Bytes of all that a page shows, maps and reports of all apps. With the page's own text and code it stays below 5 MB, which
 * browsers open at once and mail still takes.
 */
const PAGE = 4_000_000;

/** Rows that a table about what changed can have. */
const ROWS = 20;

/** The map of one app for a page that is about so many apps. */
export function mapFor({ report, base, head }: Made, apps: number): MapNode {
  const most = PAGE / apps;
  const rows = rowCosts(report);
  const frame = embeddedBytes(trimmed(report, most, () => false));
  return sizeMap(base, head, { most: most - frame, beside: (key) => rows.get(key) ?? 0 });
}

/** A report, and the sides that it was made of, file by file. */
interface Made {
  readonly report: Report;
  readonly base: Side;
  readonly head: Side;
}

/** What a page about so many apps says of one: the map, and of the report what belongs to it. */
export function pageApp({ report, map }: PageApp, apps: number): PageApp {
  const shown = new Set(map.children?.flatMap(({ key }) => key ?? []));
  return { report: trimmed(report, PAGE / apps, (key) => shown.has(key)), map };
}

/** The report without what `PageApp` says, and of the sides' layers some only, by their key. @param most bytes of the app on the page */
function trimmed(report: Report, most: number, isShown: (key: string) => boolean): Report {
  const head = new Set(report.head.layers.map(layerKey));
  return {
    ...report,
    base: trimmedSide(report.base, (key) => isShown(key) && !head.has(key)),
    head: trimmedSide(report.head, isShown),
    diff: trimmedDiff(report.diff, most / 4),
  };
}

function trimmedSide(side: Report["base"], isShown: (key: string) => boolean): Report["base"] {
  if (side.state !== "weighed") return side;
  return {
    ...side,
    layers: side.layers.filter((layer) => isShown(layerKey(layer))).map((layer) => ({ ...layer, largestFiles: [] })),
    overlaps: side.overlaps.map((overlap) => ({ ...overlap, examples: [] })),
  };
}

/** @param most bytes of each of the lists */
function trimmedDiff(diff: ReportDiff, most: number): ReportDiff {
  if (diff.state === "unknown") return diff;
  const cut = diff.files.slice(ROWS);
  const changed = diff.layers.filter(({ change }) => change !== "unchanged");
  return {
    ...diff,
    layers: fitting(
      changed.map((row, at) => (at < ROWS ? row : { ...row, why: [] })),
      most,
    ),
    updates: fitting(diff.updates, most),
    files: diff.files.slice(0, ROWS),
    filesFolded: {
      count: diff.filesFolded.count + cut.length,
      delta: add(diff.filesFolded.delta, sum(cut.map(({ delta }) => delta))),
    },
  };
}

/** The first rows, as many as fit; one in any case: by the largest a headline says whether anything changed, and in which unit. */
function fitting<T>(rows: readonly T[], most: number): T[] {
  const fit: T[] = [];
  let left = most;
  for (const row of rows) {
    left -= embeddedBytes(row) + SEPARATOR;
    if (left < 0 && fit.length > 0) break;
    fit.push(row);
  }
  return fit;
}

/** Of a list in JSON. */
const SEPARATOR = 1;

/** Bytes of the row about each layer that a trimmed report has if the map shows it: no key is in both sides' any more. */
function rowCosts(report: Report): ReadonlyMap<string, number> {
  const { base, head } = trimmed(report, 0, () => true);
  return new Map([...base.layers, ...head.layers].map((row) => [layerKey(row), embeddedBytes(row) + SEPARATOR]));
}
