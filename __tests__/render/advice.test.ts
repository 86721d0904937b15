import { describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import type { Advice, Report } from "../../src/model/report.js";
import { renderGathered } from "../../src/render/gathered.js";
import { columnsOf } from "../../src/render/layout.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderSummary } from "../../src/render/summary.js";
import { renderText } from "../../src/render/text.js";
import { ABSENT, makeAdvice, makeLayer, makeReport, makeSide, verdict } from "./make-report.js";
import { tablesIn } from "./read-table.js";

const BASE = makeSide([makeLayer("tensorflow", 748.7)]);
const HEAD = makeSide([makeLayer("tensorflow", 748.7), makeLayer("nvidia-nccl-cu13", 297.6)]);
const OVER = { verdict: verdict("limit", "fail", HEAD) };
const reportWith = (advice: Advice[], overrides: Partial<Report> = OVER): Report =>
  makeReport(BASE, HEAD, { advice, ...overrides });
const impossible = makeAdvice(HEAD, 23.4, 1.2, {
  id: "libclang",
  title: "Leave out `libclang`",
  detail: "Nothing imports it.",
  remedy: { possible: false, because: "not possible with pip, because it installs all that is required", steps: [] },
});
const FIVE = [
  makeAdvice(HEAD, 291.5),
  makeAdvice(HEAD, 100.04, 2, { id: "b", title: "Take the CPU build of `torch`" }),
  makeAdvice(HEAD, 30, 0, { id: "c", title: "Drop c" }),
  makeAdvice(HEAD, 20, 0, { id: "d", title: "Drop d" }),
  impossible,
];

describe("in the comment", () => {
  test("the best is what to do, what it saves, that it is enough, and the lines to paste", () => {
    expect(renderMarkdown(reportWith([makeAdvice(HEAD, 291.5)]))).toContain(`

> [!TIP]
> **Replace \`xgboost\` by \`xgboost-cpu\`: −291.5 MiB (measured), back under the limit.** A dyno has no GPU. Same API, no federated learning.
>
> Compressed slug: 1,046.3 MiB → 754.8 MiB
>
> In \`requirements.txt\`:
> \`\`\`diff
> -xgboost==3.4.1
> +xgboost-cpu==3.4.1
> \`\`\`

`);
  });

  test("a prediction says how far it may be off", () => {
    const text = renderMarkdown(reportWith([makeAdvice(HEAD, 291.5, 3)]));
    expect(text).toContain("−291.5 MiB (predicted, ± 3.0 MiB), back under the limit.**");
    expect(text).toContain("1,046.3 MiB → about 754.8 MiB");
  });

  test("steps are shown in their order, each with what it is for", () => {
    const remedy: Advice["remedy"] = {
      possible: true,
      because: null,
      steps: [
        { kind: "text", file: "pyproject.toml", lines: ["[tool.uv]"], note: "Needs `uv` 0.9." },
        { kind: "command", file: null, lines: ["uv lock"], note: null },
        { kind: "text", file: null, lines: ["PIP_EXTRA_INDEX_URL"], note: null },
      ],
    };
    expect(renderMarkdown(reportWith([makeAdvice(HEAD, 9, 0, { remedy })]))).toContain(`
> Add to \`pyproject.toml\`:
> \`\`\`
> [tool.uv]
> \`\`\`
>
> Needs \`uv\` 0.9.
>
> Run:
> \`\`\`sh
> uv lock
> \`\`\`
>
> To paste:
> \`\`\`
> PIP_EXTRA_INDEX_URL
> \`\`\`
`);
  });

  test("half of a change is none: of more lines than anyone pastes their number", () => {
    const lines = Array.from({ length: 41 }, (_, at) => `+line ${String(at)}`);
    const steps = [{ kind: "diff" as const, file: "requirements.txt", lines, note: null }];
    const report = reportWith([makeAdvice(HEAD, 9, 0, { remedy: { possible: true, because: null, steps } })]);
    expect(renderMarkdown(report)).toContain("> In `requirements.txt`: 41 lines, which are in the report.");
    expect(renderMarkdown(report)).not.toContain("+line");
    expect(renderSummary([report])).toContain("+line 40");
  });

  test("the best three have a box, the rest a row, also what can't be followed, with the reason", () => {
    const text = renderMarkdown(reportWith(FIVE));
    expect(text.match(/\[!TIP\]/g)).toHaveLength(3);
    expect(text).toContain("<details><summary>More advice: 2</summary>");
    expect(tablesIn(text).find(([heading]) => heading?.[0] === "advice")).toEqual([
      ["advice", "saving", "basis"],
      ["Drop d", "−20.0 MiB", "measured"],
      [
        "Leave out `libclang`: not possible with pip, because it installs all that is required",
        "−23.4 MiB",
        "predicted, ± 1.2 MiB",
      ],
    ]);
  });

  test("what can't be followed has no box, even if it is all there is", () => {
    const text = renderMarkdown(reportWith([impossible]));
    expect(text).not.toContain("[!TIP]");
    expect(text).toContain("<details><summary>Advice: 1</summary>");
  });

  test("what will fail is a warning, whatever it weighs", () => {
    const pointer = makeAdvice(HEAD, 0, 0, {
      family: "files",
      level: "warning",
      title: "Do not rely on Git LFS: `model.h5`",
      detail: "It arrives as a pointer.",
      remedy: { possible: true, because: null, steps: [] },
    });
    expect(renderMarkdown(reportWith([pointer]))).toContain(
      "> [!WARNING]\n> **Do not rely on Git LFS: `model.h5`.** It arrives as a pointer.\n\n",
    );
    expect(renderText(reportWith([pointer]), { width: 80, color: false })).toContain(
      "Advice\n  warning  Do not rely on Git LFS: `model.h5`\n           It arrives as a pointer.\n",
    );
  });

  test("nothing is said where there is nothing to say", () => {
    const report = reportWith([]);
    for (const text of [
      renderMarkdown(report),
      renderSummary([report]),
      renderText(report, { width: 80, color: false }),
    ]) {
      expect(text).not.toMatch(/advice|TIP/i);
    }
    expect(
      renderMarkdown(makeReport(BASE, BASE, { advice: [makeAdvice(BASE, 9)] }))
        .trim()
        .split("\n"),
    ).toHaveLength(1);
  });

  test("of several apps each has its own", () => {
    const other = makeReport(BASE, HEAD, { app: "b", advice: [makeAdvice(HEAD, 5, 0, { title: "Drop `b`" })] });
    const text = renderGathered([{ ...reportWith([makeAdvice(HEAD, 291.5)]), app: "a" }, other]);
    const [, a = "", b = ""] = text.split(/<summary>\S+ <b>/);
    expect(a).toContain("**Replace `xgboost`");
    expect(b).toContain("**Drop `b`: −5.0 MiB (measured).**");
  });
});

describe("back under the limit", () => {
  const noted = (report: Report): string | undefined =>
    /\), ((?:maybe )?back under the limit)\./.exec(renderMarkdown(report))?.[1];
  const overBy = (saves: number, error: number, overrides: Partial<Report> = {}): Report =>
    reportWith([makeAdvice(HEAD, saves, error)], { ...OVER, ...overrides });

  test("is said of what is enough, with its error band, and of nothing else", () => {
    expect(noted(overBy(46.4, 0))).toBe("back under the limit");
    expect(noted(overBy(46.2, 0))).toBeUndefined();
    expect(noted(overBy(50, 3))).toBe("back under the limit");
    expect(noted(overBy(47, 3))).toBe("maybe back under the limit");
    expect(noted(makeReport(BASE, BASE, { advice: [makeAdvice(BASE, 46)], base: ABSENT }))).toBeUndefined();
  });

  test("takes the allowance along, and is not sure where something was not weighed", () => {
    const notWeighed = [{ what: "a hook", why: "it runs" }];
    expect(noted(overBy(50, 0, { notWeighed }))).toBe("maybe back under the limit");
    const value = HEAD.total.compressed + 10 * MIB;
    const allowed = { notWeighed, verdict: verdict("limit", "fail", HEAD, 1000, value) };
    expect(noted(overBy(50, 0, allowed))).toBeUndefined();
    expect(noted(overBy(57, 0, allowed))).toBe("back under the limit");
  });
});

describe("elsewhere", () => {
  test("on a terminal: savings in a column, the best three with their lines", () => {
    const text = renderText(reportWith(FIVE), { width: 72, color: false });
    expect(text.slice(text.indexOf("Advice\n"), text.indexOf("Take the CPU build"))).toBe(`Advice
  −291.5 MiB  Replace \`xgboost\` by \`xgboost-cpu\` (measured, back under
              the limit)
              Compressed slug: 1,046.3 MiB → 754.8 MiB
              A dyno has no GPU. Same API, no federated learning.
              In requirements.txt:
                -xgboost==3.4.1
                +xgboost-cpu==3.4.1
  −100.0 MiB  `);
    expect(text).toContain(`   −20.0 MiB  Drop d (measured)
   −23.4 MiB  Leave out \`libclang\`: not possible with pip, because it
              installs all that is required
`);
    for (const line of text.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(72);
  });

  test("in the summary: whole, with what says so", () => {
    const text = renderSummary([reportWith(FIVE)]);
    expect(text.match(/\[!TIP\]/g)).toHaveLength(5);
    expect(text).toContain("> Not possible with pip, because it installs all that is required.\n");
    expect(text).toContain("> Source: `https://example.com/xgboost`\n");
  });
});

test("advice gives way before the totals do, and nothing of it is cut in two", () => {
  const long = "`<@|".repeat(300);
  const advice = Array.from({ length: 100 }, (_, at) =>
    makeAdvice(HEAD, 400 - at, 0, {
      id: String(at),
      title: long,
      detail: long,
      remedy: {
        possible: true,
        because: null,
        steps: Array.from({ length: 3 }, () => ({
          kind: "text" as const,
          file: long,
          lines: Array.from({ length: 40 }, () => long),
          note: long,
        })),
      },
    }),
  );
  const report = reportWith(advice);
  for (const text of [renderMarkdown(report), renderGathered([report, { ...report, app: "b" }])]) {
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text).toContain("nvidia-nccl-cu13");
    expect(text.match(/^> ```/gm)?.length ?? 0).toBe(0);
    for (const table of tablesIn(text)) for (const row of table) expect(row).toHaveLength(table[0]?.length ?? 0);
  }
  expect(Buffer.byteLength(renderSummary([report]))).toBeLessThanOrEqual(1_000_000);
});
