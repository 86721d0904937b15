import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { stepBetween, pointsUntil, withHistory } from "../../src/history/line.js";
import { mergeHistories, mergePoints, MOST_POINTS, remembering, thinned } from "../../src/history/merge.js";
import { pointAt, totalOf, wayOf, weighedOf, type Point } from "../../src/history/point.js";
import { readRecord, writeRecord } from "../../src/history/record.js";
import { REPORT_SCHEMA, type Report, type WeighedSide } from "../../src/model/report.js";
import { add, subtract, sum, ZERO } from "../../src/model/weight.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";
import { POINTS } from "./arbitrary.js";

const FIGURES = "figures 1";
const sha = (digit: number): string => digit.toString(16).padStart(40, "0");

/** A point whose one distribution has this weight. */
function point(at: number, compressed: number, given: Partial<Point> = {}): Point {
  const date = new Date(Date.UTC(2026, 10, 1) + at * 60_000).toISOString().replace(".000", "");
  const weight = { files: 1, disk: 2 * compressed, compressed };
  const layers = [{ kind: "distribution" as const, name: "numpy", version: `${String(at)}.0`, weight }];
  return { sha: sha(at), date, subject: `Commit ${String(at)}`, way: "", weighed: date, layers, ...given };
}

describe("merging", () => {
  test("does not depend on order, nor on how often it is done", () => {
    fc.assert(
      fc.property(POINTS, POINTS, POINTS, (a, b, c) => {
        expect(mergePoints(a, b)).toEqual(mergePoints(b, a));
        expect(mergePoints(mergePoints(a, b), c)).toEqual(mergePoints(a, mergePoints(b, c)));
        expect(mergePoints(mergePoints(a), a)).toEqual(mergePoints(a));
      }),
    );
  });

  test("keeps every commit, once, as it was weighed last", () => {
    fc.assert(
      fc.property(POINTS, POINTS, (a, b) => {
        const all = [...a, ...b];
        const merged = mergePoints(a, b);
        expect(merged.map((each) => each.sha).sort()).toEqual([...new Set(all.map((each) => each.sha))].sort());
        for (const kept of merged) {
          const latest = all.filter((each) => each.sha === kept.sha).map(({ weighed }) => weighed);
          expect(kept.weighed).toBe(latest.sort().at(-1));
        }
        expect(merged.map(({ date }) => date)).toEqual(merged.map(({ date }) => date).sort());
      }),
    );
  });

  test("a commit that was weighed again with the same result is nothing new", () => {
    const first = point(1, 100);
    const history = new Map([["web", [first]]]);
    const of = (app: string, given: Point) => remembering(history, new Map([[app, given]]));
    expect(of("web", { ...first, weighed: "2026-12-01T00:00:00Z" })).toBeNull();
    const otherwise = { ...point(1, 101), weighed: "2026-12-01T00:00:00Z" };
    expect(of("web", otherwise)?.get("web")).toEqual([otherwise]);
    expect(of("web", point(2, 100))?.get("web")).toEqual([first, point(2, 100)]);
    expect([...(of("worker", first) ?? [])]).toEqual([...history, ["worker", [first]]]);
  });
});

describe("a long history", () => {
  test("is thinned at its old end, and stays in order", () => {
    for (const count of [1, MOST_POINTS, MOST_POINTS + 1, 1000]) {
      const points = Array.from({ length: count }, (_, at) => point(at, at));
      const kept = thinned(points);
      expect(kept.length).toBeLessThanOrEqual(MOST_POINTS);
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(count, MOST_POINTS / 2));
      expect(mergePoints(kept)).toEqual(kept);
      // The newest are all there, and the oldest is.
      const newest = Math.min(count, MOST_POINTS / 4);
      expect(kept.slice(-newest)).toEqual(points.slice(-newest));
      expect(kept[0]).toEqual(points[0]);
    }
  });

  test("of a large app takes less than a megabyte", () => {
    const layers = Array.from({ length: 300 }, (_, at) => ({
      kind: "distribution" as const,
      name: `distribution-${String(at)}`,
      version: "1.0.0",
      weight: { files: 1000, disk: 123_456_789, compressed: 34_567_890 },
    }));
    const points = Array.from({ length: MOST_POINTS }, (_, at) =>
      point(at, at, { layers: [...layers, ...point(at, at).layers] }),
    );
    expect(writeRecord(new Map([[".", points]])).length).toBeLessThan(1024 * 1024);
  });
});

test("histories are merged app by app", () => {
  fc.assert(
    fc.property(POINTS, POINTS, POINTS, (web, more, worker) => {
      const [one, other] = [
        new Map([["web", web]]),
        new Map([
          ["web", more],
          ["worker", worker],
        ]),
      ];
      const merged = mergeHistories(one, other);
      expect(merged.get("web")).toEqual(mergePoints(web, more));
      expect(merged.get("worker")).toEqual(mergePoints(worker));
      expect(mergeHistories()).toEqual(new Map());
    }),
  );
});

describe("a record", () => {
  test("is read as it was written", () => {
    fc.assert(
      fc.property(POINTS, POINTS, (web, worker) => {
        const history = new Map([
          ["web", mergePoints(web)],
          ["__proto__", mergePoints(worker)],
        ]);
        const text = writeRecord(history);
        expect(readRecord(text)).toEqual(history);
        expect(writeRecord(readRecord(text) ?? new Map())).toBe(text);
      }),
    );
  });

  test.each([
    "",
    "<html>",
    "[]",
    '{"v": 2, "apps": []}',
    '{"v": 1, "apps": [{"app": ".", "layers": [], "points": [{}]}]}',
    writeRecord(new Map([[".", [point(1, 1)]]])).replace('"layers":[0]', '"layers":[1]'),
    writeRecord(new Map([[".", [point(1, 1)]]])).replace('"layers":[0]', '"layers":[-1]'),
    writeRecord(new Map([[".", [point(1, 1)]]])).slice(0, 200),
  ])("that is none is not believed: %#", (text) => {
    expect(readRecord(text)).toBeNull();
  });
});

describe("history up to a commit", () => {
  const [a, b, c, d] = [point(1, 10), point(2, 20), point(3, 30), point(4, 40)];

  test("is its line of first parents, in that order, whatever their dates say", () => {
    const shas = [c.sha, "f".repeat(40), a.sha, b.sha];
    expect(pointsUntil([a, b, c, d], { by: "line", shas })).toEqual([b, a, c]);
  });

  test("is what was committed by then, where no more is known; the commit itself comes last", () => {
    expect(pointsUntil([a, b, c, d], { by: "date", sha: b.sha, date: c.date })).toEqual([a, c, b]);
    expect(pointsUntil([a, b, c, d], { by: "date", sha: "f".repeat(40), date: b.date })).toEqual([a, b]);
  });

  test("does not depend on what came after it", () => {
    fc.assert(
      fc.property(POINTS, POINTS, (before, after) => {
        const until = { by: "date", sha: "f".repeat(40), date: "2026-11-22T12:20:00Z" } as const;
        const later = after.filter(({ date }) => date > until.date).map((each) => ({ ...each, sha: sha(1000) }));
        expect(pointsUntil(mergePoints(before, later), until)).toEqual(pointsUntil(mergePoints(before), until));
      }),
    );
  });
});

describe("what changed", () => {
  test("adds up to the step, largest first, and is nothing between equals", () => {
    fc.assert(
      fc.property(POINTS, (points) => {
        for (const [at, after] of points.entries()) {
          const before = points[at - 1] ?? after;
          const changes = stepBetween(before.layers, after.layers);
          const sizes = changes.map(({ delta }) => Math.abs(delta.compressed));
          expect(sizes).toEqual([...sizes].sort((x, y) => y - x));
          // The arbitrary layers are fewer than ten, so that none is left out.
          expect(add(sum(changes.map(({ delta }) => delta)), ZERO)).toEqual(subtract(totalOf(after), totalOf(before)));
          expect(stepBetween(after.layers, after.layers)).toEqual([]);
        }
      }),
    );
  });

  test("has the versions on either side; what came or went has none on one", () => {
    const [change] = stepBetween(point(1, 10).layers, point(2, 30).layers);
    expect(change).toMatchObject({ name: "numpy", fromVersion: "1.0", toVersion: "2.0", delta: { compressed: 20 } });
    expect(stepBetween([], point(2, 30).layers)).toMatchObject([{ fromVersion: null, toVersion: "2.0" }]);
    expect(stepBetween(point(2, 30).layers, [])).toMatchObject([{ fromVersion: "2.0", toVersion: null }]);
  });
});

describe("the history of a report", () => {
  const side = makeSide([makeLayer("numpy", 20), makeLayer("flask", 1)]);
  const report = makeReport(side, side);
  const headOf = ({ head }: Report): WeighedSide => {
    if (head.state !== "weighed") throw new Error("the head is weighed");
    return head;
  };
  const baseWay = report.base.state === "weighed" ? wayOf(report.base, FIGURES) : "";
  const like = (at: number, compressed: number): Point => point(at, compressed, { way: baseWay });

  test("remembers the head, layer by layer, and its total is the report's", () => {
    const commit = { sha: sha(7), date: "2026-11-01T00:00:00Z", subject: "x".repeat(200) };
    const weighed = weighedOf(report, FIGURES, "2026-11-02T00:00:00Z");
    if (weighed === null) throw new Error("the head is weighed");
    const made = pointAt(commit, weighed);
    const { files, disk, compressed } = headOf(report).total;
    expect(totalOf(made)).toEqual({ files, disk, compressed });
    expect(made.subject).toHaveLength(100);
  });

  test("is valid, and at most thirty points", () => {
    const points = Array.from({ length: 50 }, (_, at) => like(at, at * 1000));
    const shown = REPORT_SCHEMA.parse(withHistory(report, points, FIGURES)).history;
    expect(shown.map((each) => each.sha)).toEqual(points.slice(-30).map((each) => each.sha));
    expect(shown[0]?.changes).toEqual([]);
    expect(shown[1]?.changes).toMatchObject([{ name: "numpy", delta: { compressed: 1000 } }]);
  });

  test("leaves out what was weighed in another way, so that no step is one of the tool's", () => {
    const measured = headOf(report);
    const estimated = {
      ...measured,
      layers: measured.layers.map((layer) => ({ ...layer, measure: "estimated" as const })),
    };
    const ways = [
      wayOf(measured, FIGURES),
      wayOf(measured, "figures 2"),
      wayOf({ ...measured, stack: "heroku-26" }, FIGURES),
      wayOf(estimated, FIGURES),
    ];
    expect(new Set(ways).size).toBe(ways.length);
    const points = [like(1, 10), point(2, 500, { way: "another" }), like(3, 30)];
    const shown = withHistory(report, points, FIGURES).history;
    expect(shown.map(({ total }) => total.compressed)).toEqual([10, 30]);
    expect(shown[1]?.changes).toMatchObject([{ delta: { compressed: 20 } }]);
  });
});
