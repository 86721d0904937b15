import type { LayerDelta, Update } from "../model/diff.js";
import type { DependencyGraph, Slug } from "../model/slug.js";
import { compareBytes } from "../model/tree.js";
import { sum } from "../model/weight.js";
import { dependencies } from "./graph.js";
import { dominatorsOf } from "./retained.js";

type Row = Pick<LayerDelta, "kind" | "name" | "change" | "fromVersion" | "toVersion" | "delta">;

const NOTHING: DependencyGraph = { direct: [], edges: [] };

/**
 * The changed distributions by the requirement whose change caused theirs: what came and what moved as the head's
 * requirements lead to it, what went as the base's did. Largest compressed delta first.
 *
 * A requirement has changed if it came, went, asks for other extras, or is met by something else. It causes its own change,
 * and that of what only it leads to. Where several lead to the same, the one that all chains go through does; if there is
 * none, they share it.
 * @param base null if there is no app
 * @param rows of the comparison; those of other kinds than distributions are left out
 */
export function updatesOf(base: Slug | null, head: Slug | null, rows: readonly Row[]): Update[] {
  const [before, after] = [base?.graph ?? NOTHING, head?.graph ?? NOTHING];
  const changed = rows.filter(({ kind, change }) => kind === "distribution" && change !== "unchanged");
  const moved = new Set(changed.map(({ name }) => name));
  const requirements = changedRequirements(before, after, moved);
  const causesAfter = causes(after, requirements);
  const causesBefore = causes(before, requirements);

  const groups = new Map<string, { readonly names: readonly string[]; readonly rows: Row[] }>();
  for (const row of changed) {
    const found = row.change === "removed" ? [] : causesAfter(row.name);
    const names = found.length > 0 ? found : causesBefore(row.name);
    const key = names.join(" ");
    const group = groups.get(key) ?? { names, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  const byName = new Map(rows.filter(({ kind }) => kind === "distribution").map((row) => [row.name, row]));
  const size = ({ delta }: Update): number => Math.abs(delta.compressed);
  return [...groups.entries()]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, group]) => updateOf(group.names, group.rows, requirements, byName))
    .sort((a, b) => size(b) - size(a));
}

function updateOf(
  names: readonly string[],
  rows: readonly Row[],
  requirements: Requirements,
  byName: ReadonlyMap<string, Row>,
): Update {
  const changes = { delta: sum(rows.map(({ delta }) => delta)), layers: rows.map(({ name }) => name) };
  const [name, ...others] = names;
  if (name === undefined) return { kind: "other", ...changes };
  const change = requirements.get(name);
  if (others.length > 0 || change === undefined) return { kind: "shared", names, ...changes };
  const { fromVersion = null, toVersion = null } = byName.get(name) ?? {};
  return { kind: "requirement", name, change, fromVersion, toVersion, ...changes };
}

/** What changed of each requirement that did. */
type Requirements = ReadonlyMap<string, "added" | "removed" | "changed">;

function changedRequirements(
  before: DependencyGraph,
  after: DependencyGraph,
  moved: ReadonlySet<string>,
): Requirements {
  const [from, to] = [before, after].map(extrasByName);
  const changed = new Map<string, "added" | "removed" | "changed">();
  for (const name of from?.keys() ?? []) if (to?.has(name) !== true) changed.set(name, "removed");
  for (const [name, extras] of to ?? []) {
    const earlier = from?.get(name);
    if (earlier === undefined) changed.set(name, "added");
    else if (moved.has(name) || earlier !== extras) changed.set(name, "changed");
  }
  return changed;
}

/** The extras that the app asks for, all of its files taken together, by requirement. */
function extrasByName({ direct }: DependencyGraph): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const { name, extras } of direct) found.set(name, new Set([...(found.get(name) ?? []), ...extras]));
  return new Map([...found].map(([name, extras]) => [name, [...extras].sort().join()]));
}

/** Which changed requirements cause a change of a name on one side, sorted; none if no one leads to it. */
function causes(graph: DependencyGraph, requirements: Requirements): (name: string) => readonly string[] {
  const names = [
    ...new Set([...graph.direct.map(({ name }) => name), ...graph.edges.flatMap(({ from, to }) => [from, to])]),
  ];
  const dominators = dominatorsOf(names, graph);
  const leading = new Map<string, string[]>();
  const below = dependencies(graph);
  for (const requirement of [...requirements.keys()].sort(compareBytes)) {
    const reached = new Set([requirement]);
    // What is inserted on the way is walked too.
    for (const name of reached) for (const next of below.get(name) ?? []) reached.add(next);
    for (const name of reached) leading.set(name, [...(leading.get(name) ?? []), requirement]);
  }
  return (name) => {
    if (requirements.has(name)) return [name];
    const found = leading.get(name) ?? [];
    if (found.length < 2) return found;
    for (let above = dominators.get(name) ?? null; above !== null; above = dominators.get(above) ?? null) {
      if (requirements.has(above)) return [above];
    }
    return found;
  };
}
