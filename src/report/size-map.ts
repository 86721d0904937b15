import { entryWeight, layerKey, layerTitle, type Entry, type Layer } from "../model/layer.js";
import type { MapNode, Size } from "../model/size-map.js";
import { embeddedBytes } from "../model/embedded-json.js";
import type { Side, Slug } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import type { Weight } from "../model/weight.js";

/** What a map may take of a page. */
export interface MapRoom {
  /** Bytes of its JSON, and of what is said of its layers beside it. The slug itself is shown in any case. */
  readonly most: number;
  /** Bytes of what is said of a layer beside the map, if the map shows it. */
  readonly beside: (key: string) => number;
}

/**
 * What both sides' slugs hold: layers, folders, files. The most important that there is room for are shown, what is left of each
 * folder, layer and the slug is folded into one rest, a folder's own tar entry among it; sizes are exact sums at every node. Of
 * a side that was not weighed, no node has a size.
 */
export function sizeMap(base: Side, head: Side, room: MapRoom): MapNode {
  const root = slugDraft(slugOf(base), slugOf(head));
  return nodeOf(root, choose(root, room));
}

function slugOf(side: Side): Slug | null {
  return side.state === "weighed" ? side.slug : null;
}

/** A node with all that is below it, before anything is folded. */
interface Draft extends Pick<MapNode, "kind" | "name" | "key" | "base" | "head"> {
  /** Files and folders' own entries in it, those that no draft is made of among them. */
  readonly entries: number;
  /** In the order in which they are shown. */
  readonly children: readonly Draft[];
  /** The most important is shown first. No child has more than its parent. */
  readonly importance: number;
}

function slugDraft(base: Slug | null, head: Slug | null): Draft {
  const before = new Map(base?.layers.map((layer) => [layerKey(layer), layer]));
  const after = new Map(head?.layers.map((layer) => [layerKey(layer), layer]));
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const layers = keys.map((key) => layerDraft(key, before.get(key), after.get(key)));
  const sizes = { base: base && sizeOf(base.total), head: head && sizeOf(head.total) };
  return draft({ kind: "slug", name: "", ...sizes }, layers, countOf(layers));
}

function layerDraft(key: string, base: Layer | undefined, head: Layer | undefined): Draft {
  const { kind = "distribution", name = "" } = head ?? base ?? {};
  const root = placesOf(base?.entries ?? [], head?.entries ?? []);
  const children = [...root.below].map(([called, place]) => placeDraft(called, place));
  const sizes = { base: base ? sizeOf(base.weight) : null, head: head ? sizeOf(head.weight) : null };
  // Of a layer without entries only the sum is known.
  const entries = Math.max(
    countOf(children),
    ...[base, head].map((layer) => (layer?.entries.length === 0 ? layer.weight.files : 0)),
  );
  return draft({ kind: "layer", name: layerTitle(kind) ?? name, key, ...sizes }, children, entries);
}

/** A path of a layer: what stands there on each side, and what is below it. */
interface Place {
  base: Entry | null;
  head: Entry | null;
  readonly below: Map<string, Place>;
}

function placesOf(base: readonly Entry[], head: readonly Entry[]): Place {
  const root = newPlace();
  for (const entry of base) placeAt(root, entry.path).base = entry;
  for (const entry of head) placeAt(root, entry.path).head = entry;
  return root;
}

function newPlace(): Place {
  return { base: null, head: null, below: new Map() };
}

function placeAt(root: Place, path: string): Place {
  let place = root;
  for (const segment of path.split("/")) {
    const next = place.below.get(segment) ?? newPlace();
    place.below.set(segment, next);
    place = next;
  }
  return place;
}

function placeDraft(name: string, { base, head, below }: Place): Draft {
  const children = [...below].map(([called, place]) => placeDraft(called, place));
  const [only] = children.length === 1 ? children : [];
  const isItself = base !== null || head !== null;
  // A folder that holds one thing is one step on the way to it; what it weighs itself needs a folder to be in.
  if (only !== undefined && (only.kind === "folder" || !isItself)) {
    const joined = { ...only, name: `${name}/${only.name}` };
    if (!isItself) return joined;
    const sizes = { base: plus(entrySize(base), only.base), head: plus(entrySize(head), only.head) };
    return draft({ ...joined, ...sizes }, only.children, only.entries + 1);
  }
  const isFile = below.size === 0 && [base, head].some((entry) => entry !== null && entry.kind !== "directory");
  const sizes = {
    base: children.reduce((size, child) => plus(size, child.base), entrySize(base)),
    head: children.reduce((size, child) => plus(size, child.head), entrySize(head)),
  };
  return draft({ kind: isFile ? "file" : "folder", name, ...sizes }, children, countOf(children) + (isItself ? 1 : 0));
}

function draft(
  node: Omit<Draft, "entries" | "children" | "importance">,
  children: readonly Draft[],
  entries: number,
): Draft {
  const importance = children.reduce((most, child) => Math.max(most, child.importance), importanceOf(node));
  // An empty folder has nothing to show but its own entry, which is in its parent's rest.
  const shown = children.filter(({ kind, children: below }) => kind !== "folder" || below.length > 0);
  return { ...node, entries, children: shown.sort(byShownSize), importance };
}

/** A byte that came or went is worth as much as ten that stayed: changes are what a report is read for. */
const CHANGE = 10;

function importanceOf({ base, head }: Pick<Draft, "base" | "head">): number {
  const [before, after] = [base?.[2] ?? 0, head?.[2] ?? 0];
  return Math.max(before, after, CHANGE * Math.abs(after - before));
}

function byShownSize(a: Draft, b: Draft): number {
  return larger(b) - larger(a) || compareBytes(a.name, b.name);
}

function larger({ base, head }: Draft): number {
  return Math.max(base?.[2] ?? 0, head?.[2] ?? 0);
}

function countOf(children: readonly Draft[]): number {
  return children.reduce((count, { entries }) => count + entries, 0);
}

/** The nodes that are shown: the most important first, each where its parent is, as long as there is room. */
function choose(root: Draft, { most, beside }: MapRoom): ReadonlySet<Draft> {
  const chosen = new Set([root]);
  let left = most - costOf(root);
  // A stable order: of two that are as important the parent stays first.
  const candidates = descendants(root, []).sort((a, b) => b.child.importance - a.child.importance);
  for (const { child, parent } of candidates) {
    if (!chosen.has(parent)) continue;
    const cost = costOf(child) + (child.key === undefined ? 0 : beside(child.key));
    if (cost > left) continue;
    left -= cost;
    chosen.add(child);
  }
  return chosen;
}

interface Descendant {
  readonly child: Draft;
  readonly parent: Draft;
}

function descendants(parent: Draft, found: Descendant[]): Descendant[] {
  for (const child of parent.children) {
    found.push({ child, parent });
    descendants(child, found);
  }
  return found;
}

/** The most that a node can take: with a rest that has all there is in it. */
function costOf(of: Draft): number {
  const { kind, name, base, head, key, entries, children } = of;
  const separator = 1;
  const itself = embeddedBytes({ kind, name, base, head, ...(key === undefined ? {} : { key }) }) + separator;
  if (children.length === 0) return itself;
  return itself + embeddedBytes({ children: [restNode(base, head, entries)] });
}

function nodeOf(of: Draft, chosen: ReadonlySet<Draft>): MapNode {
  const { kind, name, base, head, key } = of;
  const node = { kind, name, base, head, ...(key === undefined ? {} : { key }) };
  if (of.children.length === 0 && kind !== "slug") return node;
  const shown = of.children.filter((child) => chosen.has(child));
  return { ...node, children: [...shown.map((child) => nodeOf(child, chosen)), ...restOf(of, shown)] };
}

/** What of a node is not in those of its children that are shown; nothing if they are all. */
function restOf({ base, head, entries }: Draft, shown: readonly Draft[]): MapNode[] {
  const folded = entries - countOf(shown);
  const before = shown.reduce((size, child) => minus(size, child.base), base);
  const after = shown.reduce((size, child) => minus(size, child.head), head);
  return folded === 0 && isNothing(before) && isNothing(after) ? [] : [restNode(before, after, folded)];
}

function restNode(base: Size | null, head: Size | null, folded: number): MapNode {
  return {
    kind: "rest",
    name: "",
    base: isNothing(base) ? null : base,
    head: isNothing(head) ? null : head,
    folded,
  };
}

function isNothing(size: Size | null): boolean {
  return size === null || size.every((amount) => amount === 0);
}

function sizeOf({ files, disk, compressed }: Weight): Size {
  return [files, disk, compressed];
}

function entrySize(entry: Entry | null): Size | null {
  return entry && sizeOf(entryWeight(entry));
}

function plus(a: Size | null, b: Size | null): Size | null {
  if (a === null || b === null) return a ?? b;
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

function minus(a: Size | null, b: Size | null): Size | null {
  if (a === null || b === null) return a;
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
