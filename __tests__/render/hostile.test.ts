import { expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { REPORT_SCHEMA, type Advice, type Remedy, type Report } from "../../src/model/report.js";
import { renderGathered, titleOf } from "../../src/render/gathered.js";
import { renderSummary } from "../../src/render/summary.js";
import { makeAdvice, makeDiff, makeLayer, makeProblem, makeReport, makeSide } from "./make-report.js";
import { tablesIn } from "./read-table.js";

const HOSTILE = [
  "<img src=x onerror=alert(1)>",
  "</details></summary><script>",
  "--> <!-- slugdiff {",
  "@acme/security",
  "[x](//evil.invalid)![](//evil.invalid/pixel)",
  "https://evil.invalid www.evil.invalid",
  "acme/shop#12 GH-12 #12",
  "a\n\n# Approved\n\n- [x] b",
  "a | b \\| c",
  "```\n</details>",
  "`a``b```",
  "**b** ~~c~~ :tada: $d$ &lt;img&gt;",
  "\u202e\u0000\u001b[31m",
  "<".repeat(100_000),
  "`".repeat(100_000),
];

/** A piece for each way in which advice is shown: with each kind of step, in the table, as a warning, as what can't be done. */
function advice(head: Report["head"]): Advice[] {
  const [lines, note] = [["x", "y"], "n"];
  const steps: Remedy = {
    possible: true,
    because: null,
    steps: [
      { kind: "diff", file: "f", lines: ["-x", "+y"], note },
      { kind: "text", file: "f", lines, note },
      { kind: "text", file: null, lines, note },
      { kind: "command", file: null, lines, note },
    ],
  };
  const impossible: Remedy = { possible: false, because: "not possible", steps: [] };
  return [
    makeAdvice(head, 3, 0, { family: "files", level: "warning", id: "w" }),
    makeAdvice(head, 30, 1, { remedy: steps }),
    ...[5, 4, 3].map((saves) => makeAdvice(head, saves, 0, { id: String(saves) })),
    makeAdvice(head, 20, 0, { remedy: impossible, id: "i" }),
  ];
}

/** Reports that have something to say in every place. */
function full(): Report[] {
  const weight = { files: 1, disk: 3 * MIB, compressed: MIB };
  const base = makeSide([makeLayer("flask", 1), makeLayer("gone", 3)]);
  const head = makeSide(
    [
      makeLayer("flask", 1, { requiredBy: ["torch"], largestFiles: [{ path: "flask/app.py", weight }] }),
      makeLayer("torch", 40, { why: ["requirements.txt:3", "flask"] }),
    ],
    { overlaps: [{ owner: "torch", others: ["flask"], files: 1, examples: ["LICENSE"] }] },
  );
  const finding = { status: "fail", message: "Too much.", value: 1, limit: 1 } as const;
  const rest: Partial<Report> = {
    configChanges: ["slugdiff.toml changes limit."],
    notWeighed: [{ what: "a hook", why: "it runs" }],
    notes: ["a note"],
    unpinned: {
      requirements: [{ name: "flask", version: "1.0", place: "requirements.txt:1", retained: weight }],
      steps: [{ kind: "diff", file: "requirements.txt", lines: ["-flask", "+flask==1.0"], note: null }],
    },
    outside: {
      since: "2026-11-20T00:00:00Z",
      delta: weight,
      layers: [{ kind: "distribution", name: "flask", fromVersion: "0.9", toVersion: "1.0", delta: weight }],
    },
    verdict: {
      status: "fail",
      findings: [
        { rule: "limit", ...finding },
        { rule: "max-increase", ...finding },
      ],
    },
    override: { label: "l", state: "void", by: "octocat", message: "It is void.", lifts: [] },
  };
  const unknown = { rule: "weighed", status: "indeterminate", message: "No.", value: null, limit: null } as const;
  const unweighed: Partial<Report> = { ...rest, verdict: { status: "indeterminate", findings: [unknown] } };
  const diff = makeDiff(base, head);
  const [update] = diff.updates;
  if (diff.state !== "known" || update === undefined) throw new Error("it is known");
  const shared = { ...update, change: null, fromVersion: null, toVersion: null };
  diff.updates = [
    { ...update, kind: "requirement", names: ["a"], change: "changed", fromVersion: "1", toVersion: "2" },
    { ...shared, kind: "shared", names: ["a", "b"] },
  ];
  const point = { sha: "1", date: "2026-11-01T00:00:00Z", total: weight };
  const change = { kind: "distribution", name: "torch", fromVersion: "1", toVersion: "2", delta: weight } as const;
  const history = [
    ...["one", "two"].map((subject) => ({ ...point, subject, changes: [] })),
    { ...point, subject: "three", changes: [change] },
  ];
  return [
    makeReport(base, head, { ...rest, diff, advice: advice(head), history }),
    makeReport(base, makeProblem(), unweighed),
    makeReport(makeProblem(), head, rest),
  ];
}

/** The report with a text in the place of each of its strings in turn, as far as the schema lets it. */
function* withText(report: Report, text: string): Generator<Report> {
  const json = JSON.stringify(report);
  const strings = json.match(/"(?:[^"\\]|\\.)*"(?!:)/g) ?? [];
  for (const at of strings.keys()) {
    let seen = 0;
    const changed: unknown = JSON.parse(json, (_key, value: unknown) =>
      typeof value === "string" && seen++ === at ? text : value,
    );
    const parsed = REPORT_SCHEMA.safeParse(changed);
    if (parsed.success) yield parsed.data;
  }
}

/** What is no code, where nothing is read into anything. */
function outsideCode(markdown: string): string {
  return markdown.replace(/^(> )?(`{3,})[^`\n]*\n(?:.*\n)*?\1?\2$/gm, "").replace(/(`+)(?:(?!\1)[^\n])+?\1(?!`)/g, "");
}

test.each(HOSTILE.map((text) => [text.slice(0, 40), text]))("%j is text, wherever in a report it stands", (_, text) => {
  const other = makeReport(makeSide([makeLayer("flask", 1)]), makeSide([makeLayer("flask", 2)]), { app: "other" });
  let count = 0;
  for (const report of full().flatMap((each) => [...withText(each, text)])) {
    count++;
    for (const markdown of [renderGathered([report]), renderGathered([report, other]), renderSummary([report])]) {
      const bare = outsideCode(markdown);
      expect(bare.match(/<(?!\/?(?:details|summary|code|b)>|details open>)/g)).toBeNull();
      expect(bare.match(/<details(?: open)?>/g)?.length).toBe(bare.match(/<\/details>/g)?.length);
      expect(bare).not.toMatch(/@acme|\]\(|:\/\/|www\.|(?<!&)#12|GH-12|^# |^- \[|\*\*b\*\*|~~c|:tada:/m);
      expect(markdown).not.toMatch(/\u202e|(?!\n)\p{Cc}/u);
      expect(markdown.match(/^#+ /gm)).toHaveLength(1);
      expect(tablesIn(markdown).filter((table) => new Set(table.map((row) => row.length)).size > 1)).toEqual([]);
    }
    expect(titleOf([report])).not.toMatch(/\u202e|\p{Cc}/u);
  }
  expect(count).toBeGreaterThan(100);
});
