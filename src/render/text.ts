import type { TreeBounds } from "../model/options.js";
import type { Report, WeighedSide } from "../model/report.js";
import { adviceLines } from "./advice.js";
import { contentsOf } from "./contents.js";
import { headlineOf, otherFindings, STEP_FAILED, type Headline } from "./headline.js";
import { trendOf } from "./history.js";
import { plain, styled, tableLines, wrapped, type Style, type TextOptions } from "./layout.js";
import { outsideSentence } from "./outside.js";
import type { Table } from "./span.js";
import { appFilesTable, growthTable, largestTable, summaryTable, updatesTable, type Signs } from "./tables.js";
import { membersOf, totalHeadline } from "./totals.js";
import { treeLines } from "./tree.js";
import { unpinnedItems } from "./unpinned.js";
import { visible, visibleLine } from "./visible.js";

const SIGNS: Signs = { added: "+", removed: "-", up: "↑", down: "↓", other: "~" };
const ROWS = 15;
const STYLES: Readonly<Record<Report["verdict"]["status"], Style>> = {
  pass: "green",
  warn: "yellow",
  fail: "red",
  indeterminate: "red",
};

/**
 * The report for a terminal; ends with a line break. No line is wider than the terminal, output of failed tools aside.
 * @param tree how much of the slug to show as a tree; null for a table of its largest layers
 */
export function renderText(report: Report, options: TextOptions, tree: TreeBounds | null = null): string {
  const headline = headlineOf(report);
  const { base, head } = report;
  const apart = outsideSentence(report);
  const sections: (readonly string[])[] = [
    heading(report, headline, options),
    problem("head", head, options),
    lines(null, summaryTable(report, false), options),
    trend(report, options),
    problem("base", base, options),
    lines("What changed", growthTable(report, ROWS, SIGNS), options),
    lines("By update", updatesTable(report, ROWS, SIGNS), options),
    lines("The app's own files", appFilesTable(report, ROWS, SIGNS), options),
    ...(head.state === "weighed" && !headline.isAll ? [contents(head, options, tree)] : []),
    adviceLines(report, options),
    list("Not pinned: a deploy may get other versions", unpinnedItems(report), options),
    apart === null ? [] : wrapped(plain(apart), options.width),
    list(
      "Findings",
      otherFindings(report, headline).map(({ status, message }) => `${status}: ${visible(message)}`),
      options,
    ),
    list("Override", report.override === null ? [] : [visible(report.override.message)], options),
    list(
      "The rules",
      report.configChanges.map((change) => visible(change)),
      options,
    ),
    list(
      "Not weighed",
      report.notWeighed.map(({ what, why }) => `${visible(what)}: ${visible(why)}`),
      options,
    ),
    list(
      "Notes",
      report.notes.map((note) => visible(note)),
      options,
    ),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n")}\n`;
}

/** Several reports one below the other, and a line with their total; one as `renderText` has it. */
export function renderTexts(reports: readonly Report[], options: TextOptions, tree: TreeBounds | null = null): string {
  const texts = reports.map((report) => renderText(report, options, tree));
  if (texts.length < 2) return texts.join("");
  const total = plain(totalHeadline(membersOf(reports)).text);
  const lines = wrapped(total, options.width).map((line) => styled(line, "bold", options));
  return [...texts, ["TOTAL", ...lines, ""].join("\n")].join("\n\n");
}

function heading({ app, verdict }: Report, { delta, says }: Headline, options: TextOptions): string[] {
  const subject = app === "." ? "Slug" : `Slug of ${visible(app, 80)}`;
  const text = `${subject}${delta === null ? "" : ` ${delta}`}: ${says}`;
  return [
    styled(verdict.status.toUpperCase(), STYLES[verdict.status], options),
    ...wrapped(text, options.width).map((line) => styled(line, "bold", options)),
  ];
}

function problem(which: "base" | "head", side: Report["base"], options: TextOptions): string[] {
  if (side.problem === null) return [];
  const { step, message, hint, details } = side.problem;
  const lead = which === "base" ? `The base could not be weighed, ${STEP_FAILED[step]}: ` : "";
  return [
    ...wrapped(`${lead}${visible(message)}`, options.width),
    ...wrapped(visible(hint), options.width),
    ...details.slice(-12).map((line) => styled(`  | ${visibleLine(line)}`, "dim", options)),
  ];
}

function contents(head: WeighedSide, options: TextOptions, tree: TreeBounds | null): string[] {
  if (tree === null) return lines("Largest in the slug", largestTable(head, ROWS), options);
  const title = "In the slug, each with what would leave together with it";
  return [
    ...wrapped(title, options.width).map((line) => styled(line, "bold", options)),
    ...treeLines(contentsOf(head), tree, options),
  ];
}

function trend(report: Report, options: TextOptions): string[] {
  const line = trendOf(report);
  return line === null ? [] : wrapped(line, options.width);
}

function lines(title: string | null, table: Table | null, options: TextOptions): string[] {
  if (table === null) return [];
  return [...(title === null ? [] : [styled(title, "bold", options)]), ...tableLines(table, options)];
}

function list(title: string, items: readonly string[], options: TextOptions): string[] {
  if (items.length === 0) return [];
  const entries = items.flatMap((item) =>
    wrapped(item, options.width - 4).map((line, at) => `${at === 0 ? "  - " : "    "}${line}`),
  );
  return [styled(title, "bold", options), ...entries];
}
