import type { Location } from "../model/resolution.js";
import type { DependencyGraph } from "../model/slug.js";
import { dependencies, dependents } from "./graph.js";

/** Why a distribution is in the slug. */
export interface Origin {
  /** Whether the app itself asks for it. */
  readonly direct: boolean;
  /** Names of the distributions that require it, sorted. */
  readonly requiredBy: readonly string[];
  /**
   * The shortest explanation: where the app asks for something (`requirements.txt:14`), then the names from that
   * requirement up to this distribution, itself left out. Empty if no requirement leads here.
   */
  readonly why: readonly string[];
}

/**
 * Why each of the names is there. Of several explanations the one with the fewest hops is given, then the one whose
 * requirement stands first in the app's files, then by name.
 */
export function origins(names: readonly string[], graph: DependencyGraph): ReadonlyMap<string, Origin> {
  const paths = shortestPaths(graph);
  const direct = new Set(graph.direct.map(({ name }) => name));
  const requiredBy = dependents(graph);
  return new Map(
    names.map((name) => [
      name,
      { direct: direct.has(name), requiredBy: requiredBy.get(name) ?? [], why: paths.get(name) ?? [] },
    ]),
  );
}

/** Breadth first from all requirements at once, in their order: the first to arrive has the explanation. */
function shortestPaths(graph: DependencyGraph): ReadonlyMap<string, readonly string[]> {
  const below = dependencies(graph);
  const paths = new Map<string, readonly string[]>();
  for (const { name, location } of graph.direct) if (!paths.has(name)) paths.set(name, [placeText(location)]);
  // A Map is walked in the order of insertion, and what is inserted on the way is walked too: it is its own queue.
  for (const [name, path] of paths) {
    for (const next of below.get(name) ?? []) if (!paths.has(next)) paths.set(next, [...path, name]);
  }
  return paths;
}

/** `requirements.txt:14` */
export function placeText({ file, line }: Location): string {
  return line === null ? file : `${file}:${line}`;
}
