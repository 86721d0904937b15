import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { ABSENT, makeDiff, makeLayer, makeProblem, makeReport, makeSide, mebibytes, verdict } from "./make-report.js";
import { column, sizeIn, tablesIn, total } from "./read-table.js";

const runtime = makeLayer("python", 60.04, { kind: "runtime", version: "3.12.14", why: [] });
const app = (compressed: number): ReturnType<typeof makeLayer> =>
  makeLayer("app", compressed, { kind: "app", version: null, why: [], direct: false });
const tensorflow = makeLayer("tensorflow", 577.64, { version: "2.18.0", why: ["requirements.txt:6"] });

const BASE = makeSide([
  runtime,
  tensorflow,
  makeLayer("flask", 110.11, { version: "3.1.0", why: ["requirements.txt:2"] }),
  app(1.01),
]);
const HEAD = makeSide([
  runtime,
  tensorflow,
  makeLayer("flask", 110.24, { version: "3.1.1", why: ["requirements.txt:2"] }),
  makeLayer("xgboost", 57.33, { version: "3.4.1", why: ["requirements.txt:14"], retained: mebibytes(297.4) }),
  makeLayer("nvidia-nccl-cu13", 240.07, {
    version: "2.28.9",
    direct: false,
    requiredBy: ["xgboost"],
    why: ["requirements.txt:14", "xgboost"],
  }),
  app(1.01),
]);

const firstLine = (report: Report): string => renderMarkdown(report).split("\n")[0] ?? "";

test("a GPU stack sneaks in: the whole comment", () => {
  const report = makeReport(BASE, HEAD, { verdict: verdict("limit", "fail", HEAD) });
  expect(renderMarkdown(report)).toBe(`### 🔴 Slug +297.5 MiB: 1,046.3 MiB is over the limit of 1,000 MiB

|  | base \`3f2c1ab\` | head | limit | headroom |
|---|--:|--:|--:|--:|
| compressed slug | 748.8 MiB | **1,046.3 MiB** (+297.5 MiB, +39.7 %) | 1,000 MiB | **−46.3 MiB** |
| on disk | 2,246.4 MiB | 3,139.0 MiB (+892.6 MiB) |  |  |

**What changed**

|  | version | compressed | why |
|---|---|--:|---|
| 🆕 nvidia-nccl-cu13 | 2.28.9 | +240.1 MiB | \`requirements.txt:14\` → xgboost |
| 🆕 xgboost | 3.4.1 | +57.3 MiB | \`requirements.txt:14\` |
| ⬆ flask | 3.1.0 → 3.1.1 | +0.1 MiB | \`requirements.txt:2\` |

<details><summary>Largest in the slug: tensorflow 577.7 MiB, nvidia-nccl-cu13 240.1 MiB, flask 110.2 MiB …</summary>

|  | compressed | on disk | retained | required by |
|---|--:|--:|--:|---|
| tensorflow 2.18.0 | 577.7 MiB | 1,732.9 MiB | 577.7 MiB | \`requirements.txt:6\` |
| nvidia-nccl-cu13 2.28.9 | 240.1 MiB | 720.2 MiB | 240.1 MiB | xgboost |
| flask 3.1.1 | 110.2 MiB | 330.7 MiB | 110.2 MiB | \`requirements.txt:2\` |
| Python itself 3.12.14 | 60.0 MiB | 180.1 MiB |  | \`.python-version\` |
| xgboost 3.4.1 | 57.3 MiB | 172.0 MiB | 297.4 MiB | \`requirements.txt:14\` |
| the app's own files | 1.0 MiB | 3.1 MiB |  |  |

</details>

<details><summary>How this was measured</summary>

Resolved as of one and the same moment for CPython 3.12.14 on heroku-24 (x86-64), installed by pip, compiled, and compressed as one gzip'd tar. MiB are 1,048,576 bytes, as Heroku's M. Retained: what would leave the slug together with it.

</details>
`);
});

test("the install fails: which side, which step, what the tool said, and what to do", () => {
  const report = makeReport(BASE, makeProblem({ details: ["error: ```", "  indented"] }), { app: "apps/api" });
  expect(renderMarkdown(report))
    .toBe(`### 🔴 Slug of \`apps/api\`: the head could not be weighed, as installing it failed

> [!CAUTION]
> **xgboost has no wheel for CPython 3.12.**
>
> Pin a version that has one.

<details><summary>The last lines of the tool that failed</summary>

\`\`\`\`
error: \`\`\`
  indented
\`\`\`\`

</details>

|  | base \`3f2c1ab\` |
|---|--:|
| compressed slug | 748.8 MiB |
| on disk | 2,246.4 MiB |
`);
});

test("nothing changed: one line", () => {
  expect(renderMarkdown(makeReport(BASE, BASE))).toBe(
    "### ⚪ Slug unchanged: 748.8 MiB, 251.2 MiB left (base `3f2c1ab`)\n",
  );
});

describe("the heading alone is enough", () => {
  const side = (compressed: number): typeof BASE => makeSide([makeLayer("flask", compressed)]);
  const of = (base: Report["base"], head: Report["head"], overrides: Partial<Report> = {}): string =>
    firstLine(makeReport(base, head, overrides));

  test("it shrinks, it grows", () => {
    expect(of(side(20), side(15))).toBe("### 🟢 Slug −5.0 MiB: 15.0 MiB, 985.0 MiB left");
    expect(of(side(20), side(20.5))).toBe("### 🟢 Slug +0.5 MiB: 20.5 MiB, 979.5 MiB left");
    expect(of(side(20), side(20 + 1 / 100))).toBe("### 🟢 Slug +10.2 KiB: 20.0 MiB, 980.0 MiB left");
  });

  test("over the limit already, a warning level, more than a change may add", () => {
    const over = side(1100);
    expect(of(over, over, { verdict: verdict("limit", "warn", over) })).toBe(
      "### 🟡 Slug unchanged: 1,100.0 MiB is over the limit of 1,000 MiB, as before",
    );
    expect(of(side(20), side(510), { verdict: verdict("warn-at", "warn", side(510), 500) })).toBe(
      "### 🟡 Slug +490.0 MiB: 510.0 MiB is over the warning level of 500 MiB, 490.0 MiB left",
    );
    expect(of(side(20), side(80), { verdict: verdict("max-increase", "fail", side(80), 50, 60 * MIB) })).toBe(
      "### 🔴 Slug +60.0 MiB: more than the 50 MiB that one change may add; 80.0 MiB, 920.0 MiB left",
    );
  });

  test("the app is new, it goes away, there is no base", () => {
    expect(of(ABSENT, side(20))).toBe("### 🟢 Slug +20.0 MiB: a new app, 20.0 MiB, 980.0 MiB left");
    expect(of(side(20), ABSENT)).toBe("### 🟢 Slug −20.0 MiB: the app goes away");
    expect(of({ ...ABSENT, revision: null }, side(20))).toBe("### 🟢 Slug: 20.0 MiB, 980.0 MiB left");
  });

  test("the base could not be weighed", () => {
    const report = makeReport(makeProblem({ step: "resolve" }), side(20), {
      verdict: verdict("base", "warn", side(20)),
    });
    expect(firstLine(report)).toBe(
      "### 🟡 Slug: 20.0 MiB, 980.0 MiB left; the delta is unknown, as the base could not be weighed",
    );
    expect(renderMarkdown(report)).toContain(
      "> **The base `3f2c1ab` could not be weighed, as resolving its requirements failed.**",
    );
    expect(renderMarkdown(report)).not.toContain("The base finding.");
    expect(renderMarkdown(report)).not.toContain("What changed");
  });

  test("an estimate says how far it may be off, and whether that matters", () => {
    const layer = makeLayer("python", 999, { kind: "runtime", measure: "estimated", error: 2 * MIB });
    const head = makeSide([layer]);
    expect(of(head, head)).toBe(
      "### ⚪ Slug unchanged: 999.0 MiB ± 2.0 MiB (estimated), 1.0 MiB left (base `3f2c1ab`)",
    );
    expect(of(side(20), head, { verdict: verdict("limit", "indeterminate", head) })).toBe(
      "### 🔴 Slug +979.0 MiB: 999.0 MiB ± 2.0 MiB (estimated) is too close to the limit of 1,000 MiB to tell",
    );
    expect(renderMarkdown(makeReport(side(20), head))).toContain("estimated: Python itself (± 2.0 MiB)");
  });

  test("what was not weighed makes it a lower bound, unless an allowance stands for it", () => {
    const notWeighed = [{ what: "collectstatic", why: "only the build runs it" }];
    const bound = makeReport(side(20), side(25), { notWeighed });
    expect(firstLine(bound)).toBe("### 🟢 Slug +5.0 MiB: at least 25.0 MiB, at most 975.0 MiB left");
    expect(renderMarkdown(bound)).toContain("not weighed: collectstatic (only the build runs it)");
    const allowed = makeReport(side(20), side(25), {
      notWeighed,
      verdict: verdict("limit", "fail", side(25), 30, 35 * MIB),
    });
    expect(firstLine(allowed)).toBe("### 🔴 Slug +5.0 MiB: 35.0 MiB with its allowance is over the limit of 30 MiB");
    expect(renderMarkdown(allowed)).toContain("| with its allowance of 10 MiB | 30.0 MiB | **35.0 MiB** | 30 MiB |");
  });

  test("a hair over the limit is not shown as nothing", () => {
    const head = side(1000 + 1 / 1024);
    const text = renderMarkdown(makeReport(side(20), head, { verdict: verdict("limit", "fail", head) }));
    expect(text).toContain("| **−1.0 KiB** |");
  });
});

test("what differs between two runs of the same change does not stand in the comment", () => {
  const report = makeReport(BASE, HEAD);
  const again = makeReport(BASE, HEAD, {
    cutoff: "2027-01-01T00:00:00Z",
    timings: { install: 12_345 },
    notes: ["12 layers were remembered."],
    head: { ...HEAD, revision: { ref: "HEAD", sha: "f".repeat(40) } },
  });
  expect(renderMarkdown(again)).toBe(renderMarkdown(report));
  const pinned = makeReport(BASE, HEAD, { config: { cutoff: "2026-01-01T00:00:00Z" } });
  expect(renderMarkdown(pinned)).toContain("Resolved as of `2026-01-01T00:00:00Z`");
});

test("rules that the head would change are said, and so is every finding besides the deciding one", () => {
  const both = verdict("limit", "fail", HEAD);
  const report = makeReport(BASE, HEAD, {
    configChanges: ["slugdiff.toml changes limit from 600M to 2G."],
    verdict: { ...both, findings: [...both.findings, ...verdict("warn-at", "warn", HEAD, 500).findings.slice(1)] },
  });
  expect(renderMarkdown(report)).toContain("- slugdiff.toml changes limit from 600M to 2G.");
  expect(renderMarkdown(report)).toContain("- 🟡 The warn-at finding.");
  expect(renderMarkdown(report)).not.toContain("The limit finding.");
});

test("files of the app that changed sum to what the app grew by", () => {
  const file = (path: string, compressed: number): ReturnType<typeof makeDiff>["files"][number] => ({
    layer: "app",
    path,
    change: "added",
    delta: mebibytes(compressed),
  });
  const base = makeSide([app(1)]);
  const head = makeSide([app(13.37)]);
  const diff = makeDiff(base, head, [file("model.h5", 12.04), file("data/a|b`.csv", 0.29)]);
  const tables = tablesIn(renderMarkdown(makeReport(base, head, { diff })));
  const [, growth, files] = tables;
  expect(growth?.[1]).toEqual(["✏️ the app's own files", "", "+12.4 MiB", "`model.h5` and 1 more"]);
  expect(files?.map((row) => row[0])).toEqual([
    "",
    "🆕 `model.h5`",
    "🆕 <code>data/a&#124;b&#96;.csv</code>",
    "the archive around them",
  ]);
  expect(total(column(files ?? [], 1))).toBe(sizeIn("12.4 MiB"));
});

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}(-[a-z0-9]{1,8}){0,2}$/),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("</details>", "<script>", "a|b", "`|`", "\\|", "@everyone", "\u202egpj", "x\n\n# y", "![i](//e)"),
);
const layers = (most: number): fc.Arbitrary<{ from: number; to: number; name: string }[]> =>
  fc.uniqueArray(fc.record({ from: fc.nat(300 * MIB), to: fc.nat(300 * MIB), name }), {
    maxLength: most,
    minLength: 1,
    selector: (layer) => layer.name,
  });
const bytes = (compressed: number): { files: number; disk: number; compressed: number } => ({
  files: 1,
  disk: compressed * 3,
  compressed,
});

function reportOf(drawn: readonly { from: number; to: number; name: string }[], shrink = 1): Report {
  const sideOf = (at: "from" | "to"): typeof BASE =>
    makeSide(
      drawn
        .filter((layer) => layer[at] > 0)
        .map((layer) => {
          const weight = bytes(Math.floor(layer[at] / shrink));
          return makeLayer(layer.name, 0, {
            weight,
            retained: weight,
            why: [layer.name, layer.name],
            version: layer.name,
          });
        }),
    );
  return makeReport(sideOf("from"), sideOf("to"));
}

describe("law 1, as shown", () => {
  test("rows sum to the headline, base plus delta is head, head plus headroom is the limit", () => {
    fc.assert(
      fc.property(layers(30), fc.constantFrom(1, 100, 10_000, 1_000_000), (drawn, shrink) => {
        const report = reportOf(drawn, shrink);
        const markdown = renderMarkdown(report);
        const heading = markdown.split("\n")[0] ?? "";
        if (heading.includes("unchanged")) return;
        const tables = tablesIn(markdown);
        const [summary, growth] = tables;
        const largest = tables.find((table) => table[0]?.[3] === "retained");
        const delta = sizeIn(heading);

        const [base = 0, head = 0, limit = 0, room = 0] = [1, 2, 3, 4].map((at) => sizeIn(summary?.[1]?.[at] ?? ""));
        // Tenths of a byte. A delta in a finer unit is more exact than the sizes beside it.
        expect(Math.abs(base + delta - head)).toBeLessThan(heading.includes("MiB:") ? 1 : MIB);
        expect(Math.abs(limit - head - room)).toBeLessThan(MIB);
        expect(total(column(growth ?? [], 2))).toBeCloseTo(delta, 3);
        expect(Math.abs(total(column(largest ?? [], 1)) - head)).toBeLessThan(MIB);
        const exact = report.diff.state === "known" ? report.diff.total.compressed : 0;
        expect(Math.abs(delta / 10 - exact)).toBeLessThan(0.1 * MIB);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever a pull request brings", () => {
  test("stays in its cell and in its line", () => {
    fc.assert(
      fc.property(layers(12), name, (drawn, text) => {
        const report: Report = {
          ...reportOf(drawn),
          app: text,
          notWeighed: [{ what: text, why: text }],
          configChanges: [text],
        };
        const markdown = renderMarkdown(report);
        for (const table of tablesIn(markdown)) {
          for (const row of table) expect(row).toHaveLength(table[0]?.length ?? 0);
        }
        // Outside code spans only our own tags are left, each in its pair.
        const open = markdown.match(/<details>/g)?.length ?? 0;
        const bare = markdown.replace(/(`+)(?:(?!\1)[^\n])+?\1(?!`)/g, "");
        expect(bare.match(/<(?!\/?(?:details|summary|code)>)/g)).toBeNull();
        expect(bare.match(/<details>/g)?.length ?? 0).toBe(open);
        expect(bare.match(/<\/details>/g)?.length ?? 0).toBe(open);
        expect(bare).not.toMatch(/@\w/);
        expect(markdown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u);
      }),
      { numRuns: 300 },
    );
  });

  test("fits into a comment, and its sums still hold", () => {
    const long = "|`<@".repeat(2000);
    const drawn = Array.from({ length: 5000 }, (_, at) => ({
      from: at % 3 === 0 ? 0 : 10_000 + at,
      to: at % 2 === 0 ? 1_000_000 + 40 * at : 0,
      name: `${String(at)}${long}`,
    }));
    const report = reportOf(drawn);
    const hostile: Report = {
      ...report,
      app: long,
      base: makeProblem({ message: long, hint: long, details: drawn.map(() => long) }),
      notWeighed: drawn.map(() => ({ what: long, why: long })),
      configChanges: drawn.map(() => long),
    };
    expect(renderMarkdown(hostile).length).toBeLessThan(65_536);
    const markdown = renderMarkdown({ ...report, notWeighed: hostile.notWeighed });
    expect(markdown.length).toBeLessThan(65_536);
    const [, growth] = tablesIn(markdown);
    expect(growth?.at(-1)?.[0]).toMatch(/^4,\d\d\d more$/);
    expect(total(column(growth ?? [], 2))).toBeCloseTo(sizeIn(markdown.split("\n")[0] ?? ""), 3);
  });
});
