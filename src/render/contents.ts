import { dominatorsOf } from "../attribute/retained.js";
import type { ReportLayer, WeighedSide } from "../model/report.js";
import { sum } from "../model/weight.js";
import { code, own } from "./span.js";
import { requiredBy, titleOf } from "./tables.js";
import type { WeighedNode } from "./tree.js";

/**
 * A slug as a tree: its layers, each distribution under the one that it would leave the slug with, and the largest of the app's own
 * files. A distribution's row weighs what it retains.
 */
export function contentsOf(head: WeighedSide): WeighedNode {
  const below = broughtAlong(head);
  const others = head.layers.filter((layer) => layer.kind !== "distribution");
  const children = [
    ...others.map((layer) => loneNode(layer, head)),
    ...(below.get(null) ?? []).map((layer) => distributionNode(layer, null, head, below)),
  ];
  return { ...LEAF, label: [own("the slug")], weight: head.total, children: children.sort(byWeight) };
}

/** One layer, with all that would leave the slug with it. */
export function retainedBy(layer: ReportLayer, head: WeighedSide): WeighedNode {
  if (layer.kind !== "distribution") return loneNode(layer, head);
  return distributionNode(layer, null, head, broughtAlong(head));
}

/** For each distribution the nearest one without which it would not be there; null: the app itself. */
export function dominatorsIn({ layers }: WeighedSide): ReadonlyMap<string, string | null> {
  const distributions = layers.filter(({ kind }) => kind === "distribution");
  return dominatorsOf(
    distributions.map(({ name }) => name),
    {
      direct: distributions.filter(({ direct }) => direct),
      edges: distributions.flatMap(({ name, requiredBy: all }) => all.map((from) => ({ from, to: name }))),
    },
  );
}

/** Distributions by the name of the nearest one without which they would not be there; null: the app itself. */
type BroughtAlong = ReadonlyMap<string | null, readonly ReportLayer[]>;

function broughtAlong(head: WeighedSide): BroughtAlong {
  const above = dominatorsIn(head);
  const below = new Map<string | null, ReportLayer[]>();
  for (const layer of head.layers) {
    if (layer.kind !== "distribution") continue;
    const parent = above.get(layer.name) ?? null;
    const others = below.get(parent);
    if (others === undefined) below.set(parent, [layer]);
    else others.push(layer);
  }
  return below;
}

/** @param parent what it leaves with; null if that is the app itself */
function distributionNode(
  layer: ReportLayer,
  parent: string | null,
  head: WeighedSide,
  below: BroughtAlong,
): WeighedNode {
  const brought = (below.get(layer.name) ?? []).map((each) => distributionNode(each, layer.name, head, below));
  const itself = { ...LEAF, label: [own("itself")], weight: layer.weight };
  const isTold = parent !== null && layer.requiredBy.length === 1;
  return {
    ...LEAF,
    label: titleOf(layer),
    weight: sum([layer.weight, ...brought.map(({ weight }) => weight)]),
    reason: isTold ? [] : requiredBy(layer, head),
    children: brought.length === 0 ? [] : [itself, ...brought].sort(byWeight),
    within: brought.reduce((count, { within }) => count + 1 + within, 0),
  };
}

/** A layer by itself; the app's own with its largest files. */
function loneNode(layer: ReportLayer, head: WeighedSide): WeighedNode {
  const files = layer.kind === "app" ? layer.largestFiles : [];
  return {
    ...LEAF,
    label: titleOf(layer),
    weight: layer.weight,
    reason: requiredBy(layer, head),
    children: files.map(({ path, weight }) => ({ ...LEAF, label: [code(path)], weight })),
    unlisted: files.length === 0 ? 0 : layer.weight.files - files.length,
  };
}

const LEAF = { reason: [], children: [], unlisted: 0, within: 0 } as const;

/** The heaviest first. Of the same weight, they stay in the order of the report. */
function byWeight(a: WeighedNode, b: WeighedNode): number {
  return b.weight.compressed - a.weight.compressed;
}
