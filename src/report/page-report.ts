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

/** Changed files of the app that stand in a page's report; the map has more of them. */
const FILES = 20;

/** The map of one app for a page that is about so many apps. */
export function mapFor({ report, base, head }: Made, apps: number): MapNode {
  const rows = rowCosts(report);
  const frame = embeddedBytes(trimmed(report, () => false));
  return sizeMap(base, head, { most: PAGE / apps - frame, beside: (key) => rows.get(key) ?? 0 });
}

/** A report, and the sides that it was made of, file by file. */
interface Made {
  readonly report: Report;
  readonly base: Side;
  readonly head: Side;
}

/** What a page says of an app: the map, and of the report what belongs to it. */
export function pageApp(report: Report, map: MapNode): PageApp {
  const shown = new Set(map.children?.flatMap(({ key }) => key ?? []));
  return { report: trimmed(report, (key) => shown.has(key)), map };
}

/** The report with rows about some layers only, by their key, and without what `PageApp` says. */
function trimmed(report: Report, isShown: (key: string) => boolean): Report {
  const head = new Set(report.head.layers.map(layerKey));
  return {
    ...report,
    base: trimmedSide(report.base, (key) => isShown(key) && !head.has(key)),
    head: trimmedSide(report.head, isShown),
    diff: trimmedDiff(report.diff, isShown),
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

function trimmedDiff(diff: ReportDiff, isShown: (key: string) => boolean): ReportDiff {
  if (diff.state === "unknown") return diff;
  const cut = diff.files.slice(FILES);
  return {
    ...diff,
    layers: diff.layers
      .filter((row) => row.change !== "unchanged" && isShown(layerKey(row)))
      .map((row) => ({ ...row, why: [] })),
    updates: diff.updates.filter(({ layers: [largest] }) => isShown(keyOf(largest))),
    files: diff.files.slice(0, FILES),
    filesFolded: {
      count: diff.filesFolded.count + cut.length,
      delta: add(diff.filesFolded.delta, sum(cut.map(({ delta }) => delta))),
    },
  };
}

/** An update is of distributions alone. */
function keyOf(name = ""): string {
  return layerKey({ kind: "distribution", name });
}

/** Bytes of the rows about each layer that a trimmed report has if the map shows it. */
function rowCosts(report: Report): ReadonlyMap<string, number> {
  const { base, head, diff } = trimmed(report, () => true);
  const costs = new Map<string, number>();
  const count = (key: string, row: object): void => {
    const separator = 1;
    costs.set(key, (costs.get(key) ?? 0) + embeddedBytes(row) + separator);
  };
  for (const row of [...base.layers, ...head.layers, ...diff.layers]) count(layerKey(row), row);
  for (const update of diff.updates) count(keyOf(update.layers[0]), update);
  return costs;
}
