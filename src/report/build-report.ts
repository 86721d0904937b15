import { updatesOf } from "../attribute/by-update.js";
import { origins, type Origin } from "../attribute/why.js";
import { retainedIn } from "../attribute/retained.js";
import type { FileDelta, KnownDiff, SlugDiff, Update } from "../model/diff.js";
import { entryWeight, layerKey, type Entry, type Layer } from "../model/layer.js";
import {
  SCHEMA_VERSION,
  type HistoryPoint,
  type Outside,
  type Report,
  type ReportDiff,
  type ReportLayer,
  type ReportSide,
  type Unpinned,
  type WeighedSide,
} from "../model/report.js";
import type { Overlap, Side, Slug } from "../model/slug.js";
import type { StackName } from "../model/target.js";
import { compareBytes } from "../model/tree.js";
import type { Verdict } from "../model/verdict.js";
import { subtract, sum, ZERO, type Weight } from "../model/weight.js";

/** Files of a layer, and paths of an overlap, that a report names. */
const EXAMPLES = 10;

/** Changed files of the app that a report lists; the rest is folded. */
const FILES = 1000;

/** All that a report is made of. */
export interface Findings {
  /** Version of this program. */
  readonly version: string;
  readonly app: string;
  /** The head's; the base's if there is no head. */
  readonly stack: StackName;
  readonly cutoff: string;
  /** The effective configuration, written as its users write it; null for a key that is not set. */
  readonly config: Readonly<Record<string, string | readonly string[] | null>>;
  /** Sentences about rules that the head's own file changes, and that are not in force yet. */
  readonly configChanges: readonly string[];
  readonly base: Side;
  readonly head: Side;
  readonly diff: SlugDiff;
  readonly verdict: Verdict;
  readonly unpinned: Unpinned | null;
  readonly outside: Outside | null;
  /** The default branch's last commits that were weighed, oldest first. */
  readonly history: readonly HistoryPoint[];
  /** What was noticed on the way, besides what the sides say. */
  readonly notes: readonly string[];
  /** Milliseconds by step. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The report of one app. */
export function buildReport(input: Findings): Report {
  const { base, head } = input;
  const weighed = [head, base].filter((side) => side.state === "weighed");
  const largest = largestFiles();
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: "slugdiff", version: input.version },
    app: input.app,
    platform: input.stack,
    cutoff: input.cutoff,
    config: mutable(input.config),
    configChanges: [...input.configChanges],
    base: reportSide(base, largest),
    head: reportSide(head, largest),
    diff: reportDiff(input.diff, base, head),
    verdict: { status: input.verdict.status, findings: input.verdict.findings.map((finding) => ({ ...finding })) },
    override: null, // Only who publishes can know of a label.
    notWeighed: head.state === "weighed" ? head.notWeighed.map((item) => ({ ...item })) : [],
    advice: [], // `withAdvice` adds it: to know whether any is due takes a report.
    unpinned: input.unpinned,
    outside: input.outside,
    history: [...input.history],
    notes: [...new Set([...input.notes, ...weighed.flatMap(({ notes }) => notes)])],
    timings: { ...input.timings },
  };
}

function reportSide(side: Side, largest: LargestFiles): ReportSide {
  const revision = side.revision && { ...side.revision };
  const unknown = { revision, stack: null, python: null, pythonFrom: null, packageManager: null };
  switch (side.state) {
    case "weighed":
      return weighedSide(side.slug, revision, largest);
    case "absent":
      return { state: side.state, problem: null, ...unknown, total: { ...ZERO, error: 0 }, layers: [], overlaps: [] };
    case "invalid":
    case "unweighable": {
      const problem = { ...side.problem, details: [...side.problem.details] };
      return { state: side.state, problem, ...unknown, total: null, layers: [], overlaps: [] };
    }
  }
}

function weighedSide(slug: Slug, revision: WeighedSide["revision"], largest: LargestFiles): WeighedSide {
  const retained = retainedIn(slug);
  const why = whyOf(slug);
  return {
    state: "weighed",
    problem: null,
    revision,
    stack: slug.stack,
    python: slug.python,
    pythonFrom: slug.pythonFrom,
    packageManager: slug.packageManager,
    total: { ...slug.total, error: slug.error },
    layers: slug.layers.map((layer) => {
      const own = layer.kind === "distribution" ? retained.get(layer.name) : undefined;
      return reportLayer(layer, own ?? layer.weight, why.get(layerKey(layer)), largest(layer));
    }),
    overlaps: reportOverlaps(slug.overlaps),
  };
}

function reportLayer(
  layer: Layer,
  retained: Weight,
  origin: Origin | undefined,
  largest: ReportLayer["largestFiles"],
): ReportLayer {
  const { kind, name, version, measure, weight, error } = layer;
  return {
    kind,
    name,
    version,
    weight: { ...weight },
    error,
    retained: { ...retained },
    direct: origin?.direct ?? false,
    requiredBy: [...(origin?.requiredBy ?? [])],
    why: [...(origin?.why ?? [])],
    measure,
    largestFiles: largest,
  };
}

type LargestFiles = (layer: Layer) => ReportLayer["largestFiles"];

/** The largest files of layers; layers that have the same entries share them, as most of both sides' do. */
function largestFiles(): LargestFiles {
  const known = new Map<Layer["entries"], ReportLayer["largestFiles"]>();
  return ({ entries }) => {
    const found =
      known.get(entries) ??
      largestOf(entries, EXAMPLES).map((entry) => ({ path: entry.path, weight: entryWeight(entry) }));
    known.set(entries, found);
    return found;
  };
}

/** The files that weigh most, the largest first. */
function largestOf(entries: readonly Entry[], count: number): Entry[] {
  const order = (a: Entry, b: Entry): number => b.compressed - a.compressed || compareBytes(a.path, b.path);
  const largest: Entry[] = [];
  for (const entry of entries) {
    if (entry.kind === "directory") continue;
    const last = largest.length < count ? undefined : largest.at(-1);
    if (last !== undefined && order(entry, last) > 0) continue;
    largest.push(entry);
    largest.sort(order).splice(count);
  }
  return largest;
}

/** Why each layer of a slug is there, by layer key. Nobody asks for the runtime or the app. */
function whyOf(slug: Slug | null): ReadonlyMap<string, Origin> {
  if (slug === null) return new Map();
  const layers = slug.layers.filter(({ kind }) => kind === "distribution" || kind === "tool");
  const found = origins(
    layers.map(({ name }) => name),
    slug.graph,
  );
  return new Map(
    layers.flatMap((layer) => {
      const origin = found.get(layer.name);
      return origin ? [[layerKey(layer), origin]] : [];
    }),
  );
}

/** Overlaps by who is involved: two builds of one library overlap in thousands of files. */
function reportOverlaps(overlaps: readonly Overlap[]): WeighedSide["overlaps"] {
  const groups = new Map<string, WeighedSide["overlaps"][number]>();
  for (const { path, owner, others } of overlaps) {
    const key = [owner, ...others].join(" ");
    const group = groups.get(key) ?? { owner, others: [...others], files: 0, examples: [] };
    groups.set(key, group);
    group.files += 1;
    if (group.examples.length < EXAMPLES) group.examples.push(path);
  }
  return [...groups.values()].sort((a, b) => b.files - a.files || compareBytes(a.owner, b.owner));
}

function reportDiff(diff: SlugDiff, base: Side, head: Side): ReportDiff {
  if (diff.state === "unknown") {
    return { state: "unknown", total: null, error: null, layers: [], updates: [], files: [], filesFolded: null };
  }
  const [from, to] = [base, head].map((side) => (side.state === "weighed" ? side.slug : null));
  const before = whyOf(from ?? null);
  const after = whyOf(to ?? null);
  return {
    state: "known",
    total: { ...diff.total },
    error: diff.error,
    layers: diff.layers.map((row) => {
      const key = layerKey(row);
      const why = (row.change === "removed" ? before : after).get(key)?.why ?? [];
      return { ...row, delta: { ...row.delta }, why: [...why] };
    }),
    updates: updatesOf(from ?? null, to ?? null, diff.layers).map(reportUpdate),
    ...reportFiles(diff),
  };
}

function reportUpdate(update: Update): Extract<ReportDiff, { state: "known" }>["updates"][number] {
  const changes = { delta: { ...update.delta }, layers: [...update.layers] };
  const none = { change: null, fromVersion: null, toVersion: null };
  switch (update.kind) {
    case "requirement": {
      const { kind, name, change, fromVersion, toVersion } = update;
      return { kind, names: [name], change, fromVersion, toVersion, ...changes };
    }
    case "shared":
      return { kind: update.kind, names: [...update.names], ...none, ...changes };
    case "other":
      return { kind: update.kind, names: [], ...none, ...changes };
  }
}

/** The largest changes of files, and one row with what is left of their layers' deltas. */
function reportFiles(diff: KnownDiff): Pick<Extract<ReportDiff, { state: "known" }>, "files" | "filesFolded"> {
  const listed: readonly FileDelta[] = diff.files.slice(0, FILES);
  const app = sum(diff.layers.filter(({ kind }) => kind === "app").map(({ delta }) => delta));
  return {
    files: listed.map((file) => ({ ...file, delta: { ...file.delta } })),
    filesFolded: {
      count: diff.files.length - listed.length,
      delta: subtract(app, sum(listed.map(({ delta }) => delta))),
    },
  };
}

function mutable(config: Findings["config"]): Report["config"] {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" || value === null ? value : [...value],
    ]),
  );
}
