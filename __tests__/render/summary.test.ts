import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { renderMarkdown } from "../../src/render/markdown.js";
import { plain } from "../../src/render/layout.js";
import { renderSummary } from "../../src/render/summary.js";
import { largestTable } from "../../src/render/tables.js";
import { makeLayer, makeReport, makeSide } from "./make-report.js";
import { column, tablesIn, total } from "./read-table.js";

/** The rows of what the summary says is in a slug of such layers. */
function shares(sizes: readonly number[]): readonly (readonly string[])[] {
  const head = makeSide(sizes.map((size, at) => makeLayer(`layer-${at}`, size)));
  const [, after = ""] = renderSummary([makeReport(makeSide([]), head)]).split("<summary>What is in the slug");
  return tablesIn(after)[0] ?? [];
}

test("the summary shows what the slug consists of, each layer with its share, and says it once", () => {
  const sizes = [50, 20, 10, 5, 4, 3, 2, 1.5, 1.5, 1, 1, 0.5, 0.5];
  const rows = shares(sizes);
  expect(rows.slice(0, 4).map((row) => row.slice(0, 4))).toEqual([
    ["", "compressed", "share", ""],
    ["layer-0 1.0", "50.0 MiB", "50.0 %", "█".repeat(15)],
    ["layer-1 1.0", "20.0 MiB", "20.0 %", "█".repeat(6)],
    ["layer-2 1.0", "10.0 MiB", "10.0 %", "█".repeat(3)],
  ]);
  expect(rows).toHaveLength(14);
  const head = makeSide(sizes.map((size, at) => makeLayer(`layer-${at}`, size)));
  const text = renderSummary([makeReport(head, head)]);
  for (const { name } of head.layers) expect(text.split(`| ${name} 1.0 |`)).toHaveLength(2);
  expect(text).toContain("<details open><summary>What is in the slug: 13 layers</summary>");
});

test("with room for fewer the rest is one row with its share", () => {
  const head = makeSide(
    [50, 20, 10, 5, 4, 3, 2, 1.5, 1.5, 1, 1, 0.5, 0.5].map((size, at) => makeLayer(`l${at}`, size)),
  );
  const table = largestTable(head, 10, { shares: true });
  expect(table.rows.at(-1)?.slice(0, 4).map(plain)).toEqual(["3 others", "2.0 MiB", "2.0 %", "▋"]);
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
  expect(shares([0])[1]?.slice(0, 4)).toEqual(["layer-0 1.0", "0 B", "0.0 %", ""]);
  const head = makeSide([makeLayer("torch", 40)]);
  expect(renderMarkdown(makeReport(makeSide([]), head))).not.toContain("What is in the slug");
});
