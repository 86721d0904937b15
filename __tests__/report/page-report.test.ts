import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { embeddedBytes } from "../../src/model/embedded-json.js";
import { add, sum } from "../../src/model/weight.js";
import { headlineOf } from "../../src/render/headline.js";
import { onPage } from "./on-page.js";
import { reportOf } from "./report-of.js";
import { absentSide, anySlug, brokenSide, file, graph, part, slug, tree, weighedSide } from "../slugs.js";

const anySide = fc.oneof(
  { weight: 4, arbitrary: anySlug.map((of) => weighedSide(of)) },
  { weight: 1, arbitrary: fc.constantFrom(absentSide("main"), brokenSide()) },
);

describe("of a small app", () => {
  test("everything is on the page but what the map says: totals, verdict and rows are those of the report", () => {
    fc.assert(
      fc.property(anySide, anySide, (base, head) => {
        const whole = reportOf(base, head);
        const { report, map } = onPage(base, head);
        const { base: _base, head: _head, diff: _diff, ...same } = whole;
        expect(report).toMatchObject(same);
        expect([report.base.total, report.head.total, report.diff.total]).toEqual([
          whole.base.total,
          whole.head.total,
          whole.diff.total,
        ]);
        expect([map.base?.[2], map.head?.[2]]).toEqual([
          whole.base.state === "weighed" ? whole.base.total.compressed : undefined,
          whole.head.state === "weighed" ? whole.head.total.compressed : undefined,
        ]);
        expect(report.head.layers).toEqual(whole.head.layers.map((layer) => ({ ...layer, largestFiles: [] })));
        const changed = whole.diff.layers.filter(({ change }) => change !== "unchanged");
        expect(report.diff.layers).toEqual(changed);
        expect(headlineOf(report)).toEqual(headlineOf(whole));
        expect(report.diff.updates).toEqual(whole.diff.updates);
        const at = new Set(whole.head.layers.map(({ name }) => name));
        expect(report.base.layers.map(({ name }) => name)).toEqual(
          whole.base.layers.map(({ name }) => name).filter((name) => !at.has(name)),
        );
      }),
    );
  });

  test("the app's changed files that are not listed are in the folded sum", () => {
    const app = (size: number) =>
      weighedSide(slug([part("app", "app", tree(Array.from({ length: 50 }, (_, at) => file(`f${at}`, size + at))))]));
    const { report } = onPage(app(10), app(10_000));
    if (report.diff.state === "unknown") throw new Error("it is known");
    const { files, filesFolded, total } = report.diff;
    expect(files).toHaveLength(20);
    expect(filesFolded.count).toBe(30);
    expect(add(sum(files.map(({ delta }) => delta)), filesFolded.delta)).toEqual(total);
  });
});

test("several apps share the room: of many, each has little", () => {
  const names = Array.from({ length: 60 }, (_, at) => `distribution-${at}`);
  const parts = names.map((name) =>
    part("distribution", name, tree([file(`lib/${name}/one.py`, 7), file(`lib/${name}/two.py`, 5)])),
  );
  const head = weighedSide(
    slug(
      parts,
      graph(
        names.map((name, at) => `requirements.txt:${at} ${name}`),
        [],
      ),
    ),
  );
  const app = onPage(absentSide("main"), head, 400);
  expect(embeddedBytes(app)).toBeLessThanOrEqual(4_000_000 / 400);
  expect(app.report.head.layers.length).toBeLessThan(60);
  expect(app.map.children?.at(-1)).toMatchObject({ kind: "rest" });
  expect(app.report.head.total?.compressed).toBe(app.map.head?.[2]);
  expect(headlineOf(app.report)).toEqual(headlineOf(reportOf(absentSide("main"), head)));
});
