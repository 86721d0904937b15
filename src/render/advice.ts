import { mib } from "../model/format.js";
import type { Advice, Report, Saving, Step } from "../model/report.js";
import { box, fold, markdownTable } from "./blocks.js";
import { code, fenced, sentences } from "./escape.js";
import { deltaText, figuresOf, size, WHOLE } from "./figures.js";
import { styled, wrapped, type TextOptions } from "./layout.js";
import { roundOne, scaleFor, shown } from "./rounding.js";
import { own, sentences as said, type Table } from "./span.js";
import { visible, visibleLine } from "./visible.js";

/** Pieces of advice that stand with all they have to say where there is not the space for all. */
export const BEST = 3;
/** Lines to paste that are shown of one step; of more than that none, as half of a change is none. */
const PASTED = 40;
/** Characters of such a line. */
const LONGEST = 400;

/** How much of the advice a text shows. */
export interface AdviceRoom {
  /** Pieces with their lines; of infinitely many also those that can't be followed. */
  readonly tips: number;
  /** Rows of the table of the rest. */
  readonly rows: number;
}

/** Advice in Markdown: the best with all they have to say, the rest as a table behind a fold. */
export function adviceSections(report: Report, { tips, rows }: AdviceRoom): string[] {
  const { best, rest } = split(report.advice, tips);
  const isWhole = tips === Infinity;
  const table = restTable(rest, rows);
  return [
    ...best.map((advice) => tip(report, advice, isWhole)),
    ...(table === null
      ? []
      : [fold(`${best.length === 0 ? "Advice" : "More advice"}: ${counted(rest.length)}`, table)]),
  ];
}

/** What can be followed comes first, and only that is worth a box where there is not the space for all. */
function split(advice: readonly Advice[], tips: number): { best: readonly Advice[]; rest: readonly Advice[] } {
  const best = advice.filter(({ remedy }) => remedy.possible || tips === Infinity).slice(0, tips);
  return { best, rest: advice.filter((each) => !best.includes(each)) };
}

function tip(report: Report, advice: Advice, isWhole: boolean): string {
  const { level, sources, remedy } = advice;
  const from = isWhole && sources.length > 0 ? `Source: ${sources.map((source) => code(source)).join(", ")}` : null;
  const paragraphs = [
    ...claims(report, advice),
    remedy.possible ? null : `${sentences(capital(remedy.because))}.`,
    ...remedy.steps.map((step) => stepBlock(step, isWhole)),
    from,
  ].filter((part) => part !== null);
  return box(level === "warning" ? "WARNING" : "TIP", paragraphs.join("\n\n").split("\n"));
}

/** What is to be done, what that saves and why, as paragraphs of Markdown. */
function claims(report: Report, { level, title, detail, saving }: Advice): string[] {
  if (level === "warning") return [`**${sentences(title)}.** ${sentences(detail)}`];
  return [`**${sentences(title)}: ${effectOf(report, saving)}.** ${sentences(detail)}`, beforeAndAfter(saving)];
}

/**
 * Advice as a comment on lines of a pull request that it would change, with a button at GitHub that commits the change. Null if
 * not every character of these lines would be shown.
 * @param lines what is to stand there instead
 */
export function suggestionText(report: Report, advice: Advice, lines: readonly string[]): string | null {
  if (lines.some((line) => visibleLine(line, LONGEST) !== line)) return null;
  const { steps } = advice.remedy;
  return [
    ...claims(report, advice),
    fenced(lines, "suggestion"),
    ...steps.map((step) => (step.kind === "command" ? stepBlock(step, false) : step.note && sentences(step.note))),
  ]
    .filter((part) => part !== null)
    .join("\n\n");
}

/** A step in Markdown. @param isWhole whether there is the space for all of it */
export function stepBlock({ kind, file, lines, note }: Step, isWhole: boolean): string {
  const remark = note === null ? [] : [sentences(note)];
  if (lines.length > PASTED && !isWhole) {
    return [`${leadOf(kind, file, code)}: ${counted(lines.length)} lines, which are in the report.`, ...remark].join(
      "\n\n",
    );
  }
  const language = { diff: "diff", text: "", command: "sh" }[kind];
  return [`${leadOf(kind, file, code)}:\n${fenced(lines, language, LONGEST)}`, ...remark].join("\n\n");
}

/** What to do with a step's lines. */
export function leadOf(kind: Step["kind"], file: string | null, show: (path: string) => string): string {
  if (kind === "command") return "Run";
  if (file === null) return "To paste";
  return `${kind === "diff" ? "In" : "Add to"} ${show(file)}`;
}

function restTable(advice: readonly Advice[], most: number): string | null {
  if (advice.length === 0) return null;
  const some = advice.length === most + 1 && most > 0 ? advice : advice.slice(0, most);
  const table: Table = {
    columns: [
      { heading: [own("advice")], figures: false },
      { heading: [own("saving")], figures: true },
      { heading: [own("basis")], figures: false },
    ],
    rows: [
      ...some.map((each) => {
        const why = each.remedy.possible ? [] : [own(": "), said(each.remedy.because)];
        return [[said(each.title), ...why], [own(savedText(each))], [own(basisText(each))]];
      }),
      ...(some.length < advice.length ? [[[own(`${counted(advice.length - some.length)} more`)], [], []]] : []),
    ],
  };
  return markdownTable(table);
}

/** Advice for a terminal, one piece below the other, the savings in a column; the best with all they have to say. */
export function adviceLines(report: Report, options: TextOptions): string[] {
  const { advice } = report;
  if (advice.length === 0) return [];
  const { best } = split(advice, BEST);
  const width = Math.max(...advice.map((each) => savedText(each).length));
  const indent = " ".repeat(width + 4);
  const set = (text: string): string[] =>
    wrapped(text, options.width - indent.length).map((line) => `${indent}${line}`);
  return [
    styled("Advice", "bold", options),
    ...advice.flatMap((each) => {
      const [first = "", ...others] = set(`${visible(each.title)}${remarkOf(report, each)}`);
      const lead = `  ${savedText(each).padStart(width)}  `;
      const head = [lead + first.slice(indent.length), ...others];
      return best.includes(each) ? [...head, ...moreLines(each, indent, set)] : head;
    }),
  ];
}

/** What stands after a title on a terminal, where the saving stands before it. */
function remarkOf(report: Report, advice: Advice): string {
  const { level, saving, remedy } = advice;
  if (!remedy.possible) return `: ${visible(remedy.because)}`;
  if (level === "warning") return "";
  const limit = limitNote(report, saving);
  return ` (${[basisText(advice), ...(limit === null ? [] : [limit])].join(", ")})`;
}

function moreLines(advice: Advice, indent: string, set: (text: string) => string[]): string[] {
  const { level, detail, saving, remedy } = advice;
  return [
    ...(level === "warning" ? [] : set(beforeAndAfter(saving))),
    ...(detail === "" ? [] : set(visible(detail, 1000))),
    ...remedy.steps.flatMap(({ kind, file, lines, note }) => [
      ...set(`${leadOf(kind, file, (path) => visible(path, 120))}:`),
      // Not wrapped: they are there to be copied.
      ...lines.map((line) => `${indent}  ${visibleLine(line, LONGEST)}`),
      ...(note === null ? [] : set(visible(note))),
    ]),
  ];
}

/** `−291.5 MiB (measured), back under the limit` */
export function effectOf(report: Report, saving: Saving): string {
  const limit = limitNote(report, saving);
  const basis = saving.basis === "measured" ? "measured" : `predicted, ± ${mib(saving.error)}`;
  return `${deltaOf(saving)} (${basis})${limit === null ? "" : `, ${limit}`}`;
}

function savedText({ level, saving }: Advice): string {
  return level === "warning" ? "warning" : deltaOf(saving);
}

function basisText({ level, saving }: Advice): string {
  if (level === "warning") return "";
  return saving.basis === "measured" ? "measured" : `predicted, ± ${mib(saving.error)}`;
}

/** `−291.5 MiB`: what it does to the slug. */
function deltaOf({ weight }: Saving): string {
  return deltaText(-weight.compressed, scaleFor(weight.compressed, []));
}

/** `1,046.3 MiB → 754.8 MiB`, such that the one is the other and the saving, each as it is shown. */
export function beforeAndAfter({ basis, weight, before }: Saving): string {
  const after = roundOne(before.compressed, WHOLE) - roundOne(weight.compressed, WHOLE);
  return `Compressed slug: ${size(before.compressed)} → ${basis === "predicted" ? "about " : ""}${shown(after, WHOLE)}`;
}

/** Whether advice is what brings a slug back under its limit; null if it is under it, or stays over it. */
function limitNote(report: Report, { before, after, error }: Saving): string | null {
  const { limit, allowance, atLeast } = figuresOf(report);
  if (limit === null || before.compressed + allowance <= limit) return null;
  const left = limit - after.compressed - allowance;
  if (left < 0) return null;
  const isSure = !atLeast && left >= error + (report.head.total?.error ?? 0);
  return isSure ? "back under the limit" : "maybe back under the limit";
}

export function capital(clause: string): string {
  return clause.charAt(0).toUpperCase() + clause.slice(1);
}

function counted(count: number): string {
  return count.toLocaleString("en-US");
}
