import { limitMib } from "../model/format.js";
import type { Report } from "../model/report.js";
import { figuresOf, size } from "../render/figures.js";
import { headlineOf, otherFindings, STEP_FAILED } from "../render/headline.js";
import { growthTable, revisionOf, summaryTable, updatesTable, type Signs } from "../render/tables.js";
import { adviceView } from "./advice.js";
import { code, h, lines, outside, spans, tableOf, type Content } from "./dom.js";

const SIGNS: Signs = { added: "+", removed: "−", up: "↑", down: "↓", other: "~" };
/** Rows of what changed; all of it is in the map and its table. */
const ROWS = 6;

const MOODS = {
  pass: ["✓", "Passes"],
  warn: ["!", "Warning"],
  fail: ["✕", "Fails"],
  indeterminate: ["?", "Can't tell"],
} as const;

/** What the verdict is called, in a word. */
export function moodOf({ verdict }: Report): string {
  return MOODS[verdict.status][1];
}

/** The verdict and its figures, what changed, and the advice. @param named makes what is shown of what caused a change */
export function headView(report: Report, named: (name: string) => HTMLElement): HTMLElement {
  const headline = headlineOf(report);
  const [sign] = MOODS[report.verdict.status];
  const subject: Content[] = report.app === "." ? ["Slug"] : ["Slug of ", code(report.app)];
  return h(
    "header",
    { class: `head ${report.verdict.status}` },
    sidesOf(report),
    h(
      "h1",
      {},
      h("span", { class: "verdict" }, h("span", { "aria-hidden": "true" }, sign), ` ${moodOf(report)}`),
      " ",
      ...subject,
      ...amounts(`${headline.delta === null ? "" : ` ${headline.delta}`}: ${headline.says}`),
    ),
    gauge(report),
    problem(report, "head"),
    summary(report),
    problem(report, "base"),
    ...remarks(report),
    h("div", { class: "columns" }, growth(report, named), adviceView(report)),
  );
}

/** A text whose amounts are not broken at the end of a line. */
function amounts(text: string): Content[] {
  return text
    .split(/((?:± )?[+−]?[\d.,]+ (?:[KMG]iB|B)\b)/)
    .map((piece, at) => (at % 2 === 0 ? piece : h("span", { class: "amount" }, piece)));
}

/** What is compared with what. */
function sidesOf({ base, head, platform }: Report): HTMLElement {
  const side = (name: string, of: Report["base"]): Content[] =>
    of.revision === null
      ? []
      : [
          h(
            "span",
            { class: "side" },
            `${name} `,
            code(of.revision.ref, 80),
            of.revision.sha === null ? null : h("span", {}, ...spans(revisionOf(of))),
          ),
        ];
  const compared = base.revision !== null && head.revision !== null;
  return h(
    "p",
    { class: "sides" },
    ...side("base", base),
    compared ? h("span", { "aria-hidden": "true" }, "→") : null,
    ...side(compared ? "head" : "revision", head),
    h("span", {}, platform),
    head.python === null ? null : h("span", {}, "Python ", outside(head.python, 40)),
  );
}

/** The slug against its limit, to scale. */
function gauge(report: Report): HTMLElement | null {
  const { limit, allowance, diff } = figuresOf(report);
  const { head } = report;
  if (head.state !== "weighed" || limit === null) return null;
  const bytes = head.total.compressed + allowance;
  const before = diff === null ? bytes : bytes - diff.total.compressed;
  const end = Math.max(bytes, before, limit) * 1.02;
  const place = (element: HTMLElement, from: number, to: number): HTMLElement => {
    element.style.left = `${((from / end) * 100).toFixed(3)}%`;
    element.style.width = `${(((to - from) / end) * 100).toFixed(3)}%`;
    return element;
  };
  return h(
    "div",
    { class: "gauge", role: "img", "aria-label": `${size(bytes)} of the limit of ${limitMib(limit)}` },
    place(h("span", { class: "fill" }), 0, Math.min(before, bytes)),
    place(
      h("span", { class: bytes >= before ? "increase" : "decrease" }),
      Math.min(before, bytes),
      Math.max(before, bytes),
    ),
    place(h("span", { class: "mark" }), limit, limit),
    h("span", { class: "text" }, `limit ${limitMib(limit)}`),
  );
}

function summary(report: Report): HTMLElement | null {
  const table = summaryTable(report, true);
  const title = "The slug and its limit";
  return table === null ? null : scrolling(tableOf(table, title), "summary", title);
}

/** What caused the change: by requirement where that says more than by distribution. */
function growth(report: Report, named: (name: string) => HTMLElement): HTMLElement | null {
  const byUpdate = updatesTable(report, ROWS, SIGNS);
  const table = byUpdate ?? growthTable(report, ROWS, SIGNS);
  if (table === null) return null;
  const title = byUpdate === null ? "What changed" : "What changed, by what caused it";
  const heading = h("h2", { id: "changed" }, title);
  return h("div", {}, heading, scrolling(tableOf(table, heading, named), "growth", title));
}

/** Wide tables scroll by themselves on a phone. */
function scrolling(table: HTMLTableElement, kind: string, title: string): HTMLElement {
  return h("div", { class: `scrolling ${kind}`, role: "region", tabindex: 0, "aria-label": title }, table);
}

function problem(report: Report, which: "base" | "head"): HTMLElement | null {
  const side = report[which];
  if (side.problem === null) return null;
  const { step, message, hint, details } = side.problem;
  return h(
    "section",
    { class: "problem", "aria-label": `The ${which} could not be weighed` },
    // The heading has said already what could not be done with the head.
    which === "head"
      ? h("p", {}, h("strong", {}, outside(message, 1000)))
      : h(
          "p",
          {},
          h("strong", {}, `The base could not be weighed, ${STEP_FAILED[step]}.`),
          " ",
          outside(message, 1000),
        ),
    h("p", {}, outside(hint, 1000)),
    details.length === 0
      ? null
      : lines(details, { tabindex: 0, role: "group", "aria-label": "The last lines of the tool that failed" }),
  );
}

/** Findings besides the headline, what a label approved, and rules that are not in force yet. */
function remarks(report: Report): Content[] {
  const texts = [
    ...otherFindings(report, headlineOf(report)).map(({ message }) => message),
    ...(report.override === null ? [] : [report.override.message]),
    ...report.configChanges,
  ];
  return texts.length === 0
    ? []
    : [h("ul", { class: "remarks" }, ...texts.map((text) => h("li", {}, outside(text, 1000))))];
}
