import { layerKey } from "../model/layer.js";
import type { Report, ReportLayer, WeighedSide } from "../model/report.js";
import { broughtBy } from "../render/why.js";
import { shownSide } from "./nodes.js";

/** Something that the app asks for, and what is in the slug only because of it. */
export interface Requirement {
  readonly key: string;
  readonly layer: ReportLayer;
  /** What leaves with it, the heaviest first. */
  readonly brought: ReturnType<typeof broughtBy>;
  /** Keys of its own layer and of those that would leave with it. */
  readonly members: ReadonlySet<string>;
}

/** So many have a colour of their own; with more, no two are sure to be told apart. */
const COLOURS = 6;
/** Share of the slug below which a requirement is not worth one. */
const SMALLEST = 0.005;

/** The requirements that retain most, the heaviest first. None of the members of one is a member of another. */
export function heaviestRequirements(report: Report): Requirement[] {
  const side = report[shownSide(report)];
  if (side.state !== "weighed") return [];
  return (
    side.layers
      // What no requirement leads to is taken as asked for by the app, as where its retained weight comes from.
      .filter(({ kind, direct, requiredBy }) => kind === "distribution" && (direct || requiredBy.length === 0))
      .sort((a, b) => b.retained.compressed - a.retained.compressed || (a.name < b.name ? -1 : 1))
      .filter(({ retained }) => retained.compressed >= SMALLEST * side.total.compressed)
      .slice(0, COLOURS)
      .map((layer) => requirementOf(layer, side))
  );
}

function requirementOf(layer: ReportLayer, side: WeighedSide): Requirement {
  const brought = broughtBy(layer, side);
  const keys = brought.map(({ name }) => layerKey({ kind: "distribution", name }));
  return { key: layerKey(layer), layer, brought, members: new Set([layerKey(layer), ...keys]) };
}

/** What a layer is coloured as: by the requirement that brings it, or by what else it is. */
export type Fill = `requirement-${number}` | "other" | "app" | "python";

export function fillOf(key: string, requirements: readonly Requirement[]): Fill {
  const at = requirements.findIndex(({ members }) => members.has(key));
  if (at !== -1) return `requirement-${at + 1}`;
  if (key.startsWith("app:")) return "app";
  return key.startsWith("distribution:") ? "other" : "python";
}
