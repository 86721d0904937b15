import { layerKey } from "../model/layer.js";
import type { Report, ReportLayer } from "../model/report.js";
import type { MapNode, Size } from "../model/size-map.js";

/** What the area of a rectangle stands for: what the slug weighs as it is shipped, on disk, or what a change does to the former. */
export type Measure = "compressed" | "disk" | "change";

/** The nodes from the slug down to one of them, both included. */
export type Place = readonly [MapNode, ...MapNode[]];

/** What a change did to a node. A node of which parts grew and others shrank is what its sum is. */
export type NodeChange = "added" | "removed" | "grown" | "shrunk" | "unchanged";

/** The side that is shown where no change is: the head, but of an app that goes away the base. */
export type ShownSide = "base" | "head";

export function shownSide({ head }: Report): ShownSide {
  return head.state === "absent" ? "base" : "head";
}

/** Whether both sides are known, so that there is a change to be shown. */
export function isCompared({ base, diff }: Report): boolean {
  return diff.state === "known" && base.revision !== null;
}

/** Bytes of a node, compressed or on disk; 0 where the side does not have it. */
export function bytesOf(node: MapNode, measure: "compressed" | "disk", side: ShownSide): number {
  return bytesIn(node[side], measure);
}

/** Head minus base. */
export function deltaOf(node: MapNode, measure: "compressed" | "disk"): number {
  return bytesIn(node.head, measure) - bytesIn(node.base, measure);
}

function bytesIn(size: Size | null, measure: "compressed" | "disk"): number {
  if (size === null) return 0;
  return measure === "disk" ? size[1] : size[2];
}

export function changeOf(node: MapNode): NodeChange {
  // What is folded together on one side may be shown by itself on the other.
  if (node.kind !== "rest" && node.base === null && node.head !== null) return "added";
  if (node.kind !== "rest" && node.base !== null && node.head === null) return "removed";
  const delta = deltaOf(node, "compressed");
  return delta === 0 ? "unchanged" : delta > 0 ? "grown" : "shrunk";
}

/** How nodes are valued under a measure. Signed: a change may be negative. */
export function valueOf(node: MapNode, measure: Measure, side: ShownSide): number {
  return measure === "change" ? deltaOf(node, "compressed") : bytesOf(node, measure, side);
}

/** The unit of a measure: a change is one of compressed bytes. */
export function unitOf(measure: Measure): "compressed" | "disk" {
  return measure === "disk" ? "disk" : "compressed";
}

export function lastOf(place: Place): MapNode {
  return place.at(-1) ?? place[0];
}

export function within(place: Place, node: MapNode): Place {
  return [...place, node];
}

/** Where a node lies; the slug lies in itself. */
export function parentOf(place: Place): Place {
  const [root, ...others] = place;
  return [root, ...others.slice(0, -1)];
}

/** What leads from its layer to a folder or file, with `/`, as the map shows it; empty for a slug and a layer. */
export function stepsTo(place: Place): string {
  return place
    .filter(({ kind }) => kind === "folder" || kind === "file")
    .map(({ name }) => name)
    .join("/");
}

/** Path of a folder or file in the slug, with `/`. */
export function pathOf(place: Place): string {
  return place.reduce(pathBelow, "");
}

/** Path of a node; a slug has none, and a layer that of the folder that it begins in. @param path of the node that it lies in */
export function pathBelow(path: string, { kind, name, folder = path }: MapNode): string {
  if (kind !== "folder" && kind !== "file") return folder;
  return folder === "" ? name : `${folder}/${name}`;
}

/** The nodes as one: what is too small, or too many, to be shown one by one. */
export function together(nodes: readonly MapNode[]): MapNode {
  return {
    kind: "rest",
    name: "",
    base: summed(nodes, "base"),
    head: summed(nodes, "head"),
    children: nodes,
    folded: nodes.length,
  };
}

function summed(nodes: readonly MapNode[], side: ShownSide): Size | null {
  let sum: Size | null = null;
  for (const { [side]: size } of nodes) {
    if (size === null) continue;
    sum = sum === null ? size : [sum[0] + size[0], sum[1] + size[1], sum[2] + size[2]];
  }
  return sum;
}

/** The node of a layer; absent if the map does not show it by itself. */
export function layerNode(map: MapNode, key: string): MapNode | undefined {
  return map.children?.find((node) => node.key === key);
}

/** A layer as the report has it, on either side. */
export interface LayerSides {
  readonly base: ReportLayer | null;
  readonly head: ReportLayer | null;
}

/** The report's layers by the key that a node of the map has. */
export function layersByKey({ base, head }: Report): ReadonlyMap<string, LayerSides> {
  const [before, after] = [base.layers, head.layers].map(
    (layers) => new Map(layers.map((one) => [layerKey(one), one])),
  );
  const keys = new Set([...(after?.keys() ?? []), ...(before?.keys() ?? [])]);
  return new Map([...keys].map((key) => [key, { base: before?.get(key) ?? null, head: after?.get(key) ?? null }]));
}
