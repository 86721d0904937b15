import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { retainedWeights } from "../../src/attribute/retained.js";
import type { DependencyGraph } from "../../src/model/slug.js";
import { sum, ZERO, type Weight } from "../../src/model/weight.js";
import { anyGraph, graph, NAMES } from "../slugs.js";

/** Every name weighs a power of two, so that a sum tells what is in it. */
const weights = new Map<string, Weight>(
  NAMES.map((name, at) => [name, { files: 1, disk: 3 * 2 ** at, compressed: 2 ** at }]),
);

/** The names that are in the slug without `gone`: what can be reached from the requirements, going around it. */
function staying(of: DependencyGraph, gone: string | null): Set<string> {
  const reached = new Set<string>();
  const open = [...of.direct.map(({ name }) => name), ...unasked(of)];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === gone || reached.has(name)) continue;
    reached.add(name);
    open.push(...of.edges.filter(({ from }) => from === name).map(({ to }) => to));
  }
  return reached;
}

/** Names that no requirement leads to. */
function unasked(of: DependencyGraph): string[] {
  const reached = new Set(of.direct.map(({ name }) => name));
  for (const name of reached) for (const { from, to } of of.edges) if (from === name) reached.add(to);
  return NAMES.filter((name) => !reached.has(name));
}

test("what is retained is what can't be reached any more once the name is taken out", () => {
  fc.assert(
    fc.property(anyGraph, (of) => {
      const retained = retainedWeights(weights, of);
      for (const name of NAMES) {
        const left = staying(of, name);
        const leaving = NAMES.filter((other) => !left.has(other));
        expect(retained.get(name)).toEqual(sum(leaving.map((other) => weights.get(other) ?? ZERO)));
      }
    }),
    { numRuns: 500 },
  );
});

test("a shared dependency is retained by what both go through, not by either", () => {
  const of = graph(["requirements.txt:1 a"], ["a b", "a c", "b d", "c d"]);
  const retained = retainedWeights(weights, of);
  const compressed = ["a", "b", "c", "d"].map((name) => retained.get(name)?.compressed);
  expect(compressed).toEqual([1 + 2 + 4 + 8, 2, 4, 8]);
});

test("what the app asks for itself is nobody else's to retain", () => {
  const retained = retainedWeights(weights, graph(["requirements.txt:1 a", "requirements.txt:2 b"], ["a b"]));
  expect(retained.get("a")?.compressed).toBe(1);
});

test("five thousand distributions, in one chain and all requiring the last", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `d${at}`);
  const edges = names.slice(1).flatMap((name, at) => [`d${at} ${name}`, `${name} d0`, `d${at} d4999`]);
  const one = new Map<string, Weight>(names.map((name) => [name, { files: 1, disk: 1, compressed: 1 }]));
  const retained = retainedWeights(one, graph(["requirements.txt:1 d0"], edges));
  expect(["d0", "d1", "d4998", "d4999"].map((name) => retained.get(name)?.files)).toEqual([5000, 4998, 1, 1]);
});
