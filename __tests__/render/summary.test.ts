import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderSummary } from "../../src/render/summary.js";
import { makeLayer, makeReport, makeSide } from "./make-report.js";
import { column, tablesIn, total } from "./read-table.js";

/** The rows of what the summary says is in a slug of such layers. */
function shares(sizes: readonly number[]): readonly (readonly string[])[] {
  const head = makeSide(sizes.map((size, at) => makeLayer(`layer-${at}`, size)));
  const [, after = ""] = renderSummary([makeReport(makeSide([]), head)]).split("**What is in the slug**\n");
  return tablesIn(after)[0] ?? [];
}

test("the summary shows what the slug consists of: the largest, their shares, and the rest in one row", () => {
  const rows = shares([50, 20, 10, 5, 4, 3, 2, 1.5, 1.5, 1, 1, 0.5, 0.5]);
  expect(rows.slice(1, 4)).toEqual([
    ["layer-0 1.0", "50.0 MiB", "50.0 %", "█".repeat(15)],
    ["layer-1 1.0", "20.0 MiB", "20.0 %", "█".repeat(6)],
    ["layer-2 1.0", "10.0 MiB", "10.0 %", "█".repeat(3)],
  ]);
  expect(rows).toHaveLength(12);
  expect(rows.at(-1)).toEqual(["3 others", "2.0 MiB", "2.0 %", "▋"]);
});

test("its rows sum to the slug and to 100 %", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 500, noNaN: true }), { minLength: 1, maxLength: 30 }),
      (sizes) => {
        const rows = shares(sizes);
        const head = makeSide(sizes.map((size, at) => makeLayer(`layer-${at}`, size)));
        const tenths = rows.slice(1).map(([, , share = ""]) => Math.round(Number.parseFloat(share) * 10));
        expect(total(tenths)).toBe(1000);
        const unit = rows[1]?.[1]?.split(" ")[1] ?? "";
        const step = { MiB: 1024 * 1024, KiB: 1024, B: 10 }[unit] ?? Number.NaN;
        expect(total(column(rows, 1))).toBe(Math.round((head.total.compressed * 10) / step) * step);
      },
    ),
  );
});

test("an app that weighs nothing has no shares; the comment has no such table", () => {
  expect(shares([0]).slice(1)).toEqual([["layer-0 1.0", "0 B", "0.0 %", ""]]);
  const head = makeSide([makeLayer("torch", 40)]);
  expect(renderMarkdown(makeReport(makeSide([]), head))).not.toContain("What is in the slug");
});
