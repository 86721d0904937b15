import type { DependencyGraph } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import { dependencies, directNames } from "./graph.js";

/** pip gives up on a name after this many visits: the walk over a cycle is exponential otherwise. */
const VISITS = 5;

/**
 * The names in the order in which pip installs them: what a distribution requires comes before it.
 *
 * As pip's resolver does (`get_topological_weights` and `get_installation_order` in
 * `pip/_internal/resolution/resolvelib/resolver.py`, unchanged since 22.0): names without dependencies weigh most,
 * then those that need only such, and so on; what is left is in or above a cycle and weighs its longest path from the
 * app. Heaviest first, equal weights by name, the last in the alphabet first. Where pip walks a cycle in the order of
 * a set, which changes from run to run, this walks it by name.
 */
export function installOrder(names: readonly string[], graph: DependencyGraph): string[] {
  const weights = topologicalWeights(names, graph);
  return [...new Set(names)].sort((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0) || compareBytes(b, a));
}

function topologicalWeights(names: readonly string[], graph: DependencyGraph): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const left = new Set(names);
  const all = dependencies(graph);
  const needs = (name: string): string[] => (all.get(name) ?? []).filter((to) => left.has(to));
  // How many of what a name needs are left, and who needs it, so that each requirement is looked at once.
  const open = new Map<string, number>();
  const needers = new Map<string, string[]>();
  for (const name of left) {
    const needed = needs(name);
    open.set(name, needed.length);
    for (const to of needed) needers.set(to, [...(needers.get(to) ?? []), name]);
  }
  let leaves = [...left].filter((name) => open.get(name) === 0);
  while (leaves.length > 0) {
    const weight = left.size;
    const next: string[] = [];
    for (const leaf of leaves) {
      weights.set(leaf, weight);
      left.delete(leaf);
      for (const name of needers.get(leaf) ?? []) {
        const count = (open.get(name) ?? 0) - 1;
        open.set(name, count);
        if (count === 0) next.push(name);
      }
    }
    leaves = next;
  }
  const roots = directNames(graph).filter((name) => left.has(name));
  for (const [name, depth] of longestPaths(roots, needs)) weights.set(name, depth);
  return weights;
}

/** The longest path found to each name below `roots`, in edges from the app, without going around in circles. */
function longestPaths(roots: readonly string[], needs: (name: string) => string[]): ReadonlyMap<string, number> {
  const found = new Map<string, { visits: number; depth: number }>();
  const path = new Set<string>();
  // One frame for the app and one for each name on the path, with what is still to be visited below it.
  const stack: { readonly name: string | null; readonly open: string[] }[] = [{ name: null, open: [...roots] }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.open.shift();
    if (next !== undefined) {
      if (path.has(next) || (found.get(next)?.visits ?? 0) >= VISITS) continue;
      path.add(next);
      stack.push({ name: next, open: needs(next) });
      continue;
    }
    stack.pop();
    if (top.name === null) continue;
    path.delete(top.name);
    const before = found.get(top.name) ?? { visits: 0, depth: 0 };
    found.set(top.name, { visits: before.visits + 1, depth: Math.max(before.depth, stack.length) });
  }
  return new Map([...found].map(([name, { depth }]) => [name, depth]));
}
