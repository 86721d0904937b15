import { limitMib, roundTogether, signedPercent } from "../model/format.js";
import { layerTitle } from "../model/layer.js";
import type { Report, ReportLayer, ReportLayerDelta, ReportSide, WeighedSide } from "../model/report.js";
import { deltaText, diskDelta, figuresOf, headroom, size, sizeBefore, type Known } from "./figures.js";
import { roundOne, roundRows, scaleFor, shown, shownSigned, type Scale } from "./rounding.js";
import { code, joined, name, own, strong, version, type Spans, type Table } from "./span.js";
import { barOf, percent } from "./tree.js";
import { versionStep } from "./versions.js";

/** Rows for what changed and how: signs that read the same in a comment and on a terminal. */
export interface Signs {
  readonly added: string;
  readonly removed: string;
  readonly up: string;
  readonly down: string;
  readonly other: string;
}

/**
 * Base, head, limit and what is left, of the slug as it is shipped and as it lies on disk. Null if nothing was weighed.
 * @param percent whether the delta stands there as a share of the base too
 */
export function summaryTable(report: Report, percent: boolean): Table | null {
  const { base, head } = report;
  if (head.state !== "weighed" && base.state !== "weighed") return null;
  const { diff, scale, allowance, limit, atLeast } = figuresOf(report);
  const compared = diff !== null;
  const total = head.state === "weighed" ? head.total : null;

  const after = (bytes: number, delta: string, share: string | null): Spans => {
    const change =
      compared && delta !== "0 MiB" ? ` (${[delta, share].filter((part) => part !== null).join(", ")})` : "";
    return [strong(size(bytes)), own(change)];
  };
  const limitCells = (bytes: number): Spans[] => {
    if (limit === null) return [];
    const left = headroom(limit, bytes);
    return [[own(limitMib(limit))], [bytes > limit ? strong(left) : own(`${atLeast ? "at most " : ""}${left}`)]];
  };
  const empty = (): Spans[] => (limit === null ? [] : [[], []]);
  const rows: Spans[][] = [];
  if (total !== null) {
    const before = compared ? [[own(sizeBefore(total.compressed, diff.total.compressed))]] : [];
    const share =
      compared && percent ? percentText(diff.total.compressed, total.compressed - diff.total.compressed) : null;
    const change = compared ? deltaText(diff.total.compressed, scale) : "";
    rows.push([
      [own("compressed slug")],
      ...before,
      after(total.compressed, change, share),
      ...(allowance === 0 ? limitCells(total.compressed) : empty()),
    ]);
    if (allowance !== 0) {
      const with_ = total.compressed + allowance;
      rows.push([
        [own(`with its allowance of ${limitMib(allowance)}`)],
        ...(compared ? [[own(sizeBefore(with_, diff.total.compressed))]] : []),
        [strong(size(with_))],
        ...limitCells(with_),
      ]);
    }
    rows.push([
      [own("on disk")],
      ...(compared ? [[own(sizeBefore(total.disk, diff.total.disk))]] : []),
      [own(size(total.disk)), own(compared && diff.total.disk !== 0 ? ` (${diskDelta(diff.total.disk)})` : "")],
      ...empty(),
    ]);
  } else if (base.state === "weighed") {
    rows.push([[own("compressed slug")], [own(size(base.total.compressed))], ...empty()]);
    rows.push([[own("on disk")], [own(size(base.total.disk))], ...empty()]);
  }
  const sides: Spans[] = [];
  if (compared || total === null) sides.push([own("base"), ...revisionOf(base)]);
  if (total !== null) sides.push([own("head")]);
  const headings = [[], ...sides, ...(limit === null ? [] : [[own("limit")], [own("headroom")]])];
  return { columns: headings.map((heading, at) => ({ heading, figures: at > 0 })), rows };
}

/** A space and the commit, which is the same for as long as the base is; nothing if nothing was compared. */
export function revisionOf({ revision }: Pick<ReportSide, "revision">): Spans {
  if (revision === null) return [];
  return [own(" "), code(revision.sha?.slice(0, 7) ?? revision.ref)];
}

function percentText(part: number, whole: number): string | null {
  const text = signedPercent(part, whole);
  return text === null || /^.?0\.0 %$/.test(text) ? null : text;
}

/** What differs between the sides: rows sum to the headline, the folded rest is one. Null if nothing was compared or changed. */
export function growthTable(report: Report, most: number, signs: Signs): Table | null {
  const { diff, scale } = figuresOf(report);
  if (diff === null) return null;
  const changed = diff.layers.filter(({ change }) => change !== "unchanged");
  if (changed.length === 0) return null;
  const ordered = changed.toSorted(
    (a, b) => Math.abs(b.delta.compressed) - Math.abs(a.delta.compressed) || (a.name < b.name ? -1 : 1),
  );
  const { rows, rest } = fold(ordered, most, ({ delta }) => roundOne(delta.compressed, scale) !== 0);
  // Unchanged layers have no delta, but what the sum says is what the headline says.
  const others = diff.total.compressed - rows.reduce((sum, { delta }) => sum + delta.compressed, 0);
  const steps = roundRows([...rows.map(({ delta }) => delta.compressed), others], scale);
  const cells = rows.map((row, at) => [
    [own(signOf(row, signs)), own(" "), ...labelOf(row)],
    versionsOf(row),
    [own(shownSigned(steps[at] ?? 0, scale))],
    reasonOf(row, report, diff),
  ]);
  const last = shownSigned(steps.at(-1) ?? 0, scale);
  if (rest > 0) cells.push([[own(`${thousands(rest)} more`)], [], [own(last)], []]);
  return { columns: columns(["", "version", "compressed", "why"], [2]), rows: cells };
}

/**
 * What changed by the update that caused it: rows sum to the headline. Null unless two updates are told apart, and one of
 * them is more than a row of `growthTable`.
 */
export function updatesTable(report: Report, most: number, signs: Signs): Table | null {
  const { diff, scale } = figuresOf(report);
  // Of an app that is new all is one update.
  if (diff === null || report.base.state !== "weighed" || diff.updates.length < 2) return null;
  if (diff.updates.every(({ kind, layers }) => kind === "requirement" && layers.length === 1)) return null;
  const { rows, rest } = fold(diff.updates, most, ({ delta }) => roundOne(delta.compressed, scale) !== 0);
  const folded = diff.updates.slice(rows.length);
  const sumOf = (some: readonly { readonly delta: { readonly compressed: number } }[]): number =>
    some.reduce((sum, { delta }) => sum + delta.compressed, 0);
  const others = diff.total.compressed - sumOf(diff.updates);
  const steps = roundRows([...rows.map(({ delta }) => delta.compressed), sumOf(folded), others], scale);
  const figure = (at: number): Spans => [own(shownSigned(steps[at] ?? 0, scale))];
  const cells = rows.map((row, at) => [causeOf(row, signs), versionsOf(row), figure(at), membersOf(row)]);
  if (rest > 0) cells.push([[own(`${thousands(rest)} more`)], [], figure(rows.length), []]);
  if (steps.at(-1) !== 0) {
    const itself = diff.layers.filter(({ kind, change }) => kind !== "distribution" && change !== "unchanged");
    cells.push([[own("not by a requirement")], [], figure(rows.length + 1), listed(itself.map(labelOf), 4, ", ")]);
  }
  return { columns: columns(["", "version", "compressed", "what changed by it"], [2]), rows: cells };
}

type ReportUpdate = Known["updates"][number];

function causeOf(update: ReportUpdate, signs: Signs): Spans {
  switch (update.kind) {
    case "requirement":
      return [own(signOf(update, signs)), own(" "), name(update.names[0])];
    case "shared":
      return [own(`${signs.other} `), ...listed(named(update.names), 3, " and ")];
    case "other":
      return [own(`${signs.other} no changed requirement`)];
  }
}

function membersOf({ layers }: ReportUpdate): Spans {
  return listed(named(layers), 4, ", ");
}

function named(names: readonly string[]): Spans[] {
  return names.map((called) => [name(called)]);
}

/** The first of some names, and how many more there are. */
function listed(names: readonly Spans[], most: number, separator: string): Spans {
  const some = names.slice(0, most);
  const others = names.length - some.length;
  const spans = joined(some, separator);
  return others > 0 ? [...spans, own(` and ${thousands(others)} more`)] : spans;
}

/** The app's own files that differ: rows sum to the delta of the app as `growthTable` may show it. Null if there are none. */
export function appFilesTable(report: Report, most: number, signs: Signs): Table | null {
  const { diff } = figuresOf(report);
  if (diff === null || diff.files.length === 0) return null;
  const { rows, rest } = fold(diff.files, most, () => true);
  const listed = diff.files.reduce((sum, { delta }) => sum + delta.compressed, 0);
  const total = listed + diff.filesFolded.delta.compressed;
  const others = total - rows.reduce((sum, { delta }) => sum + delta.compressed, 0);
  const sizes = [...rows.map(({ delta }) => delta.compressed), others];
  const scale = scaleFor(total, sizes);
  const steps = roundRows(sizes, scale);
  const cells = rows.map(({ path, change }, at) => [
    [own(change === "changed" ? signs.other : signs[change]), own(" "), code(path)],
    [own(shownSigned(steps[at] ?? 0, scale))],
  ]);
  const unlisted = rest + diff.filesFolded.count;
  if (others !== 0 || unlisted > 0) {
    const label = unlisted > 0 ? `${thousands(unlisted)} more, and the archive around them` : "the archive around them";
    cells.push([[own(label)], [own(shownSigned(steps.at(-1) ?? 0, scale))]]);
  }
  return { columns: columns(["", "compressed"], [1]), rows: cells };
}

/**
 * The head's layers, the heaviest first: rows, the folded rest among them, sum to the slug.
 * @param shares whether each row has its share of the slug, as a figure and as a bar; they sum to 100 %
 */
export function largestTable(head: WeighedSide, most: number, { shares = false } = {}): Table {
  const { rows, rest } = fold(byWeight(head.layers), most, ({ weight }) => weight.compressed > 0);
  const compressed = steps(
    rows.map(({ weight }) => weight.compressed),
    head.total.compressed,
  );
  const disk = steps(
    rows.map(({ weight }) => weight.disk),
    head.total.disk,
  );
  const share = shares ? sharesOf(rows, head.total.compressed) : () => [];
  const cells = rows.map((layer, at) => {
    const itself = compressed.text(at);
    // What nothing else leaves with is shown as the same figure, even where rounding moved that one.
    const alone = layer.retained.compressed === layer.weight.compressed;
    return [
      titleOf(layer),
      [own(itself)],
      ...share(at),
      [own(disk.text(at))],
      layer.kind === "distribution" ? [own(alone ? itself : size(layer.retained.compressed))] : [],
      requiredBy(layer, head),
    ];
  });
  if (rest > 0) {
    const [weight, onDisk] = [compressed.text(rows.length), disk.text(rows.length)];
    cells.push([[own(`${thousands(rest)} others`)], [own(weight)], ...share(rows.length), [own(onDisk)], [], []]);
  }
  return {
    columns: [
      ...columns(["", "compressed"], [1]),
      ...(shares ? columns(["share", ""], [0]) : []),
      ...columns(["on disk", "retained", "required by"], [0, 1]),
    ],
    rows: cells,
  };
}

function byWeight(layers: readonly ReportLayer[]): ReportLayer[] {
  return layers.toSorted((a, b) => b.weight.compressed - a.weight.compressed || (a.name < b.name ? -1 : 1));
}

/** The share of each row, and last of what is in none, as a figure and as a bar. @param total bytes of the slug */
function sharesOf(rows: readonly ReportLayer[], total: number): (at: number) => Spans[] {
  const sizes = rows.map(({ weight }) => weight.compressed);
  const left = total - sizes.reduce((a, b) => a + b, 0);
  const tenths = roundTogether([...sizes, left], Math.max(1, total) / 1000);
  return (at) => {
    const share = tenths[at] ?? 0;
    return [[own(percent(share))], [own(barOf(share, BAR, { drawing: true }))]];
  };
}

/** Characters of the bar that stands for a whole slug. */
const BAR = 30;

/** The first rows of a table of layers in a few words, with the figures it shows: `tensorflow 577.6 MiB, xgboost 57.3 MiB`. */
export function inWords({ rows }: Table, most: number): Spans {
  return joined(
    rows
      .slice(0, most)
      .map(([label = [], figure = []]) => [
        ...label.filter(({ as, text }) => as !== "version" && text !== " "),
        own(" "),
        ...figure,
      ]),
    ", ",
  );
}

/** Sizes and what is missing to their total, rounded together. */
function steps(sizes: readonly number[], total: number): { readonly text: (at: number) => string } {
  const all = [...sizes, total - sizes.reduce((a, b) => a + b, 0)];
  const scale: Scale = scaleFor(total, all);
  const rounded = roundRows(all, scale);
  return { text: (at) => shown(rounded[at] ?? 0, scale) };
}

/**
 * At most `most` rows, and only those worth one unless there is no end to the space; a rest of one is shown, as its row is no
 * longer than "1 more".
 */
export function fold<T>(
  ordered: readonly T[],
  most: number,
  worthARow: (row: T) => boolean,
): { readonly rows: readonly T[]; readonly rest: number } {
  if (most === Infinity) return { rows: ordered, rest: 0 };
  const worth = ordered.findIndex((row) => !worthARow(row));
  const count = Math.min(most, worth === -1 ? ordered.length : worth);
  const shownRows = ordered.length === count + 1 && most > 0 ? ordered.length : count;
  return { rows: ordered.slice(0, shownRows), rest: ordered.length - shownRows };
}

/** What a layer is called: a distribution by its name, the rest by what it is. */
export function labelOf({ kind, name: called }: Pick<ReportLayer, "kind" | "name">): Spans {
  const title = layerTitle(kind);
  return [title === null ? name(called) : own(title)];
}

/** A layer's label and its version. */
export function titleOf(layer: ReportLayer): Spans {
  return [...labelOf(layer), ...(layer.version === null ? [] : [own(" "), version(layer.version)])];
}

/** What changed from one version to another, or came, or went. */
interface Versions {
  readonly change: ReportLayerDelta["change"] | null;
  readonly fromVersion: string | null;
  readonly toVersion: string | null;
}

function signOf({ change, fromVersion, toVersion }: Versions, signs: Signs): string {
  if (change === "added" || change === "removed") return signs[change];
  const step = fromVersion === null || toVersion === null ? 0 : versionStep(fromVersion, toVersion);
  if (step === 0) return signs.other;
  return step > 0 ? signs.up : signs.down;
}

/** `1.0 → 1.1`, or the only version there is. */
export function versionsOf({ fromVersion, toVersion }: Omit<Versions, "change">): Spans {
  if (fromVersion !== null && toVersion !== null && fromVersion !== toVersion) {
    return [version(fromVersion), own(" → "), version(toVersion)];
  }
  const only = toVersion ?? fromVersion;
  return only === null ? [] : [version(only)];
}

function reasonOf({ kind, why }: ReportLayerDelta, report: Report, diff: Known): Spans {
  if (kind === "app") {
    const [first] = diff.files;
    if (first === undefined) return [];
    const others = diff.files.length - 1 + diff.filesFolded.count;
    return [code(first.path), ...(others > 0 ? [own(` and ${thousands(others)} more`)] : [])];
  }
  if (kind === "runtime") {
    const from = report.head.pythonFrom ?? report.base.pythonFrom;
    return from === null ? [] : [code(from)];
  }
  return whyOf(kind, why);
}

/** `requirements.txt:14` → xgboost */
export function whyOf(kind: ReportLayer["kind"], why: readonly string[]): Spans {
  const [location, ...chain] = why;
  if (location === undefined) return kind === "tool" ? [own("the buildpack")] : [];
  // A long chain is told by where it starts and where it ends.
  const links = chain.length > 4 ? [...chain.slice(0, 2), null, ...chain.slice(-1)] : chain;
  return joined([[code(location)], ...links.map((link): Spans => [link === null ? own("…") : name(link)])], " → ");
}

/** Who asks for a layer: the place, or the distributions that require it. */
export function requiredBy(layer: ReportLayer, head: WeighedSide): Spans {
  if (layer.kind === "runtime") return [code(head.pythonFrom)];
  if (layer.direct || layer.requiredBy.length === 0) return whyOf(layer.kind, layer.why.slice(0, 1));
  return listed(named(layer.requiredBy), 3, ", ");
}

function columns(headings: readonly string[], figures: readonly number[]): Table["columns"] {
  return headings.map((heading, at) => ({
    heading: heading === "" ? [] : [own(heading)],
    figures: figures.includes(at),
  }));
}

export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
