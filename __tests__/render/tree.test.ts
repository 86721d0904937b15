import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { retainedWeights } from "../../src/attribute/retained.js";
import type { ReportLayer, WeighedSide } from "../../src/model/report.js";
import type { Weight } from "../../src/model/weight.js";
import { contentsOf, retainedBy } from "../../src/render/contents.js";
import { columnsOf } from "../../src/render/layout.js";
import { renderText } from "../../src/render/text.js";
import { treeLines } from "../../src/render/tree.js";
import { ABSENT, makeLayer, makeReport, makeSide, mebibytes } from "./make-report.js";
import { sizeIn, total } from "./read-table.js";

const NOBODY = { ...ABSENT, revision: null };
const WHOLE = { depth: 100, top: 1000 };
const PLAIN = { width: 80, color: false };
const WIDTHS = [40, 50, 60, 72, 80, 100, 120, 200];

const files = [
  { path: "models/classifier.h5", weight: { files: 1, disk: 21_000_000, compressed: 20_000_000 } },
  { path: "static/app.js", weight: { files: 1, disk: 2_000_000, compressed: 500_000 } },
];
const shop = makeSide([
  makeLayer("python", 13.5, { kind: "runtime", version: "3.12.14", direct: false, why: [] }),
  makeLayer("pip", 3.6, { kind: "tool", version: "26.2", direct: false, why: [] }),
  makeLayer("xgboost", 57.3, { version: "3.4.1", retained: mebibytes(297.4), why: ["requirements.txt:14"] }),
  makeLayer("nvidia-nccl-cu13", 240.1, { version: "2.28.9", direct: false, requiredBy: ["xgboost"] }),
  makeLayer("pandas", 20.7, { version: "2.2.3", why: ["requirements.txt:3"] }),
  makeLayer("numpy", 18.4, { version: "2.5.5", direct: false, requiredBy: ["pandas", "xgboost"] }),
  makeLayer("app", 20, { kind: "app", version: null, direct: false, why: [], largestFiles: files }),
]);

describe("a slug as a tree", () => {
  test("under each requirement what would leave with it, and what two of them need beside them", () => {
    const text = renderText(
      makeReport(NOBODY, shop),
      { width: 100, color: false, drawing: true },
      { depth: 2, top: 10 },
    );
    expect(text).toContain(`In the slug, each with what would leave together with it
                               compressed                  share      on disk  required by
the slug                        373.6 MiB  ████████████  100.0 %  1,120.8 MiB
├─ xgboost 3.4.1                297.4 MiB  █████████▌     79.6 %    892.2 MiB  requirements.txt:14
│  ├─ nvidia-nccl-cu13 2.28.9   240.1 MiB  ███████▊       64.3 %    720.3 MiB
│  └─ itself                     57.3 MiB  █▉             15.3 %    171.9 MiB
├─ pandas 2.2.3                  20.7 MiB  ▋               5.5 %     62.1 MiB  requirements.txt:3
├─ the app's own files           20.0 MiB  ▋               5.4 %     60.0 MiB
│  ├─ models/classifier.h5       19.1 MiB  ▋               5.2 %     20.0 MiB
│  ├─ static/app.js               0.5 MiB                  0.1 %      1.9 MiB
│  └─ 8 more                      0.4 MiB                  0.1 %     38.1 MiB
├─ numpy 2.5.5                   18.4 MiB  ▋               4.9 %     55.2 MiB  pandas, xgboost
├─ Python itself 3.12.14         13.5 MiB  ▍               3.6 %     40.5 MiB  .python-version
└─ pip 26.2                       3.6 MiB  ▏               1.0 %     10.8 MiB  the buildpack
`);
    expect(text).not.toContain("Largest in the slug");
  });

  test("where it is cut off, a row stands for what is not shown", () => {
    expect(treeLines(contentsOf(shop), { depth: 1, top: 2 }, { width: 40, color: false })).toEqual([
      "                             compressed",
      "the slug                      373.6 MiB",
      "|- xgboost 3.4.1 and 1 more   297.4 MiB",
      "|- pandas 2.2.3                20.7 MiB",
      "`- 4 more                      55.5 MiB",
    ]);
  });

  test("lines and bars are drawn in ASCII where nothing else is asked for; colour changes no word", () => {
    const tree = contentsOf(shop);
    const plain = treeLines(tree, WHOLE, PLAIN);

    expect(plain.join("\n")).toMatch(/^[\x20-\x7e\n]*$/);
    const colored = treeLines(tree, WHOLE, { ...PLAIN, color: true }).join("\n");
    expect(colored).toContain("\u001b[36m########\u001b[0m");
    // eslint-disable-next-line no-control-regex -- it is what the test is about
    expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(plain.join("\n"));
  });

  test("a small slug is shown in a unit in which it can be seen", () => {
    const small = makeSide([makeLayer("six", 0.05), makeLayer("idna", 0.04)]);
    expect(treeLines(contentsOf(small), WHOLE, { width: 40, color: false }).at(-1)).toMatch(/ 41\.0 KiB$/);
  });
});

describe("whatever is in a slug", () => {
  interface Drawn {
    readonly level: number;
    readonly line: string;
  }
  const drawn = (lines: readonly string[]): Drawn[] =>
    lines.slice(1).map((line) => {
      const [guide = ""] = /^(?:(?:\| {2}| {3})*[|`]- )?/.exec(line) ?? [];
      return { level: guide.length / 3, line: line.slice(guide.length) };
    });
  /** What a row shows, and what the rows right under it do. */
  const families = (rows: readonly Drawn[]): { readonly parent: string; readonly children: readonly string[] }[] =>
    rows.flatMap(({ level, line }, at) => {
      const after = rows.slice(at + 1);
      const end = after.findIndex((other) => other.level <= level);
      const within = after.slice(0, end === -1 ? undefined : end);
      const children = within.filter((other) => other.level === level + 1).map((other) => other.line);
      return children.length === 0 ? [] : [{ parent: line, children }];
    });
  const disk = (line: string): number => sizeIn(/%\s+(.*)$/.exec(line)?.[1] ?? "");
  const share = (line: string): number => Math.round(Number(/([\d.]+) %/.exec(line)?.[1]) * 10);

  const weight = fc.record({
    files: fc.nat(50),
    disk: fc.nat(300_000_000),
    compressed: fc.oneof(fc.nat(100_000_000), fc.nat(200_000)),
  });
  const side: fc.Arbitrary<WeighedSide> = fc
    .integer({ min: 1, max: 14 })
    .chain((count) =>
      fc.record({
        weights: fc.array(weight, { minLength: count + 1, maxLength: count + 1 }),
        direct: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
        edges: fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 3 * count }),
      }),
    )
    .map(({ weights, direct, edges }) => {
      const names = direct.map((_, at) => `d${String(at)}`);
      const called = edges.map(([from, to]) => ({ from: names[from] ?? "", to: names[to] ?? "" }));
      const of = (at: number): Weight => weights[at] ?? mebibytes(0);
      const roots = names.filter((_, at) => direct[at]).map((name) => ({ name }));
      const retained = retainedWeights(new Map(names.map((name, at) => [name, of(at)])), {
        direct: roots,
        edges: called,
      });
      const layers = names.map((name, at): ReportLayer => {
        const requiredBy = [...new Set(called.filter(({ to }) => to === name).map(({ from }) => from))];
        const kept = retained.get(name) ?? of(at);
        return makeLayer(name, 0, { weight: of(at), retained: kept, direct: direct[at] === true, requiredBy });
      });
      return makeSide([...layers, makeLayer("app", 0, { kind: "app", weight: of(names.length) })]);
    });

  test("the rows under a row sum to it, as they are shown, and the first is the slug", () => {
    fc.assert(
      fc.property(side, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (head, depth, top) => {
        const rows = drawn(treeLines(contentsOf(head), { depth, top }, PLAIN));
        for (const { parent, children } of families(rows)) {
          for (const figure of [sizeIn, disk, share]) expect(total(children.map(figure))).toBe(figure(parent));
          expect(children.length).toBeLessThanOrEqual(top + 1);
        }
        expect(Math.max(...rows.map(({ level }) => level))).toBeLessThanOrEqual(depth);
      }),
    );
  });

  test("each distribution is there once, and its row weighs what the report says that it retains", () => {
    fc.assert(
      fc.property(side, (head) => {
        const distributions = head.layers.filter(({ kind }) => kind === "distribution");
        for (const layer of distributions) expect(retainedBy(layer, head).weight).toEqual(layer.retained);
        const rows = drawn(treeLines(contentsOf(head), WHOLE, PLAIN)).filter(({ line }) => /^d\d/.test(line));
        // What weighs next to nothing may be folded.
        const heavy = distributions.filter(({ retained }) => retained.compressed > 200_000);
        for (const { name } of heavy) {
          expect(rows.filter(({ line }) => line.startsWith(`${name} `)).length).toBe(1);
        }
      }),
    );
  });

  test("no line is wider than the terminal, and every character can be seen", () => {
    const hostile = makeSide([
      makeLayer(`name-${"x".repeat(4000)}`, 120, { why: [`${"deep/".repeat(300)}requirements.txt:1`] }),
      makeLayer("日本語".repeat(20), 30, { direct: false, requiredBy: [`name-${"x".repeat(4000)}`] }),
      makeLayer("a\u202eb\u001b[31m\r\n", 20, { version: "\u0007<b>" }),
      makeLayer("app", 20, {
        kind: "app",
        largestFiles: [{ path: `\u001b]0;x\u0007${"y/".repeat(2000)}`, weight: mebibytes(3) }],
      }),
    ]);
    for (const width of WIDTHS) {
      for (const drawing of [true, false]) {
        const text = renderText(makeReport(NOBODY, hostile), { width, color: false, drawing }, WHOLE);
        for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(text.replaceAll("\n", "")).not.toMatch(/\p{C}/u);
      }
    }
  });
});
