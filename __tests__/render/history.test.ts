import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { AppHistory } from "../../src/history/rows.js";
import { MIB } from "../../src/model/bytes.js";
import type { HistoryPoint } from "../../src/model/report.js";
import { renderGathered } from "../../src/render/gathered.js";
import { renderHistoryMarkdown, renderHistoryText } from "../../src/render/history.js";
import { columnsOf } from "../../src/render/layout.js";
import { sparkline } from "../../src/render/sparkline.js";
import { renderSummary } from "../../src/render/summary.js";
import { renderText } from "../../src/render/text.js";
import { makeLayer, makeReport, makeSide, mebibytes } from "./make-report.js";
import { tablesIn } from "./read-table.js";

/** A point for each size in MiB, a minute apart; each step is numpy's. */
function history(...sizes: readonly number[]): HistoryPoint[] {
  return sizes.map((size, at) => ({
    sha: String(at).repeat(40),
    date: `2026-11-22T12:${String(at).padStart(2, "0")}:00Z`,
    subject: `Commit ${String(at)}`,
    total: mebibytes(size),
    changes:
      at === 0
        ? []
        : [
            {
              kind: "distribution",
              name: "numpy",
              fromVersion: `${String(at)}.0`,
              toVersion: `${String(at + 1)}.0`,
              delta: { files: 0, disk: 0, compressed: Math.round((size - (sizes[at - 1] ?? 0)) * MIB) },
            },
          ],
  }));
}

const report = (points: HistoryPoint[]) =>
  makeReport(makeSide([makeLayer("flask", 1)]), makeSide([makeLayer("flask", 2)]), { history: points });

describe("a sparkline", () => {
  test("goes from the least to the most", () => {
    expect(sparkline([742.1, 742.3, 742.2, 745.9, 746, 747.8])).toBe("▁▁▁▆▆█");
    expect(sparkline([0, 100])).toBe("▁█");
  });

  test("shows no mountain where nothing but a few bytes moved", () => {
    expect(sparkline([700, 700, 700])).toBe("▁▁▁");
    expect(sparkline([700 * MIB, 700 * MIB + 1000, 700 * MIB])).toBe("▁▁▁");
    expect(sparkline([0, 0, 0])).toBe("▁▁▁");
  });

  test("has a bar for each value, none above a larger one's", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const bars = Array.from(sparkline(values));
        expect(bars).toHaveLength(values.length);
        for (const [at, value] of values.entries()) {
          for (const [other, its] of values.entries()) {
            if (value > its) expect((bars[at] ?? "") >= (bars[other] ?? "")).toBe(true);
          }
        }
      }),
    );
  });
});

describe("the trend", () => {
  const LINE = "Default branch, last 6 weighed commits: 742.1 MiB → 747.8 MiB ▁▁▁▆▆█";
  const points = history(742.1, 742.3, 742.2, 745.9, 746, 747.8);

  test("is one line of the comment, of the summary and on a terminal", () => {
    expect(renderGathered([report(points)])).toContain(`\n\n${LINE}\n\n`);
    expect(renderSummary([report(points)])).toContain(`\n\n${LINE}\n\n`);
    expect(renderText(report(points), { width: 100, color: false })).toContain(`\n\n${LINE}\n\n`);
    const [before = ""] = renderGathered([report(points)]).split(LINE);
    // Below the figures, above what grew.
    expect(before).toContain("| on disk |");
    expect(before).not.toContain("What changed");
  });

  test("is not told of less than three commits", () => {
    for (const few of [[], history(1), history(1, 2)]) {
      for (const text of [renderGathered([report(few)]), renderText(report(few), { width: 100, color: false })]) {
        expect(text).not.toContain("Default branch");
      }
    }
  });

  test("is all that changes in the comment when main moves on", () => {
    const [without, with_] = [renderGathered([report([])]), renderGathered([report(points)])];
    expect(with_.replace(`${LINE}\n\n`, "")).toBe(without);
  });

  test("has its commits in the summary, newest first", () => {
    const table = tablesIn(renderSummary([report(points)])).at(-1);
    expect(table).toHaveLength(7);
    expect(table?.[1]).toEqual([
      "`5555555`",
      "2026-11-22",
      "Commit 5",
      "747.8 MiB",
      "+1.8 MiB",
      "numpy 5.0 → 6.0 +1.8 MiB",
    ]);
    expect(table?.[6]?.slice(3)).toEqual(["742.1 MiB", "", ""]);
  });
});

describe("slugdiff history", () => {
  const [first, second] = history(742.1, 745.9);
  if (first === undefined || second === undefined) throw new Error("two points");
  const told: AppHistory = {
    app: ".",
    rows: [
      { ...first, state: "weighed", step: null, comparable: true },
      {
        sha: "a".repeat(40),
        date: "2026-11-22T12:01:00Z",
        subject: "Break it",
        state: "unweighable",
        problem: "No numpy 99.",
      },
      { sha: "b".repeat(40), date: "2026-11-22T12:02:00Z", subject: "Move it", state: "absent" },
      { ...second, state: "weighed", step: Math.round(3.8 * MIB), comparable: true },
      { ...second, subject: "New stack", changes: [], state: "weighed", step: null, comparable: false },
    ],
  };

  test("is a table on a terminal, in its width", () => {
    expect(renderHistoryText(told, { width: 110, color: false }))
      .toBe(`Slug, 3 weighed commits: 742.1 MiB → 745.9 MiB ▁██

commit   date                    compressed      step  what made the step
1111111  2026-11-22  New stack    745.9 MiB            weighed otherwise than before: no step is told
1111111  2026-11-22  Commit 1     745.9 MiB  +3.8 MiB  numpy 1.0 → 2.0 +3.8 MiB
bbbbbbb  2026-11-22  Move it         no app
aaaaaaa  2026-11-22  Break it   not weighed            No numpy 99.
0000000  2026-11-22  Commit 0     742.1 MiB

Each commit is resolved as of its own date, unless a cut-off is set.
`);
    for (const line of renderHistoryText(told, { width: 60, color: false }).split("\n")) {
      expect(columnsOf(line)).toBeLessThanOrEqual(80);
    }
  });

  test("is one in Markdown", () => {
    const [table = []] = tablesIn(renderHistoryMarkdown(told));
    expect(table.map((row) => row[0])).toEqual([
      ...["commit", "`1111111`", "`1111111`", "`bbbbbbb`", "`aaaaaaa`", "`0000000`"],
    ]);
    expect(new Set(table.map((row) => row.length))).toEqual(new Set([6]));
  });
});
