import type { Slug } from "../model/slug.js";
import { add, ZERO, type Weight } from "../model/weight.js";
import { dependencies, directNames, type Requirements } from "./graph.js";

/**
 * Retained weight of each name in `weights`: its own and that of everything that is in the slug only because of it.
 * This is what would leave the slug if the name left, whoever requires it.
 *
 * A name is there only because of another if that one dominates it: if every chain of requirements from the app to it
 * goes through the other. A name that no requirement leads to is taken as asked for by the app.
 */
export function retainedWeights(
  weights: ReadonlyMap<string, Weight>,
  graph: Requirements,
): ReadonlyMap<string, Weight> {
  const names = [...weights.keys()];
  const { order, dominators } = dominance(names, graph);
  const retained = [ZERO, ...weights.values()];
  // A dominator comes after what it dominates in postorder, so its share is complete when it is passed on.
  for (const at of order) {
    const above = dominators[at];
    if (at === 0 || above === undefined) continue;
    retained[above] = add(retained[above] ?? ZERO, retained[at] ?? ZERO);
  }
  return new Map(names.map((name, at) => [name, retained[at + 1] ?? ZERO]));
}

/**
 * For each name the nearest one that every chain of requirements from the app to it goes through; null where that is
 * the app itself.
 */
export function dominatorsOf(names: readonly string[], graph: Requirements): ReadonlyMap<string, string | null> {
  const { dominators } = dominance(names, graph);
  return new Map(names.map((name, at) => [name, names[(dominators[at + 1] ?? 0) - 1] ?? null]));
}

/** Nodes in postorder and their dominators: 0 is the app, and a name's node is its place in `names`, from 1. */
function dominance(
  names: readonly string[],
  graph: Requirements,
): { readonly order: readonly number[]; readonly dominators: readonly number[] } {
  const index = new Map(names.map((name, at) => [name, at + 1]));
  const indices = (of: readonly string[]): number[] => of.flatMap((name) => index.get(name) ?? []);
  const below = dependencies(graph);
  const successors = [indices(directNames(graph)), ...names.map((name) => indices(below.get(name) ?? []))];
  const reached = new Set(postorder(successors));
  successors[0]?.push(...indices(names).filter((at) => !reached.has(at)));
  const order = postorder(successors);
  return { order, dominators: immediateDominators(successors, order) };
}

/**
 * The immediate dominator of every node that can be reached from node 0 (whose own is itself), by the algorithm of
 * Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
 * @param order the nodes in postorder
 */
function immediateDominators(successors: readonly (readonly number[])[], order: readonly number[]): number[] {
  const rank: number[] = [];
  order.forEach((node, at) => (rank[node] = at));
  const rankOf = (node: number): number => rank[node] ?? -1;
  const predecessors = successors.map((): number[] => []);
  for (const node of order) for (const next of successors[node] ?? []) predecessors[next]?.push(node);

  const dominator: number[] = [];
  dominator[0] = 0;
  const common = (a: number, b: number): number => {
    while (a !== b) {
      if (rankOf(a) < rankOf(b)) a = dominator[a] ?? 0;
      else b = dominator[b] ?? 0;
    }
    return a;
  };
  const nodes = order.filter((node) => node !== 0).reverse();
  for (let changed = true; changed;) {
    changed = false;
    for (const node of nodes) {
      const [first = 0, ...others] = (predecessors[node] ?? []).filter((before) => dominator[before] !== undefined);
      const found = others.reduce(common, first);
      if (dominator[node] !== found) {
        dominator[node] = found;
        changed = true;
      }
    }
  }
  return dominator;
}

/** The nodes that can be reached from node 0, each after those below it, the way back in a cycle left out. */
function postorder(successors: readonly (readonly number[])[]): number[] {
  const order: number[] = [];
  const seen = new Set([0]);
  const stack = [{ node: 0, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = successors[top.node]?.[top.next++];
    if (child === undefined) {
      order.push(top.node);
      stack.pop();
    } else if (!seen.has(child)) {
      seen.add(child);
      stack.push({ node: child, next: 0 });
    }
  }
  return order;
}

/** What would leave a slug with each of its distributions, by normalised name. */
export function retainedIn({ layers, graph }: Pick<Slug, "layers" | "graph">): ReadonlyMap<string, Weight> {
  const distributions = layers.filter(({ kind }) => kind === "distribution");
  return retainedWeights(new Map(distributions.map(({ name, weight }) => [name, weight])), graph);
}
