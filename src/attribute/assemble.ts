import type { WeighedLayer } from "../model/distribution.js";
import {
  entriesWeight,
  layerKey,
  LAYER_KINDS,
  type Entry,
  type Layer,
  type LayerKind,
  type Measure,
} from "../model/layer.js";
import type { Overlap } from "../model/slug.js";
import { byTarOrder, compareBytes, inTarOrder } from "../model/tree.js";
import { equal, sum, type Weight } from "../model/weight.js";

/** A weighed layer and whose it is. */
export interface Part {
  readonly kind: Exclude<LayerKind, "unattributed">;
  readonly name: string;
  readonly weighed: WeighedLayer;
}

/** The layers of one slug: every file has one owner, and the layers sum to the total. */
export interface Assembly {
  /** Sorted by kind (in the order of LAYER_KINDS), then by name. */
  readonly layers: readonly Layer[];
  /** In tar order. */
  readonly overlaps: readonly Overlap[];
  readonly total: Weight;
  /** Half-width of the error band of `total.compressed`, in bytes: the layers' errors summed. */
  readonly error: number;
}

/** Name of the layer that owns what nobody claims. */
const UNATTRIBUTED = "unattributed";

/**
 * Puts weighed layers together to a slug's layers. What two layers claim is counted once: a file for the last to be
 * laid down, which is shown as an overlap; a directory for the layer of its first file in tar order, without a word.
 * What nobody claims is gathered in one layer of kind `unattributed`.
 * @param installOrder names of the distributions, the first installed first
 */
export function assemble(parts: readonly Part[], installOrder: readonly string[]): Assembly {
  const laid = layingOrder(parts, installOrder);
  const claimed = laid.map(layerOf);
  claimed.forEach(checkSum);
  const claimants = [unclaimedLayer(laid, claimed), ...claimed];
  const claims = sharedClaims(claimants);
  const owners = ownersOfShared(claimants, claims);
  const layers = claimants
    .map((layer) => keep(layer, owners))
    .filter((layer) => layer.kind !== "unattributed" || layer.entries.length > 0)
    .sort(byKindAndName);
  return {
    layers,
    overlaps: overlapsOf(claims, owners),
    total: sum(layers.map((layer) => layer.weight)),
    error: layers.reduce((error, layer) => error + layer.error, 0),
  };
}

/**
 * The parts in the order in which a build lays them down: the app's own files, Python, the package manager's tools,
 * the distributions. A tool that the app requires too is not among them: its installer uninstalls it first.
 */
function layingOrder(parts: readonly Part[], installOrder: readonly string[]): Part[] {
  const order: readonly LayerKind[] = ["app", "runtime", "tool", "distribution"];
  const rank = new Map(installOrder.map((name, index) => [name, index]));
  const required = new Set(parts.filter(({ kind }) => kind === "distribution").map(layerKey));
  const laid = parts.filter((part) => part.kind !== "tool" || !required.has(layerKey(part)));
  if (new Set(laid.map(layerKey)).size < laid.length) {
    throw new Error(`two layers of one name: ${laid.map(layerKey).sort().join(", ")}`);
  }
  return laid.sort(
    (a, b) =>
      order.indexOf(a.kind) - order.indexOf(b.kind) ||
      (rank.get(a.name) ?? -1) - (rank.get(b.name) ?? -1) ||
      compareBytes(a.name, b.name),
  );
}

interface Claim {
  readonly layer: Layer;
  readonly entry: Entry;
}

/** Who claims each path that several layers claim, in the order in which they are laid down. */
type Claims = Map<string, Claim[]>;

function sharedClaims(layers: readonly Layer[]): Claims {
  const alone = new Map<string, Layer>();
  const paths = new Set<string>();
  for (const layer of layers) {
    for (const { path } of layer.entries) {
      const before = alone.get(path);
      if (before === undefined) alone.set(path, layer);
      else if (before === layer) throw new Error(`layer ${layer.name} has ${path} twice`);
      else paths.add(path);
    }
  }
  const claims: Claims = new Map();
  if (paths.size === 0) return claims;
  for (const layer of layers) {
    for (const entry of layer.entries) {
      if (!paths.has(entry.path)) continue;
      const there = claims.get(entry.path);
      if (there === undefined) claims.set(entry.path, [{ layer, entry }]);
      else if (there.at(-1)?.layer === layer) throw new Error(`layer ${layer.name} has ${entry.path} twice`);
      else there.push({ layer, entry });
    }
  }
  return claims;
}

/** The layer of what is left over: files that no layer claims, each once, and the directories found with them. */
function unclaimedLayer(parts: readonly Part[], claimed: readonly Layer[]): Layer {
  const left = new Map<string, Entry>();
  let measure: Measure = "measured";
  for (const { weighed } of parts) {
    for (const entry of weighed.unclaimed) left.set(entry.path, entry);
    if (weighed.unclaimed.length > 0 && weighed.measure === "built") measure = "built";
  }
  if (left.size > 0) {
    for (const { entries } of claimed) for (const entry of entries) if (isFile(entry)) left.delete(entry.path);
  }
  const entries = inTarOrder([...left.values()]);
  const weight = entriesWeight(entries);
  return { kind: "unattributed", name: UNATTRIBUTED, version: null, measure, weight, error: 0, entries };
}

function layerOf({ kind, name, weighed }: Part): Layer {
  const { version, measure, weight, error, entries } = weighed;
  return { kind, name, version, measure, weight, error, entries };
}

/** The owner of every path that several layers claim. */
function ownersOfShared(layers: readonly Layer[], claims: Claims): ReadonlyMap<string, Layer> {
  const owners = new Map<string, Layer>();
  const directories = new Set<string>();
  for (const [path, claimed] of claims) {
    const last = claimed.at(-1);
    if (last === undefined) continue;
    owners.set(path, last.layer);
    if (claimed.every(({ entry }) => entry.kind === "directory")) directories.add(path);
  }
  // A shared directory goes to whoever owns the first file below it. Where none of its claimants owns one, it stays
  // with the last of them, as a file does.
  const first = new Map<string, { readonly path: string; readonly layer: Layer }>();
  for (const layer of layers) {
    for (const [directory, path] of firstFiles(layer, directories, owners)) {
      const before = first.get(directory);
      if (before === undefined || byTarOrder({ path }, before) < 0) first.set(directory, { path, layer });
    }
  }
  for (const [directory, { layer }] of first) owners.set(directory, layer);
  return owners;
}

/** For each of `directories` that the layer claims, the first file in it that the layer owns. */
function firstFiles(
  layer: Layer,
  directories: ReadonlySet<string>,
  owners: ReadonlyMap<string, Layer>,
): ReadonlyMap<string, string> {
  const claimed = new Set<string>();
  for (const { kind, path } of layer.entries) if (kind === "directory" && directories.has(path)) claimed.add(path);
  const first = new Map<string, string>();
  if (claimed.size === 0) return first;
  const seen = new Set<string>();
  for (const { kind, path } of layer.entries) {
    if (kind === "directory" || (owners.get(path) ?? layer) !== layer) continue;
    // Entries are in tar order, so a directory met before has its first file, and so have those above it.
    for (let parent = parentOf(path); parent !== "" && !seen.has(parent); parent = parentOf(parent)) {
      seen.add(parent);
      if (claimed.has(parent)) first.set(parent, path);
    }
  }
  return first;
}

function isFile({ kind }: Pick<Entry, "kind">): boolean {
  return kind !== "directory";
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** The layer without the entries that others own. */
function keep(layer: Layer, owners: ReadonlyMap<string, Layer>): Layer {
  const entries = layer.entries.filter(({ path }) => (owners.get(path) ?? layer) === layer);
  if (entries.length === layer.entries.length) return layer;
  return { ...layer, entries, weight: entriesWeight(entries) };
}

function overlapsOf(claims: Claims, owners: ReadonlyMap<string, Layer>): Overlap[] {
  const overlaps: Overlap[] = [];
  for (const [path, claimed] of claims) {
    const owner = owners.get(path);
    if (owner === undefined || claimed.every(({ entry }) => entry.kind === "directory")) continue;
    const others = claimed.filter(({ layer }) => layer !== owner).map(({ layer }) => layer.name);
    overlaps.push({ path, owner: owner.name, others });
  }
  return inTarOrder(overlaps);
}

/** Only the sum of an estimated runtime is known; everywhere else the entries are the weight. */
function checkSum(layer: Layer): void {
  if (layer.entries.length > 0 && !equal(entriesWeight(layer.entries), layer.weight)) {
    throw new Error(`the entries of ${layer.kind} ${layer.name} do not sum to its weight`);
  }
}

function byKindAndName(a: Layer, b: Layer): number {
  return LAYER_KINDS.indexOf(a.kind) - LAYER_KINDS.indexOf(b.kind) || compareBytes(a.name, b.name);
}
