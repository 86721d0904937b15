import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { renderGathered, titleOf } from "../../src/render/gathered.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderSummary } from "../../src/render/summary.js";
import { renderTexts } from "../../src/render/text.js";
import { ABSENT, makeLayer, makeProblem, makeReport, makeSide, verdict } from "./make-report.js";
import { column, sizeIn, tablesIn, total } from "./read-table.js";

const side = (compressed: number): ReturnType<typeof makeSide> => makeSide([makeLayer("flask", compressed)]);
const grown = (app: string, from: number, to: number, overrides: Partial<Report> = {}): Report =>
  makeReport(side(from), side(to), { app, ...overrides });
const over = grown("services/api", 748, 1046.3, { verdict: verdict("limit", "fail", side(1046.3)) });
const broken = makeReport(side(748), makeProblem(), { app: "services/broken" });
const same = grown("services/same", 20, 20);
const firstLine = (reports: readonly Report[]): string => renderGathered(reports).split("\n")[0] ?? "";
/** Apps in the order of their sections, those that stand open marked. */
const sectionsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/<details( open)?><summary>\S+ <b>(.*?)<\/b>/g)].map(
    ([, open, app]) => `${app ?? ""}${open === undefined ? "" : " (open)"}`,
  );

describe("several apps in one comment", () => {
  const notWeighed = [{ what: "collectstatic", why: "only the build runs it" }];
  const reports = [
    same,
    grown("services/grows", 20, 25, { notWeighed }),
    over,
    broken,
    makeReport(ABSENT, side(3), { app: "services/new" }),
    makeReport(side(3.5), ABSENT, { app: "services/old" }),
  ];

  test("the heading and a row for each, the worst first; rows sum to the total", () => {
    const [heading, , ...lines] = renderGathered(reports).split("\n");
    expect(heading).toBe(
      "### 🔴 6 slugs +302.8 MiB and 1 unknown: `services/broken` could not be weighed, `services/api` fails; at least 1,094.3 MiB in all",
    );
    expect(lines.slice(0, 9).join("\n")).toBe(`| app | compressed | delta to \`3f2c1ab\` | headroom | verdict |
|---|--:|--:|--:|---|
| 🔴 \`services/broken\` | not weighed | unknown |  | indeterminate: not weighed |
| 🔴 \`services/api\` | 1,046.3 MiB | +298.3 MiB | **−46.3 MiB** | fail: limit |
| 🟢 \`services/grows\` | at least 25.0 MiB | +5.0 MiB | at most 975.0 MiB | pass |
| 🟢 \`services/old\` | 0.0 MiB | −3.5 MiB |  | pass: goes away |
| 🟢 \`services/new\` | 3.0 MiB | +3.0 MiB | 997.0 MiB | pass: new |
| 1 unchanged | 20.0 MiB | 0 MiB | 980.0 MiB | pass |
| **total** | **at least 1,094.3 MiB** | **+302.8 MiB** |  |  |`);
  });

  test("a section for each of which there is more to say, red ones first and open; the rest is named in one fold", () => {
    const text = renderGathered(reports);
    expect(sectionsIn(text)).toEqual([
      "services/broken (open)",
      "services/api (open)",
      "services/grows",
      "services/old",
      "services/new",
    ]);
    const own = renderMarkdown(over).split("\n").slice(2).join("\n").trim();
    expect(text).toContain(`1,046.3 MiB is over the limit of 1,000 MiB</summary>\n\n${own}\n\n</details>`);
    expect(text.endsWith("| `services/same` | 20.0 MiB | 980.0 MiB |\n\n</details>\n")).toBe(true);
  });

  test("one report is the comment that it has alone", () => {
    const context = { baseOutdated: { branch: "main", tip: "f".repeat(40) } };
    expect(renderGathered([over], context)).toBe(renderMarkdown(over, context));
  });

  test("one app for several targets: each is told by its target", () => {
    const on = (platform: Report["platform"], python: string): Report => {
      const of = (bytes: number): Report["base"] => makeSide([makeLayer("flask", bytes)], { stack: platform, python });
      return makeReport(of(20), of(25), { app: "a", platform });
    };
    const text = renderGathered([on("heroku-22", "3.12.14"), on("heroku-24", "3.12.14"), over]);
    expect(text).toContain("| 🟢 `a` on heroku-22 | 25.0 MiB |");
    expect(sectionsIn(text)).toEqual(["services/api (open)", "a on heroku-22", "a on heroku-24"]);
    expect(sectionsIn(renderGathered([on("heroku-24", "3.12.14"), on("heroku-24", "3.13.1")]))).toEqual([
      "a on heroku-24, Python 3.12.14",
      "a on heroku-24, Python 3.13.1",
    ]);
  });

  test("nothing changed in any: one line, and what they weigh behind a fold", () => {
    const text = renderGathered([same, { ...same, app: "other" }]);
    expect(text).toMatch(
      /^### ⚪ 2 slugs unchanged: 40\.0 MiB in all \(base `3f2c1ab`\)\n\n<details><summary>Unchanged: 2 apps/,
    );
    expect(tablesIn(text)).toHaveLength(1);
  });

  test("the heading counts what is wrong, and says of the total what is not known", () => {
    const warned = grown("w", 20, 510, { verdict: verdict("warn-at", "warn", side(510), 500) });
    const close = grown("c", 20, 999, { verdict: verdict("limit", "indeterminate", side(999)) });
    expect(firstLine([warned, { ...warned, app: "v" }, same])).toBe(
      "### 🟡 3 slugs +980.0 MiB: 2 have a warning; 1,040.0 MiB in all",
    );
    expect(firstLine([close, same])).toBe("### 🔴 2 slugs +979.0 MiB: `c` is indeterminate; 1,019.0 MiB in all");
    expect(firstLine([broken, { ...broken, app: "x" }])).toBe(
      "### 🔴 2 slugs, the delta unknown: 2 could not be weighed; at least 0.0 MiB in all",
    );
    const alone = { ...ABSENT, revision: null };
    const weighed = [makeReport(alone, side(3), { app: "a" }), makeReport(alone, side(4), { app: "b" })];
    expect(firstLine(weighed)).toBe("### 🟢 2 slugs: 7.0 MiB in all");
    expect(tablesIn(renderGathered(weighed))[0]?.[0]).toEqual(["app", "compressed", "headroom", "verdict"]);
  });

  test("on a terminal: one below the other, then the total", () => {
    const text = renderTexts([same, over], { width: 80, color: false });
    expect(text.startsWith("PASS\nSlug of services/same unchanged")).toBe(true);
    expect(text).toContain("\n\n\nFAIL\nSlug of services/api +298.3 MiB");
    expect(text.endsWith("\n\n\nTOTAL\n2 slugs +298.3 MiB: services/api fails; 1,066.3 MiB in all\n")).toBe(true);
  });
});

describe("what else a comment says", () => {
  test("that the base has moved on", () => {
    const baseOutdated = { branch: "ma`in", tip: "abcdef1234".repeat(4) };
    for (const text of [renderMarkdown(same, { baseOutdated }), renderGathered([same, over], { baseOutdated })]) {
      expect(text).toContain("> [!WARNING]\n> ``ma`in`` is at `abcdef1` by now; this compares with `3f2c1ab`.");
    }
    expect(renderMarkdown(same, { baseOutdated: null })).toBe(renderMarkdown(same));
  });

  test("that a report is missing", () => {
    const text = renderGathered([same, over], { problems: ["The artifact <b> of @x was left out."] });
    expect(text).toContain("> [!CAUTION]\n> The artifact &#60;b&#62; of @\u200bx was left out.");
  });

  test("who approved an increase, and that an approval is void", () => {
    const lifted = verdict("limit", "warn", side(1046.3));
    const override = {
      label: "l",
      state: "in-force" as const,
      by: "<x>",
      message: "@x approved this | size.",
      lifts: ["limit" as const],
    };
    const approved = { ...over, verdict: lifted, override };
    expect(firstLine([approved])).toBe(
      "### 🟡 Slug of `services/api` +298.3 MiB: 1,046.3 MiB is over the limit of 1,000 MiB, approved",
    );
    expect(renderMarkdown(approved)).toContain("\n\n🏷️ @\u200bx approved this &#124; size.\n\n");
    expect(renderGathered([approved, same])).toContain("| warn: limit, approved |");
    expect(renderTexts([approved], { width: 80, color: false })).toContain("Override\n  - @x approved this | size.\n");
    const isVoid = { ...override, state: "void" as const, lifts: [], message: "It has grown." };
    expect(renderMarkdown({ ...over, override: isVoid })).toContain("🏷️ It has grown.");
    expect(renderMarkdown({ ...same, override: isVoid })).toContain("🏷️ It has grown.");
  });
});

describe("a line of plain text", () => {
  test("says what the heading says, without Markdown", () => {
    expect(titleOf([over])).toBe("Slug of services/api +298.3 MiB: 1,046.3 MiB is over the limit of 1,000 MiB");
    expect(titleOf([over, same])).toBe("2 slugs +298.3 MiB: services/api fails; 1,066.3 MiB in all");
    const long = (name: string): { app: string } => ({ app: name.repeat(200) });
    const warned = grown("", 20, 510, { verdict: verdict("warn-at", "warn", side(510)), ...long("w") });
    const many = [{ ...over, ...long("f") }, { ...broken, ...long("i") }, warned];
    expect(Array.from(titleOf(many)).length).toBeLessThanOrEqual(255);
    expect(titleOf([{ ...over, app: "a\n\u202e`b`" }, same])).toContain(": a {U+202E}`b` fails;");
  });
});

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}\/[a-z0-9]{1,8}$/),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "</details>",
    "<script>",
    "a|b",
    "`|`",
    "\\|",
    "@everyone",
    "\u202egpj",
    "x\n\n# y",
    "![i](//e)",
    "#12",
  ),
);
const drawn = fc.array(
  fc.record({
    app: name,
    from: fc.oneof(fc.constant(0), fc.nat(300 * MIB)),
    to: fc.oneof(fc.constant(0), fc.nat(300 * MIB)),
    state: fc.constantFrom("weighed", "weighed", "weighed", "broken base", "broken head", "same"),
  }),
  { minLength: 2, maxLength: 40 },
);
type Drawn = typeof drawn extends fc.Arbitrary<(infer T)[]> ? T : never;

function reportOf({ app, from, to, state }: Drawn): Report {
  const of = (bytes: number): Report["base"] => (bytes === 0 ? ABSENT : side(bytes / MIB));
  if (state === "same") return makeReport(side(20), side(20), { app });
  const [base, head] = [
    state === "broken base" ? makeProblem() : of(from),
    state === "broken head" ? makeProblem() : of(to),
  ];
  return makeReport(base, head, { app });
}

describe("law 1, as shown of several", () => {
  test("rows sum to the total, in the table as in the heading, and the total is true", () => {
    fc.assert(
      fc.property(drawn, (items) => {
        const reports = items.map(reportOf);
        const text = renderGathered(reports);
        const heading = text.split("\n")[0] ?? "";
        const [table = []] = tablesIn(text);
        const weights = reports.reduce((sum, { head }) => sum + (head.total?.compressed ?? 0), 0);
        const shown = sizeIn(
          /; (?:at least )?(\S+ MiB) in all|: (?:at least )?(\S+ MiB) in all/.exec(heading)?.slice(1).find(Boolean) ??
            "",
        );
        expect(Math.abs(shown / 10 - weights)).toBeLessThanOrEqual(0.05 * MIB + 1);
        expect(heading.includes("at least")).toBe(reports.some(({ head }) => head.total === null));
        if (heading.includes(" unchanged")) return;
        const rows = [table[0] ?? [], ...table.slice(1, -1)];
        const sum = (at: number): number => total(column(rows, at).filter((size) => !Number.isNaN(size)));
        expect(sum(1)).toBeCloseTo(sizeIn(table.at(-1)?.[1] ?? ""), 3);
        expect(sum(1)).toBeCloseTo(shown, 3);
        const known = reports.filter(({ diff }) => diff.state === "known");
        if (known.length === 0) return;
        const delta = sizeIn(/slugs (\S+ \S+)/.exec(heading)?.[1] ?? "");
        expect(sum(2)).toBeCloseTo(delta, 3);
        expect(sizeIn(table.at(-1)?.[2] ?? "")).toBeCloseTo(delta, 3);
        const exact = known.reduce((all, { diff }) => all + (diff.total?.compressed ?? 0), 0);
        expect(Math.abs(delta / 10 - exact)).toBeLessThanOrEqual(0.05 * MIB + 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe("whatever the apps are called", () => {
  test("stays in its cell, in its line and in its section", () => {
    fc.assert(
      fc.property(drawn, (items) => {
        const reports = items.map(reportOf);
        for (const markdown of [renderGathered(reports), renderSummary(reports)]) {
          for (const table of tablesIn(markdown)) {
            for (const row of table) expect(row).toHaveLength(table[0]?.length ?? 0);
          }
          const bare = markdown.replace(/(`+)(?:(?!\1)[^\n])+?\1(?!`)/g, "");
          expect(bare.match(/<(?!\/?(?:details|summary|code|b)>|details open>)/g)).toBeNull();
          expect(bare.match(/<details(?: open)?>/g)?.length).toBe(bare.match(/<\/details>/g)?.length);
          expect(bare.match(/<b>/g)?.length).toBe(bare.match(/<\/b>/g)?.length);
          expect(bare).not.toMatch(/@\w|(?<!&)#\d/);
          expect(markdown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|(?!\n)\p{Cc}/u);
          expect(markdown.match(/^#+ /gm)).toHaveLength(1);
        }
        expect(titleOf(reports)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|\p{Cc}/u);
      }),
      { numRuns: 200 },
    );
  });
});

describe("many apps", () => {
  /** Every twentieth is over the limit, every other has not changed, and each has as much to say as a report can. */
  const many = (count: number, padding = ""): Report[] =>
    Array.from({ length: count }, (_, at) => {
      const app = `services/${padding}${String(at)}`;
      if (at % 2 === 1) return makeReport(side(20), side(20), { app });
      const layers = (grow: number): ReturnType<typeof makeLayer>[] =>
        Array.from({ length: 60 }, (__, index) =>
          makeLayer(`distribution-${String(index)}`, 1 + index / 7 + grow, {
            why: [`${app}/requirements.txt:${String(index)}`],
          }),
        );
      const [base, head] = [makeSide(layers(0)), makeSide(layers(at / 100))];
      const failing = at % 20 === 0 ? { verdict: verdict("limit", "fail", head, 100) } : {};
      const notWeighed = Array.from({ length: 30 }, (__, index) => ({ what: `hook ${String(index)}`, why: "it runs" }));
      return makeReport(base, head, { app, notWeighed, ...failing });
    });

  test.each([
    [100, ""],
    [500, ""],
    [500, "💾|<@`".repeat(60)],
  ])("%d fit into a comment, red ones first, and the total is true", (count, padding) => {
    const reports = many(count, padding);
    const text = renderGathered(reports);
    expect(text.length).toBeLessThanOrEqual(60_000);
    const [table = []] = tablesIn(text);
    const rows = [table[0] ?? [], ...table.slice(1, -1)];
    for (const at of [1, 2]) expect(total(column(rows, at))).toBeCloseTo(sizeIn(table.at(-1)?.[at] ?? ""), 3);
    const weights = reports.reduce((sum, { head }) => sum + (head.total?.compressed ?? 0), 0);
    expect(Math.abs(sizeIn(table.at(-1)?.[1] ?? "") / 10 - weights)).toBeLessThanOrEqual(0.05 * MIB + 1);
    const failing = reports.filter((report) => report.verdict.status === "fail").length;
    const open = sectionsIn(text).map((section) => section.endsWith(" (open)"));
    expect(open.slice(0, Math.min(failing, open.length)).every(Boolean)).toBe(true);
    expect(open.lastIndexOf(true)).toBe(open.filter(Boolean).length - 1);
    if (padding === "") expect(open.filter(Boolean)).toHaveLength(failing);
    if (count === 100) {
      for (const { app } of reports) expect(text).toContain(`\`${app}\``);
      expect(open).toHaveLength(50);
    } else expect(text).toMatch(/\n\n\d+ more apps have no section here: there is no space for more\.\n\n/);
  });

  test("have a summary that GitHub takes: a few whole, many in part", () => {
    const few = many(4);
    const whole = renderSummary(few);
    for (const { head } of few) {
      if (head.state !== "weighed") throw new Error("it is weighed");
      for (const layer of head.layers) expect(whole).toContain(`| ${layer.name} 1.0 |`);
    }
    expect(whole).not.toMatch(/\d more|\d others/);
    expect(sectionsIn(whole)).toHaveLength(4);
    for (const padding of ["", "💾|<@`".repeat(60)]) {
      const text = renderSummary(many(500, padding));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
      expect(Buffer.byteLength(text)).toBeGreaterThan(800_000);
    }
  });
});
