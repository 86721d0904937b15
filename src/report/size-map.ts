import { entryWeight, layerKey, layerTitle, type Entry, type Layer } from "../model/layer.js";
import type { MapNode, Size } from "../model/size-map.js";
import { embeddedBytes } from "../model/embedded-json.js";
import type { Side, Slug } from "../model/slug.js";
import { minorOf, sitePackages } from "../model/target.js";
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
interface Draft extends Pick<MapNode, "kind" | "name" | "folder" | "key" | "base" | "head"> {
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
  const packages = sharedPackages(base, head);
  const layers = keys.map((key) => layerDraft(key, before.get(key), after.get(key), packages));
  const sizes = { base: base && sizeOf(base.total), head: head && sizeOf(head.total) };
  return draft({ kind: "slug", name: "", ...sizes }, layers, countOf(layers));
}

/** The slug's `site-packages`; null where its two sides have different ones. */
function sharedPackages(base: Slug | null, head: Slug | null): string | null {
  const [only, ...others] = new Set([base, head].flatMap((slug) => (slug === null ? [] : [minorOf(slug.python)])));
  return only === undefined || others.length > 0 ? null : sitePackages(only);
}

function layerDraft(key: string, base: Layer | undefined, head: Layer | undefined, packages: string | null): Draft {
  const { kind = "distribution", name = "" } = head ?? base ?? {};
  const root = placesOf(base?.entries ?? [], head?.entries ?? []);
  // What is the way to all parts of a layer would be steps to zoom through, the same ones in nearly all layers.
  const folder = kind === "app" ? "" : startOf(root, kind === "runtime" ? null : packages);
  const start = takeOut(root, folder);
  const elsewhere = folder === "" ? [] : draftsIn(root).map((part) => ({ ...part, folder: "" }));
  const children = [...draftsIn(start), ...elsewhere];
  const sizes = { base: base ? sizeOf(base.weight) : null, head: head ? sizeOf(head.weight) : null };
  // Of a layer without entries only the sum is known.
  const entries = Math.max(
    countOf(children) + (isEntry(start) ? 1 : 0),
    ...[base, head].map((layer) => (layer?.entries.length === 0 ? layer.weight.files : 0)),
  );
  const where = folder === "" ? {} : { folder };
  return draft({ kind: "layer", name: layerTitle(kind) ?? name, ...where, key, ...sizes }, children, entries);
}

/** Path of the folder that a layer begins in: `packages` if it has something there, else the one that holds all of it. */
function startOf(root: Place, packages: string | null): string {
  if (packages !== null && (placeAt(root, packages)?.below.size ?? 0) > 0) return packages;
  const path: string[] = [];
  let place = root;
  for (;;) {
    const [[name, only] = [], ...others] = place.below;
    if (name === undefined || only === undefined || others.length > 0 || only.below.size === 0) return path.join("/");
    path.push(name);
    place = only;
  }
}

/** A path of a layer: what stands there on each side, and what is below it. */
interface Place {
  base: Entry | null;
  head: Entry | null;
  readonly below: Map<string, Place>;
}

function placesOf(base: readonly Entry[], head: readonly Entry[]): Place {
  const root = newPlace();
  for (const entry of base) madeAt(root, entry.path).base = entry;
  for (const entry of head) madeAt(root, entry.path).head = entry;
  return root;
}

function newPlace(): Place {
  return { base: null, head: null, below: new Map() };
}

function isEntry({ base, head }: Place): boolean {
  return base !== null || head !== null;
}

function placeAt(root: Place, path: string): Place | undefined {
  return path.split("/").reduce<Place | undefined>((place, segment) => place?.below.get(segment), root);
}

/** Takes out the place at a path, and what there is only on the way to it. Of an empty path that is the root, which stays. */
function takeOut(root: Place, path: string): Place {
  const [, name = path, further = ""] = /^([^/]*)\/(.*)$/s.exec(path) ?? [];
  const next = root.below.get(name);
  if (next === undefined) return root;
  const taken = takeOut(next, further);
  if (taken === next || (next.below.size === 0 && !isEntry(next))) root.below.delete(name);
  return taken;
}

function madeAt(root: Place, path: string): Place {
  let place = root;
  for (const segment of path.split("/")) {
    const next = place.below.get(segment) ?? newPlace();
    place.below.set(segment, next);
    place = next;
  }
  return place;
}

function draftsIn({ below }: Place): Draft[] {
  return [...below].map(([name, place]) => placeDraft(name, place));
}

function placeDraft(name: string, place: Place): Draft {
  const { base, head, below } = place;
  const children = draftsIn(place);
  const [only] = children.length === 1 ? children : [];
  const isItself = isEntry(place);
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
  const { entries, base, head, children } = of;
  const separator = 1;
  const itself = embeddedBytes(ownPart(of)) + separator;
  if (children.length === 0) return itself;
  return itself + embeddedBytes({ children: [restNode(base, head, entries)] });
}

/** A node without what is in it. */
function ownPart({ kind, name, folder, base, head, key }: Draft): MapNode {
  return {
    kind,
    name,
    ...(folder === undefined ? {} : { folder }),
    base,
    head,
    ...(key === undefined ? {} : { key }),
  };
}

function nodeOf(of: Draft, chosen: ReadonlySet<Draft>): MapNode {
  const node = ownPart(of);
  if (of.children.length === 0 && of.kind !== "slug") return node;
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
