import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { installOrder } from "../../src/attribute/install-order.js";
import type { DependencyGraph } from "../../src/model/slug.js";
import { SILENT } from "../../src/ports.js";
import { run } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { createTools } from "../../src/tools/tools.js";
import { anyGraph, graph, NAMES } from "../slugs.js";

describe("installOrder", () => {
  test("what a distribution requires comes before it, equals from the end of the alphabet", () => {
    const flask = graph(
      ["requirements.txt:1 flask"],
      ["flask werkzeug", "flask jinja2", "flask click", "jinja2 markupsafe", "werkzeug markupsafe"],
    );
    expect(installOrder(["click", "flask", "jinja2", "markupsafe", "werkzeug"], flask)).toEqual([
      "markupsafe",
      "click",
      "werkzeug",
      "jinja2",
      "flask",
    ]);
  });

  test("a cycle ends, and what it requires still comes first", () => {
    const cycle = graph(["requirements.txt:1 a"], ["a b", "b c", "c a", "c leaf"]);
    expect(installOrder(["a", "b", "c", "leaf"], cycle)).toEqual(["leaf", "c", "b", "a"]);
  });

  test("a chain of five thousand that ends in a cycle", () => {
    const names = Array.from({ length: 5000 }, (_, at) => `d${at}`);
    const chain = names.slice(1).map((name, at) => `d${at} ${name}`);
    const order = installOrder(names, graph(["requirements.txt:1 d0"], [...chain, "d4999 d4998"]));
    expect(order).toEqual([...names].reverse());
  });
});

/** Asks pip for the order of each graph; its walk over a cycle is made to go by name, as sets have no order. */
const PIP = `
import json, sys
from types import SimpleNamespace
from pip._internal.resolution.resolvelib.resolver import Resolver
from pip._vendor.resolvelib.structs import DirectedGraph

class Sorted(DirectedGraph):
    def iter_children(self, key):
        return iter([n for n in self.order[key] if n in self._forwards[key]])

orders = []
for names, roots, edges in json.load(sys.stdin):
    graph = Sorted()
    graph.order = {None: roots, **{n: sorted(t for f, t in edges if f == n) for n in names}}
    for node in [None, *names]: graph.add(node)
    for name in roots: graph.connect(None, name)
    for source, target in edges: graph.connect(source, target)
    resolver = Resolver.__new__(Resolver)
    resolver._result = SimpleNamespace(graph=graph)
    wanted = SimpleNamespace(requirements={n: n for n in names})
    orders.append(resolver.get_installation_order(wanted))
json.dump(orders, sys.stdout)
`;

describe("pip itself", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "slugdiff-order-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test("gives the same order for any graph, also with cycles", async () => {
    const signal = new AbortController().signal;
    const toolsDir = join(tmpdir(), "slugdiff-test-tools");
    const tools = createTools({ scratch: root, progress: SILENT, signal, env: process.env, toolsDir });
    const cases = fc.sample(anyGraph, { numRuns: 400, seed: 1 }).map(asPipSeesIt);
    const { code, stdout, stderr } = await run("python3", ["-c", PIP], {
      env: { ...toolEnvironment(process.env), PYTHONPATH: await tools.pipLibrary() },
      input: JSON.stringify(cases.map(({ names, roots, edges }) => [names, roots, edges])),
      signal,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const theirs: unknown = JSON.parse(stdout.toString());
    expect(cases.map(({ names, of }) => installOrder(names, of))).toEqual(theirs);
  });
});

/** pip has resolved what it orders: only names that a requirement leads to, and only edges between those. */
function asPipSeesIt(of: DependencyGraph): {
  names: string[];
  roots: string[];
  edges: [string, string][];
  of: DependencyGraph;
} {
  const names = new Set(of.direct.map(({ name }) => name));
  for (const name of names) for (const { from, to } of of.edges) if (from === name) names.add(to);
  names.delete("missing");
  const roots = [...new Set(of.direct.map(({ name }) => name))];
  const edges = of.edges
    .filter(({ from, to }) => from !== to && names.has(from) && names.has(to))
    .map(({ from, to }): [string, string] => [from, to]);
  return { names: NAMES.filter((name) => names.has(name)), roots, edges, of };
}
