import { UserError } from "../errors.js";
import { normalName } from "../model/name.js";
import { mib } from "../model/format.js";
import type { Report, ReportLayer, WeighedSide } from "../model/report.js";
import type { Weight } from "../model/weight.js";
import { roundRows, scaleFor, shown } from "./rounding.js";
import { plain, styled, tableLines, wrapped, type TextOptions } from "./layout.js";
import { joined, name, own, type Spans, type Table } from "./span.js";
import { whyOf } from "./tables.js";
import { visible } from "./visible.js";

/** Why a distribution is in the slug, and what is in it only because of that. */
export interface Why {
  readonly name: string;
  readonly version: string | null;
  readonly weight: Weight;
  readonly retained: Weight;
  /** Where the app asks for it, and the shortest way from there. */
  readonly shortest: readonly string[];
  /** Ways from what the app asks for to this, by names, the shortest first; at most so many as `PATHS`. */
  readonly paths: readonly (readonly string[])[];
  /** What would leave the slug together with it, without itself, heaviest first. */
  readonly brings: readonly { readonly name: string; readonly compressed: number }[];
}

const PATHS = 20;
const ROWS = 15;

/**
 * The answer to `slugdiff why NAME`, from the head of a report.
 * @throws UserError if there is no such distribution in the slug
 */
export function whyIn(report: Report, called: string): Why {
  const { head } = report;
  if (head.state !== "weighed") throw new UserError("The head could not be weighed.", "slugdiff weigh says why.");
  const wanted = normalName(called);
  const layers = head.layers.filter(({ kind }) => kind === "distribution" || kind === "tool");
  const layer = layers.find((candidate) => candidate.name === wanted);
  if (layer === undefined) {
    const similar = layers.filter((candidate) => candidate.name.includes(wanted)).map((candidate) => candidate.name);
    throw new UserError(
      `${visible(wanted, 80)} is not in the slug.`,
      similar.length === 0
        ? "slugdiff weigh lists what is; the name is that of the distribution, not of the module."
        : `There is: ${similar.slice(0, 5).join(", ")}.`,
    );
  }
  return {
    name: layer.name,
    version: layer.version,
    weight: layer.weight,
    retained: layer.retained,
    shortest: layer.why,
    paths: pathsTo(layer, layers),
    brings: broughtBy(layer, head),
  };
}

/** Breadth first against the edges, so that shorter ways come first; no way passes one distribution twice. */
function pathsTo(layer: ReportLayer, layers: readonly ReportLayer[]): string[][] {
  const byName = new Map(layers.map((candidate) => [candidate.name, candidate]));
  const found: string[][] = [];
  let ways: string[][] = [[layer.name]];
  while (ways.length > 0 && found.length < PATHS) {
    const longer: string[][] = [];
    for (const way of ways) {
      const first = byName.get(way[0] ?? "");
      if (first === undefined) continue;
      if (first.direct) found.push(way);
      for (const parent of first.requiredBy) if (!way.includes(parent)) longer.push([parent, ...way]);
    }
    // A dense graph has more ways than anyone reads: the first few of each length will do.
    ways = longer.slice(0, 10 * PATHS);
  }
  return found.slice(0, PATHS);
}

/** Distributions that nothing else reaches: those not found from what the app asks for once this one is gone. */
function broughtBy(layer: ReportLayer, head: WeighedSide): Why["brings"] {
  const layers = head.layers.filter(({ kind }) => kind === "distribution");
  const requires = new Map<string, string[]>();
  for (const { name: child, requiredBy } of layers) {
    for (const parent of requiredBy) requires.set(parent, [...(requires.get(parent) ?? []), child]);
  }
  const reach = (starts: readonly string[], without: string | null): Set<string> => {
    const reached = new Set<string>();
    const open = starts.filter((start) => start !== without);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === without || reached.has(next)) continue;
      reached.add(next);
      open.push(...(requires.get(next) ?? []));
    }
    return reached;
  };
  const kept = reach(
    layers.filter(({ direct }) => direct).map((root) => root.name),
    layer.name,
  );
  const below = reach([layer.name], null);
  return layers
    .filter((candidate) => candidate !== layer && below.has(candidate.name) && !kept.has(candidate.name))
    .map((candidate) => ({ name: candidate.name, compressed: candidate.weight.compressed }))
    .sort((a, b) => b.compressed - a.compressed || (a.name < b.name ? -1 : 1));
}

/** The answer for a terminal; ends with a line break. */
export function renderWhy(why: Why, options: TextOptions): string {
  const title = `${visible(why.name)}${why.version === null ? "" : ` ${visible(why.version)}`}`;
  const alone = why.brings.length === 0;
  const leaves = alone
    ? "Nothing else would leave the slug with it."
    : `${mib(why.retained.compressed)} would leave the slug with it.`;
  const paths = why.paths.map((path): Spans => [
    own("  "),
    ...joined(
      path.map((step) => [name(step)]),
      " → ",
    ),
  ]);
  const asked = plain(whyOf("distribution", why.shortest));
  const sections = [
    [
      styled(`${title}: ${mib(why.weight.compressed)} compressed, ${mib(why.weight.disk)} on disk`, "bold", options),
      leaves,
    ],
    asked === "" ? [] : [styled("Asked for by", "bold", options), ...wrapped(`  ${asked}`, options.width)],
    why.paths.length < 2
      ? []
      : [styled("Every way to it", "bold", options), ...paths.flatMap((path) => wrapped(plain(path), options.width))],
    alone ? [] : [styled("Leaves with it", "bold", options), ...tableLines(bringsTable(why), options)],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

/** Itself and what it brings: rows sum to its retained weight. */
function bringsTable({ name: itself, weight, retained, brings }: Why): Table {
  const all = [{ name: itself, compressed: weight.compressed }, ...brings];
  const rows = all.length <= ROWS + 1 ? all : all.slice(0, ROWS);
  const others = retained.compressed - rows.reduce((sum, { compressed }) => sum + compressed, 0);
  const sizes = [...rows.map(({ compressed }) => compressed), others];
  const scale = scaleFor(retained.compressed, sizes);
  const steps = roundRows(sizes, scale);
  const cells = rows.map((row, at) => [[own("  "), name(row.name)], [own(shown(steps[at] ?? 0, scale))]]);
  const rest = all.length - rows.length;
  if (rest > 0) cells.push([[own(`  ${String(rest)} more`)], [own(shown(steps.at(-1) ?? 0, scale))]]);
  return {
    columns: [
      { heading: [], figures: false },
      { heading: [], figures: true },
    ],
    rows: cells,
  };
}
