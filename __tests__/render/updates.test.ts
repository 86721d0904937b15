import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Report } from "../../src/model/report.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderSummary } from "../../src/render/summary.js";
import { renderText } from "../../src/render/text.js";
import { checkReport } from "../../src/report/check-report.js";
import { MIB } from "../../src/model/bytes.js";
import { anySlug, absentSide, file, graph, part, slug, weighedSide } from "../slugs.js";
import { reportOf } from "../report/report-of.js";
import { column, sizeIn, tablesIn, total } from "./read-table.js";
import type { Side, Slug } from "../../src/model/slug.js";

const report = (base: Side, head: Side): Report =>
  reportOf(base, head, { config: {}, verdict: { status: "pass", findings: [] } });
const distribution = (name: string, version: string, mebibytes: number): ReturnType<typeof part> =>
  part("distribution", name, [file(`${name}.so`, mebibytes * MIB)], { version });
const app = (mebibytes: number): ReturnType<typeof part> => part("app", "app", [file("app.py", mebibytes * MIB)]);
const asked = ["requirements.txt:1 flask", "requirements.txt:2 xgboost"];
const base = slug(
  [distribution("flask", "3.1.0", 1), distribution("xgboost", "2.1.0", 50), distribution("certifi", "1.0", 1), app(1)],
  graph(asked, ["xgboost numpy"]),
);
const head = slug(
  [
    distribution("flask", "3.1.1", 2),
    distribution("xgboost", "3.4.1", 57),
    distribution("nvidia-nccl-cu13", "2.28.9", 240),
    distribution("certifi", "1.1", 2),
    app(3),
  ],
  graph(asked, ["xgboost nvidia-nccl-cu13"]),
);
const grouped = report(weighedSide(base), weighedSide(head));

test("a grouped update is split by what caused it, newcomers included", () => {
  expect(renderMarkdown(grouped)).toContain(`**By update**

|  | version | compressed | what changed by it |
|---|---|--:|---|
| ⬆ xgboost | 2.1.0 → 3.4.1 | +247.0 MiB | nvidia-nccl-cu13, xgboost |
| ✏️ no changed requirement |  | +1.0 MiB | certifi |
| ⬆ flask | 3.1.0 → 3.1.1 | +1.0 MiB | flask |
| not by a requirement |  | +2.0 MiB | the app's own files |
`);
  expect(renderText(grouped, { width: 80, color: false })).toContain(`By update
                          version        compressed  what changed by it
↑ xgboost                 2.1.0 → 3.4.1  +247.0 MiB  nvidia-nccl-cu13, xgboost
`);
});

describe("nothing is said of updates", () => {
  const says = (of: Report): boolean => renderMarkdown(of).includes("By update");

  test("where there is one, or each changed only itself, or all is new", () => {
    const one = slug([distribution("xgboost", "2.1.0", 50)], graph(asked.slice(1), []));
    const other = slug(
      [distribution("xgboost", "3.4.1", 57), distribution("nvidia-nccl-cu13", "1", 240)],
      graph(asked.slice(1), ["xgboost nvidia-nccl-cu13"]),
    );
    expect(says(report(weighedSide(one), weighedSide(other)))).toBe(false);
    const both = (version: string, size: number): Slug =>
      slug([distribution("flask", version, size), distribution("xgboost", version, size)], graph(asked, []));
    expect(says(report(weighedSide(both("1", 1)), weighedSide(both("2", 3))))).toBe(false);
    expect(says(report(absentSide("main"), weighedSide(head)))).toBe(false);
    expect(says(grouped)).toBe(true);
  });
});

test("rows sum to the headline, however many are folded", () => {
  let tables = 0;
  fc.assert(
    fc.property(anySlug, anySlug, (from, to) => {
      const of = report(weighedSide(from), weighedSide(to));
      checkReport(of);
      for (const markdown of [renderMarkdown(of), renderSummary([of])]) {
        const table = tablesIn(markdown).find(([heading]) => heading?.[3] === "what changed by it");
        if (table === undefined) continue;
        tables++;
        const sizes = column(table, 2).map((size) => (Number.isNaN(size) ? 0 : size));
        const delta = sizeIn(markdown.split("\n")[0]?.split(":")[0] ?? "");
        expect(total(sizes)).toBeCloseTo(Number.isNaN(delta) ? 0 : delta, 3);
      }
    }),
    { numRuns: 300 },
  );
  expect(tables).toBeGreaterThan(50);
});
