import type { Advice, Report } from "../model/report.js";
import { beforeAndAfter, capital, effectOf, leadOf } from "../render/advice.js";
import { visible } from "../render/visible.js";
import { countOf, h, lines, outside, sentence, type Content } from "./dom.js";

/** All advice, each with its effect, and behind that why and what to do; null if there is none. */
export function adviceView(report: Report): HTMLElement | null {
  const { advice } = report;
  if (advice.length === 0) return null;
  return h(
    "section",
    { class: "advice", "aria-labelledby": "advice" },
    h("h2", { id: "advice" }, "What might be smaller"),
    ...advice.map((each) =>
      h("details", { class: each.level }, h("summary", {}, ...leadSpans(report, each)), ...bodyOf(each)),
    ),
    advice.length > 1
      ? h(
          "p",
          { class: "note" },
          `${countOf(advice.length, "piece", "pieces")} of advice. Savings overlap: they have no sum.`,
        )
      : null,
  );
}

/** The advice about one subject, in a line each. */
export function adviceAbout(report: Report, isAbout: (advice: Advice) => boolean): HTMLElement | null {
  const about = report.advice.filter(isAbout);
  if (about.length === 0) return null;
  return h("ul", {}, ...about.map((each) => h("li", {}, ...leadSpans(report, each), ...bodyOf(each))));
}

function leadSpans(report: Report, { level, title, saving, remedy }: Advice): Content[] {
  const effect = level === "warning" ? "warning" : effectOf(report, saving);
  return [
    h("span", { class: "title" }, ...sentence(title)),
    h("span", { class: remedy.possible ? "effect" : "effect impossible" }, effect),
  ];
}

function bodyOf({ level, detail, sources, saving, remedy }: Advice): Content[] {
  return [
    detail === "" ? null : h("p", {}, ...sentence(detail)),
    level === "warning" ? null : h("p", {}, beforeAndAfter(saving)),
    remedy.possible ? null : h("p", {}, ...sentence(`${capital(remedy.because)}.`)),
    ...remedy.steps.flatMap(({ kind, file, lines: texts, note }) => [
      h("p", { class: "lead" }, `${leadOf(kind, file, (path) => visible(path, 120))}:`),
      lines(texts, { class: kind, tabindex: 0, "aria-label": "Lines to copy", role: "group" }),
      note === null ? null : h("p", {}, ...sentence(note)),
    ]),
    sources.length === 0
      ? null
      : h(
          "p",
          { class: "note" },
          "Source: ",
          ...sources.flatMap((source, at) => [at === 0 ? "" : ", ", outside(source)]),
        ),
  ];
}
