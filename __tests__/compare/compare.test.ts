import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compare, compareSides } from "../../src/compare/compare.js";
import type { KnownDiff } from "../../src/model/diff.js";
import { subtract, sum, ZERO, type Weight } from "../../src/model/weight.js";
import { absentSide, anySlug, brokenSide, file, part, slug, slugOf, weighedSide } from "../slugs.js";

const anySide = fc.option(anySlug);

describe("laws", () => {
  test("a slug compared with itself has unchanged rows only, and no files", () => {
    fc.assert(
      fc.property(anySide, (x) => {
        const diff = compare(x, x);
        expect(diff).toMatchObject({ total: ZERO, error: 0, files: [] });
        expect(diff.layers.every(({ change, delta }) => change === "unchanged" && delta.compressed === 0)).toBe(true);
        expect(diff.layers).toHaveLength(x?.layers.length ?? 0);
      }),
    );
  });

  test("comparing the other way around negates", () => {
    fc.assert(
      fc.property(anySide, anySide, (a, b) => {
        expect(compare(b, a)).toEqual(negated(compare(a, b)));
      }),
    );
  });

  test("the rows sum to the total, which is head minus base", () => {
    fc.assert(
      fc.property(anySide, anySide, (a, b) => {
        const diff = compare(a, b);
        expect(diff.total).toEqual(subtract(b?.total ?? ZERO, a?.total ?? ZERO));
        expect(sum(diff.layers.map(({ delta }) => delta))).toEqual(diff.total);
      }),
    );
  });

  test("the largest change comes first, whatever its sign", () => {
    fc.assert(
      fc.property(anySide, anySide, (a, b) => {
        const sizes = compare(a, b).layers.map(({ delta }) => Math.abs(delta.compressed));
        expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
      }),
    );
  });
});

function negated(diff: KnownDiff): KnownDiff {
  const minus = (of: Weight): Weight => subtract(ZERO, of);
  const turned = { added: "removed", removed: "added", changed: "changed", unchanged: "unchanged" } as const;
  return {
    ...diff,
    total: minus(diff.total),
    layers: diff.layers.map((row) => ({
      ...row,
      change: turned[row.change],
      fromVersion: row.toVersion,
      toVersion: row.fromVersion,
      delta: minus(row.delta),
    })),
    files: diff.files.map((row) => ({
      ...row,
      change: turned[row.change],
      delta: minus(row.delta),
    })),
  };
}

describe("rows", () => {
  const flask = (version: string, compressed: number) =>
    part("distribution", "flask", [file("flask.py", compressed)], { version });

  test("say what became of each distribution", () => {
    const base = slug([flask("3.1.0", 100), part("distribution", "gone", [file("gone.py", 7)])]);
    const head = slug([flask("3.1.1", 90), part("distribution", "new", [file("new.py", 50)], { version: "2.0" })]);
    const rows = compare(base, head).layers.map((row) => [
      row.name,
      row.change,
      row.fromVersion,
      row.toVersion,
      row.delta.compressed,
    ]);
    expect(rows).toEqual([
      ["new", "added", null, "2.0", 50],
      ["flask", "changed", "3.1.0", "3.1.1", -10],
      ["gone", "removed", "1.0", null, -7],
    ]);
  });

  test("a new version of the same weight is a change", () => {
    const diff = compare(slug([flask("3.1.0", 100)]), slug([flask("3.1.1", 100)]));
    expect(diff.layers).toMatchObject([{ change: "changed", delta: ZERO }]);
  });

  test("a tool that the app comes to require is one row", () => {
    const base = slug([part("tool", "setuptools", [file("s.py", 5)])]);
    const head = slug([part("distribution", "setuptools", [file("s.py", 6)])]);
    expect(compare(base, head).layers).toMatchObject([
      { kind: "distribution", name: "setuptools", change: "changed", delta: { compressed: 1 } },
    ]);
  });
});

describe("error band of the delta", () => {
  test("the same runtime has the same figure on both sides, which adds none", () => {
    const more = (version: string, error: number) =>
      slug([
        part("runtime", "python", [file("python", 1000)], { version: "3.12.14", error: 40 }),
        part("distribution", "built", [file("b.py", 10)], { version, error }),
      ]);
    expect(compare(more("1", 3), more("1", 3)).error).toBe(0);
    expect(compare(more("1", 3), more("2", 4)).error).toBe(7);
  });

  test("another runtime is as uncertain as the two are together", () => {
    expect(compare(slugOf(1000, 40), slugOf(1001, 30)).error).toBe(70);
    expect(compare(null, slugOf(1001, 30)).error).toBe(30);
  });
});

describe("files of the app", () => {
  const app = (...files: ReturnType<typeof file>[]) => slug([part("app", "app", files)]);

  test("added, removed and changed ones are listed, a distribution's are not", () => {
    const base = slug([
      part("app", "app", [file("app.py", 10), file("model.h5", 100_000)]),
      part("distribution", "d", [file("d.py", 5)]),
    ]);
    const head = slug([part("app", "app", [file("app.py", 12), file("model.onnx", 60_000)])]);
    expect(compare(base, head).files).toEqual([
      { layer: "app", path: "model.h5", change: "removed", delta: { files: -1, disk: -300_000, compressed: -100_000 } },
      { layer: "app", path: "model.onnx", change: "added", delta: { files: 1, disk: 180_000, compressed: 60_000 } },
      { layer: "app", path: "app.py", change: "changed", delta: { files: 0, disk: 6, compressed: 2 } },
    ]);
  });

  test("a file whose share of the layer moved since others changed is not", () => {
    const diff = compare(app(file("a", 50_000, 90_000)), app(file("a", 50_900, 90_000), file("b", 10)));
    expect(diff.files.map(({ path }) => path)).toEqual(["b"]);
  });

  test("a retrained model of exactly the same size that compresses otherwise is", () => {
    const diff = compare(app(file("model.h5", 90_000, 100_000)), app(file("model.h5", 30_000, 100_000)));
    expect(diff.files).toMatchObject([
      { path: "model.h5", change: "changed", delta: { disk: 0, compressed: -60_000 } },
    ]);
  });
});

describe("sides", () => {
  const x = weighedSide(slugOf(10));

  test("an absent side weighs nothing", () => {
    expect(compareSides(absentSide("main"), x)).toMatchObject({ state: "known", total: { compressed: 10 } });
    expect(compareSides(x, absentSide("HEAD"))).toMatchObject({ state: "known", total: { compressed: -10 } });
  });

  test.each(["invalid", "unweighable"] as const)("nothing is known of an %s one", (state) => {
    expect(compareSides(brokenSide(state), x)).toEqual({ state: "unknown" });
    expect(compareSides(x, brokenSide(state))).toEqual({ state: "unknown" });
    expect(compareSides(absentSide("main"), brokenSide(state))).toEqual({ state: "unknown" });
  });
});
