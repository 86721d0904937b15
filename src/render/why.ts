import { UserError } from "../errors.js";
import { normalName } from "../model/name.js";
import { mib } from "../model/format.js";
import type { TreeBounds } from "../model/options.js";
import type { Report, ReportLayer, WeighedSide } from "../model/report.js";
import type { Weight } from "../model/weight.js";
import { dominatorsIn, retainedBy } from "./contents.js";
import { plain, styled, tableLines, wrapped, type TextOptions } from "./layout.js";
import { own, type Spans } from "./span.js";
import { requiredBy, thousands, titleOf } from "./tables.js";
import { drawnRows, treeLines } from "./tree.js";
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

/**
 * The answer to `slugdiff why NAME`, from the head of a report.
 * @throws UserError if there is no such distribution in the slug
 */
export function whyIn(report: Report, called: string): Why {
  const { head, layer } = find(report, called);
  return {
    name: layer.name,
    version: layer.version,
    weight: layer.weight,
    retained: layer.retained,
    shortest: layer.why,
    paths: pathsTo(layer, head),
    brings: broughtBy(layer, head),
  };
}

/** The layer of that name. */
function find({ head }: Report, called: string): { readonly head: WeighedSide; readonly layer: ReportLayer } {
  if (head.state !== "weighed") throw new UserError("The head could not be weighed.", "slugdiff weigh says why.");
  const wanted = normalName(called);
  const layers = installed(head);
  const layer = layers.find((candidate) => candidate.name === wanted);
  if (layer !== undefined) return { head, layer };
  const similar = layers.filter((candidate) => candidate.name.includes(wanted)).map((candidate) => candidate.name);
  throw new UserError(
    `${visible(wanted, 80)} is not in the slug.`,
    similar.length === 0
      ? "slugdiff weigh lists what is; the name is that of the distribution, not of the module."
      : `There is: ${similar.slice(0, 5).join(", ")}.`,
  );
}

function installed({ layers }: WeighedSide): ReportLayer[] {
  return layers.filter(({ kind }) => kind === "distribution" || kind === "tool");
}

/** Breadth first against the edges, so that shorter ways come first; no way passes one distribution twice. */
function pathsTo(layer: ReportLayer, head: WeighedSide): string[][] {
  const byName = new Map(installed(head).map((candidate) => [candidate.name, candidate]));
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

/** What is in the slug only because of a layer: all that is below it in the tree of what leaves with what. */
export function broughtBy(layer: ReportLayer, head: WeighedSide): Why["brings"] {
  const above = dominatorsIn(head);
  const isBelow = ({ name }: ReportLayer): boolean => {
    let at = above.get(name) ?? null;
    while (at !== null && at !== layer.name) at = above.get(at) ?? null;
    return at !== null;
  };
  return head.layers
    .filter((candidate) => candidate.kind === "distribution" && isBelow(candidate))
    .map(({ name, weight }) => ({ name, compressed: weight.compressed }))
    .sort((a, b) => b.compressed - a.compressed || (a.name < b.name ? -1 : 1));
}

/**
 * The answer for a terminal, as two trees: the ways from the app's requirements to it, and what would leave the slug with it. Ends
 * with a line break.
 * @throws UserError as `whyIn`
 */
export function renderWhy(report: Report, called: string, bounds: TreeBounds, options: TextOptions): string {
  const { head, layer } = find(report, called);
  const { weight, retained } = layer;
  const tree = retainedBy(layer, head);
  const alone = tree.children.length === 0;
  const title = `${plain(titleOf(layer))}: ${mib(weight.compressed)} compressed, ${mib(weight.disk)} on disk`;
  const leaves = alone
    ? "Nothing else would leave the slug with it."
    : `${mib(retained.compressed)} would leave the slug with it.`;
  const bold = (text: string): string[] => wrapped(text, options.width).map((line) => styled(line, "bold", options));
  const sections = [
    [...bold(title), ...wrapped(leaves, options.width)],
    [...bold("Why it is there"), ...waysLines(layer, head, bounds.top, options)],
    alone ? [] : [...bold("Leaves with it"), ...treeLines(tree, bounds, options)],
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

/** Something on the ways to a distribution; what it requires on these ways is below it. */
interface Way {
  readonly layer: ReportLayer;
  readonly below: Map<string, Way>;
}

/** A tree for each requirement of the app that leads to the layer, down to it. @param most ways that are shown */
function waysLines(layer: ReportLayer, head: WeighedSide, most: number, options: TextOptions): string[] {
  const paths = pathsTo(layer, head);
  if (paths.length === 0) return wrapped(plain([own("Asked for by: "), ...requiredBy(layer, head)]), options.width);
  const byName = new Map(installed(head).map((candidate) => [candidate.name, candidate]));
  const roots = new Map<string, Way>();
  for (const path of paths.slice(0, most)) {
    let at = roots;
    for (const step of path) {
      const own = byName.get(step);
      if (own === undefined) break;
      const way = at.get(step) ?? { layer: own, below: new Map<string, Way>() };
      at.set(step, way);
      at = way.below;
    }
  }
  const rows = [...roots.values()].flatMap((root) =>
    drawnRows(root, ({ below }) => [...below.values()], options).map(({ guide, node }): Spans[] => [
      [own(guide), ...titleOf(node.layer)],
      node === root ? requiredBy(node.layer, head) : [],
    ]),
  );
  const columns = [0, 1].map(() => ({ heading: [], figures: false }));
  const more = paths.length - most;
  return [
    ...tableLines({ columns, rows }, options),
    // Beyond so many nobody has looked.
    ...(more > 0
      ? [`${paths.length === PATHS ? "at least " : ""}${thousands(more)} more ${more === 1 ? "way" : "ways"}`]
      : []),
  ];
}
