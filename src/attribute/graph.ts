import type { Edge } from "../model/resolution.js";
import { compareBytes } from "../model/byte-order.js";

/** Who requires whom: a slug's dependency graph, without the places of its requirements. */
export interface Requirements {
  readonly direct: readonly { readonly name: string }[];
  readonly edges: readonly Edge[];
}

/** The names that the app itself requires, each once, in the order of the files. */
export function directNames(graph: Requirements): string[] {
  return [...new Set(graph.direct.map(({ name }) => name))];
}

/** What each name requires, sorted and each once; requiring oneself says nothing. Names without are not in it. */
export function dependencies(graph: Requirements): ReadonlyMap<string, readonly string[]> {
  return grouped(graph.edges.map(({ from, to }) => [from, to]));
}

/** Who requires each name, sorted and each once. Names that nobody requires are not in it. */
export function dependents(graph: Requirements): ReadonlyMap<string, readonly string[]> {
  return grouped(graph.edges.map(({ from, to }) => [to, from]));
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, Set<string>>();
  for (const [key, value] of pairs) {
    if (key === value) continue;
    const group = groups.get(key);
    if (group) group.add(value);
    else groups.set(key, new Set([value]));
  }
  return new Map([...groups].map(([key, values]) => [key, [...values].sort(compareBytes)]));
}
