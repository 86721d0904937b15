import type { Change, FileDelta, KnownDiff, LayerDelta, SlugDiff } from "../model/diff.js";
import { entryWeight, layerKey, LAYER_KINDS, type Entry, type Layer } from "../model/layer.js";
import { KIB } from "../model/bytes.js";
import type { Side, Slug } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import { equal, subtract, ZERO, type Weight } from "../model/weight.js";

/** Head minus base; `unknown` unless each side is weighed or absent. */
export function compareSides(base: Side, head: Side): SlugDiff {
  const from = slugOf(base);
  const to = slugOf(head);
  return from === undefined || to === undefined ? { state: "unknown" } : compare(from, to);
}

/** Null for a side where the app does not exist, undefined for one of which nothing is known. */
function slugOf(side: Side): Slug | null | undefined {
  if (side.state === "weighed") return side.slug;
  return side.state === "absent" ? null : undefined;
}

/** Head minus base; null is a side where the app does not exist, which weighs nothing. */
export function compare(base: Slug | null, head: Slug | null): KnownDiff {
  const pairs = pair(base?.layers ?? [], head?.layers ?? [], layerKey);
  return {
    state: "known",
    total: subtract(head?.total ?? ZERO, base?.total ?? ZERO),
    error: pairs.reduce((error, layers) => error + errorOf(layers), 0),
    layers: pairs.map(layerDelta).sort((a, b) => bySize(a, b) || compareBytes(a.name, b.name) || byKind(a, b)),
    files: pairs.flatMap(fileDeltas).sort((a, b) => bySize(a, b) || compareBytes(a.path, b.path)),
  };
}

/** What stands on both sides, or on one; `either` is there in any case. */
interface Pair<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
  readonly either: T;
}

function pair<T>(base: readonly T[], head: readonly T[], key: (item: T) => string): Pair<T>[] {
  const after = new Map(head.map((item) => [key(item), item]));
  const before = new Set(base.map(key));
  return [
    ...base.map((from) => ({ from, to: after.get(key(from)), either: from })),
    ...head.filter((to) => !before.has(key(to))).map((to) => ({ from: undefined, to, either: to })),
  ];
}

function changeOf<T>({ from, to }: Pair<T>, same: (from: T, to: T) => boolean): Change {
  if (from === undefined) return "added";
  if (to === undefined) return "removed";
  return same(from, to) ? "unchanged" : "changed";
}

function sameLayer(from: Layer, to: Layer): boolean {
  return from.version === to.version && equal(from.weight, to.weight);
}

/** What has the same figure on both sides is equally far off on both, so the delta is not. */
function errorOf(layers: Pair<Layer>): number {
  const { from, to } = layers;
  const same = changeOf(layers, sameLayer) === "unchanged" && from?.error === to?.error;
  return same ? 0 : (from?.error ?? 0) + (to?.error ?? 0);
}

function layerDelta(layers: Pair<Layer>): LayerDelta {
  const { from, to, either } = layers;
  return {
    // A tool on one side that the app itself requires on the other.
    kind: from && to && from.kind !== to.kind ? "distribution" : either.kind,
    name: either.name,
    change: changeOf(layers, sameLayer),
    fromVersion: from?.version ?? null,
    toVersion: to?.version ?? null,
    delta: subtract(to?.weight ?? ZERO, from?.weight ?? ZERO),
  };
}

/** The files of an app layer that differ; a distribution's files follow from its version. */
function fileDeltas({ from, to, either }: Pair<Layer>): FileDelta[] {
  if (either.kind !== "app") return [];
  const files = (layer: Layer | undefined): Entry[] => layer?.entries.filter(({ kind }) => kind !== "directory") ?? [];
  return pair(files(from), files(to), ({ path }) => path).flatMap((entries) => {
    const change = changeOf(entries, sameFile);
    if (change === "unchanged") return [];
    const delta = subtract(fileWeight(entries.to), fileWeight(entries.from));
    return [{ layer: either.name, path: entries.either.path, change, delta }];
  });
}

/**
 * Whether a file is the same as far as weights tell. A file's compressed bytes are its share of its layer, so they
 * move a little when any other file changes: one of the same size counts as changed only from an eighth and 4 KiB on.
 */
function sameFile(from: Entry, to: Entry): boolean {
  const moved = Math.abs(to.compressed - from.compressed);
  const most = Math.max(4 * KIB, Math.max(from.compressed, to.compressed) / 8);
  return from.kind === to.kind && from.disk === to.disk && moved < most;
}

function fileWeight(entry: Entry | undefined): Weight {
  return entry ? entryWeight(entry) : ZERO;
}

interface Row {
  readonly delta: Weight;
}

function bySize(a: Row, b: Row): number {
  return Math.abs(b.delta.compressed) - Math.abs(a.delta.compressed);
}

function byKind(a: LayerDelta, b: LayerDelta): number {
  return LAYER_KINDS.indexOf(a.kind) - LAYER_KINDS.indexOf(b.kind);
}
