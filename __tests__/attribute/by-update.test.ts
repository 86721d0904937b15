import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { updatesOf } from "../../src/attribute/by-update.js";
import { compare } from "../../src/compare/compare.js";
import type { Update } from "../../src/model/diff.js";
import type { DependencyGraph, Slug } from "../../src/model/slug.js";
import { subtract, sum, ZERO } from "../../src/model/weight.js";
import { anySlug, file, graph, part, slug } from "../slugs.js";

const updates = (base: Slug | null, head: Slug | null): Update[] => updatesOf(base, head, compare(base, head).layers);
const causeOf = (update: Update): string =>
  update.kind === "requirement" ? update.name : update.kind === "shared" ? update.names.join("+") : "other";
/** `a: a b` */
const inWords = (base: Slug | null, head: Slug | null): string[] =>
  updates(base, head)
    .map((update) => `${causeOf(update)}: ${[...update.layers].sort().join(" ")}`)
    .sort();
/** `slugWith("a1 b2", …)`: a in version 1 and b in version 2, each of as many bytes. */
const slugWith = (distributions: string, of: DependencyGraph): Slug =>
  slug(
    distributions.split(" ").map((text) => {
      const [name, version] = [text.slice(0, -1), text.slice(-1)];
      return part("distribution", name, [file(`${name}.so`, 10 * Number(version))], { version });
    }),
    of,
  );
const asked = (...names: string[]): string[] => names.map((name, at) => `requirements.txt:${String(at + 1)} ${name}`);

describe("laws", () => {
  const side = fc.option(anySlug, { freq: 9 });

  test("conservation: each changed distribution is in one update, and updates sum to the distributions' delta", () => {
    fc.assert(
      fc.property(side, side, (base, head) => {
        const { layers } = compare(base, head);
        const rows = layers.filter(({ kind, change }) => kind === "distribution" && change !== "unchanged");
        const found = updatesOf(base, head, layers);
        expect(found.flatMap((update) => update.layers).sort()).toEqual(rows.map(({ name }) => name).sort());
        const total = sum(layers.filter(({ kind }) => kind === "distribution").map(({ delta }) => delta));
        expect(sum(found.map(({ delta }) => delta))).toEqual(total);
        for (const { delta, layers: names } of found) {
          expect(sum(rows.filter(({ name }) => names.includes(name)).map((row) => row.delta))).toEqual(delta);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("what causes a change is a requirement that changed and leads there, on the head or else on the base", () => {
    fc.assert(
      fc.property(anySlug, anySlug, (base, head) => {
        for (const update of updates(base, head)) {
          const names = update.kind === "requirement" ? [update.name] : update.kind === "shared" ? update.names : [];
          for (const name of names) {
            expect([base, head].some((of) => of.graph.direct.some((each) => each.name === name))).toBe(true);
            for (const layer of update.layers) {
              expect([base, head].some((of) => reach(of.graph, name).has(layer))).toBe(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("nothing changed by nothing, and the way back is the negation", () => {
    fc.assert(
      fc.property(anySlug, (of) => {
        expect(updates(of, of)).toEqual([]);
        expect(sum(updates(null, of).map(({ delta }) => delta))).toEqual(
          subtract(ZERO, sum(updates(of, null).map(({ delta }) => delta))),
        );
      }),
    );
  });
});

function reach({ edges }: DependencyGraph, from: string): Set<string> {
  const reached = new Set([from]);
  for (const name of reached) for (const edge of edges) if (edge.from === name) reached.add(edge.to);
  return reached;
}

describe("a pull request that updates several requirements", () => {
  const before = graph(asked("flask", "xgboost", "pandas"), ["xgboost numpy", "pandas numpy", "flask werkzeug"]);

  test("each has what came and moved with it, newcomers' newcomers too", () => {
    const after = graph(asked("flask", "xgboost", "pandas"), [
      ...["xgboost numpy", "xgboost nccl", "nccl cuda", "pandas numpy", "flask werkzeug"],
    ]);
    expect(
      inWords(
        slugWith("flask1 werkzeug1 xgboost1 pandas1 numpy1", before),
        slugWith("flask2 werkzeug2 xgboost2 nccl1 cuda1 pandas1 numpy2", after),
      ),
    ).toEqual(["flask: flask werkzeug", "xgboost: cuda nccl numpy xgboost"]);
  });

  test("what two of them lead to is shared, unless one is on every way", () => {
    const shared = graph(asked("a", "b"), ["a x", "b x"]);
    expect(inWords(slugWith("a1 b1 x1", shared), slugWith("a2 b2 x2", shared))).toEqual(["a+b: x", "a: a", "b: b"]);
    const through = graph(asked("a", "b"), ["b a", "a x"]);
    expect(inWords(slugWith("a1 b1 x1", through), slugWith("a2 b2 x2", through))).toEqual(["a: a x", "b: b"]);
  });

  test("what no changed requirement leads to is told apart", () => {
    expect(
      inWords(
        slugWith("flask1 werkzeug1 xgboost1 numpy1", before),
        slugWith("flask1 werkzeug2 xgboost2 numpy1", before),
      ),
    ).toEqual(["other: werkzeug", "xgboost: xgboost"]);
  });

  test("one replaces another: what went goes with the one, what came with the other", () => {
    const base = graph(asked("xgboost"), ["xgboost nccl"]);
    const head = graph(asked("xgboost-cpu"), []);
    const found = updates(slugWith("xgboost1 nccl2", base), slugWith("xgboost-cpu1", head));
    expect(found).toMatchObject([
      { kind: "requirement", name: "xgboost", change: "removed", fromVersion: "1", toVersion: null },
      { kind: "requirement", name: "xgboost-cpu", change: "added", fromVersion: null, toVersion: "1" },
    ]);
    expect(found.map(({ layers }) => layers)).toEqual([["nccl", "xgboost"], ["xgboost-cpu"]]);
  });

  test("an extra is a change too, though the distribution stays the same", () => {
    const base = graph(asked("tensorflow"), []);
    const head: DependencyGraph = {
      direct: base.direct.map((each) => ({ ...each, extras: ["and-cuda"] })),
      edges: [{ from: "tensorflow", to: "nccl" }],
    };
    const [update] = updates(slugWith("tensorflow1", base), slugWith("tensorflow1 nccl2", head));
    expect(update).toMatchObject({ name: "tensorflow", change: "changed", fromVersion: "1", toVersion: "1" });
    expect(update?.layers).toEqual(["nccl"]);
  });

  test("what is not needed any more goes with the one that dropped it", () => {
    const [needs, dropped] = [graph(asked("xgboost"), ["xgboost numpy"]), graph(asked("xgboost"), [])];
    expect(inWords(slugWith("xgboost1 numpy1", needs), slugWith("xgboost2", dropped))).toEqual([
      "xgboost: numpy xgboost",
    ]);
  });
});
