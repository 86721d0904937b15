import { limitMib, mib } from "../model/format.js";
import type { Report, WeighedSide } from "../model/report.js";
import { adviceSections, BEST } from "./advice.js";
import { box, bullets, fold, html, markdown, markdownTable, titled } from "./blocks.js";
import { code, fenced, plainName, plainVersion, prose } from "./escape.js";
import { figuresOf } from "./figures.js";
import { headlineOf, otherFindings, STEP_FAILED, type Headline } from "./headline.js";
import { historyTableOf, trendOf } from "./history.js";
import { outsideSentence } from "./outside.js";
import {
  appFilesTable,
  growthTable,
  labelOf,
  inWords,
  largestTable,
  revisionOf,
  summaryTable,
  thousands,
  updatesTable,
  type Signs,
} from "./tables.js";
import { unpinnedCount, unpinnedSection } from "./unpinned.js";

const SIGNS: Signs = { added: "🆕", removed: "➖", up: "⬆", down: "⬇", other: "✏️" };
export const LIGHTS = { fail: "🔴", warn: "🟡", pass: "🟢", unchanged: "⚪" } as const;

/** How much of a report is shown: what a text can afford is found by trying, most first. */
export interface Room {
  /** Of a table. */
  readonly rows: number;
  /** Of a list. */
  readonly items: number;
  /** Of a tool's output. */
  readonly lines: number;
  /** Advice with the lines to paste. */
  readonly tips: number;
  /** What stands behind folds: what most readers don't open, nothing of it, or also what may differ from run to run. */
  readonly folds: "some" | "none" | "all";
}

/** The rooms of a comment. */
export const ROOMS: readonly Room[] = [
  { rows: 10, items: 20, lines: 12, tips: BEST, folds: "some" },
  { rows: 10, items: 20, lines: 12, tips: 1, folds: "some" },
  { rows: 5, items: 5, lines: 6, tips: 1, folds: "some" },
  { rows: 2, items: 2, lines: 3, tips: 0, folds: "some" },
  { rows: 0, items: 0, lines: 0, tips: 0, folds: "some" },
];

/** The first line of a report, without the mark of a heading. */
export function headingOf(report: Report): string {
  const headline = headlineOf(report);
  const subject = report.app === "." ? "Slug" : `Slug of ${code(report.app)}`;
  const base = headline.isAll && report.base.revision !== null ? ` (base${markdown(revisionOf(report.base))})` : "";
  return `${LIGHTS[headline.mood]} ${subject}${headlineText(headline)}${base}`;
}

/** What else a report has to say: figures, what grew, findings, and folds for the rest. Nothing if its heading is all. */
export function sectionsOf(report: Report, room: Room): string[] {
  const headline = headlineOf(report);
  if (headline.isAll && room.folds !== "all") return [];
  const { head } = report;
  const weighed = head.state === "weighed" && room.folds !== "none" ? head : null;
  const parts: (string | null)[] = [
    problem(report, "head", room),
    markdownTable(summaryTable(report, true)),
    room.folds === "none" ? null : trendOf(report),
    problem(report, "base", room),
    findings(report, headline),
    override(report),
    apart(report),
    rulesChange(report, room),
    titled("What changed", markdownTable(growthTable(report, room.rows, SIGNS))),
    titled("By update", markdownTable(updatesTable(report, room.rows, SIGNS))),
    ...(room.folds === "none" ? [] : adviceSections(report, { tips: room.tips, rows: room.items })),
    room.folds === "none" ? null : unpinnedSection(report, room.items),
    appFiles(report, room),
    weighed === null ? null : largest(weighed, room),
    weighed === null ? null : measured(report, weighed, room),
    ...(room.folds === "all" ? [historyFold(report), notes(report, room), configuration(report)] : []),
  ];
  return parts.filter((part) => part !== null);
}

function headlineText({ delta, says }: Headline): string {
  return delta === null ? `: ${says}` : ` ${delta}: ${says}`;
}

function problem(report: Report, which: "base" | "head", room: Room): string | null {
  const side = report[which];
  if (side.problem === null) return null;
  const { step, message, hint, details } = side.problem;
  const kind = which === "head" ? "CAUTION" : "WARNING";
  // The heading has said already what could not be done with the head.
  const lead =
    which === "head"
      ? `**${prose(message)}**`
      : `**The base${markdown(revisionOf(side))} could not be weighed, ${STEP_FAILED[step]}.** ${prose(message)}`;
  const shown = room.lines === 0 ? [] : details.slice(-room.lines);
  const output = shown.length === 0 ? null : fold("The last lines of the tool that failed", fenced(shown));
  return [box(kind, [lead, "", prose(hint)]), ...(output === null ? [] : [output])].join("\n\n");
}

function findings(report: Report, headline: Headline): string | null {
  const lines = otherFindings(report, headline)
    .slice(0, 8)
    .map(({ status, message }) => `- ${status === "warn" ? LIGHTS.warn : LIGHTS.fail} ${prose(message)}`);
  return lines.length === 0 ? null : lines.join("\n");
}

function override({ override: found }: Report): string | null {
  return found === null ? null : `🏷️ ${prose(found.message)}`;
}

function apart(report: Report): string | null {
  const sentence = outsideSentence(report);
  return sentence === null ? null : markdown(sentence);
}

function rulesChange({ configChanges }: Report, room: Room): string | null {
  const lines = bullets(
    configChanges.map((change) => () => prose(change)),
    room.items,
  );
  return lines === null ? null : `**The rules**\n\n${lines}`;
}

function appFiles(report: Report, room: Room): string | null {
  const table = markdownTable(appFilesTable(report, room.rows, SIGNS));
  if (table === null || report.diff.state === "unknown") return null;
  const count = report.diff.files.length + report.diff.filesFolded.count;
  return fold(`The app's own files that changed: ${count.toLocaleString("en-US")}`, table);
}

/** Where all is shown it stands open, with each layer's share. */
function largest(head: WeighedSide, room: Room): string {
  if (room.folds === "all") {
    const count = `${thousands(head.layers.length)} ${head.layers.length === 1 ? "layer" : "layers"}`;
    const all = largestTable(head, room.rows, { shares: true });
    return fold(`What is in the slug: ${count}`, markdownTable(all) ?? "", "open");
  }
  const table = largestTable(head, room.rows);
  return fold(
    `Largest in the slug: ${html(inWords(table, 3))}${table.rows.length > 3 ? " …" : ""}`,
    markdownTable(table) ?? "",
  );
}

function measured(report: Report, head: WeighedSide, room: Room): string {
  const { base, config, platform, notWeighed } = report;
  const before =
    base.state === "weighed" && base.python !== head.python ? ` (the base: ${plainVersion(base.python)})` : "";
  // The moment of the run differs from run to run; one that is set does not.
  const moment = typeof config.cutoff === "string" ? code(config.cutoff) : "one and the same moment";
  const how =
    `Resolved as of ${moment} for CPython ${plainVersion(head.python)}${before} on ${platform} (x86-64), installed ` +
    `by ${head.packageManager}, compiled, and compressed as one gzip'd tar. MiB are 1,048,576 bytes, as Heroku's M. ` +
    `Retained: what would leave the slug together with it.`;
  const unpinned = unpinnedCount(report);
  const list = [
    ...(unpinned === null ? [] : [() => `not pinned, so that a deploy may get other versions: ${unpinned}`]),
    ...head.layers
      .filter(({ measure }) => measure === "estimated")
      .map((layer) => () => `estimated: ${markdown(labelOf(layer))} (± ${mib(layer.error)})`),
    ...head.layers
      .filter(({ measure }) => measure === "built")
      .map((layer) => () => `built here from source: ${markdown(labelOf(layer))}`),
    ...head.overlaps.map(
      ({ owner, others, files }) =>
        () =>
          `installed twice, counted once: ${files.toLocaleString("en-US")} ${files === 1 ? "file" : "files"} of ${plainName(owner)}, also in ` +
          others.slice(0, 3).map(plainName).join(", "),
    ),
    ...notWeighed.map(
      ({ what, why }) =>
        () =>
          `not weighed: ${prose(what)} (${prose(why)})`,
    ),
  ];
  const parts = [how, bullets(list, room.items), notWeighed.length === 0 ? null : allowanceNote(report)];
  return fold(
    notWeighed.length > 0 ? "How this was measured, and what was not" : "How this was measured",
    parts.filter((part) => part !== null).join("\n\n"),
  );
}

function allowanceNote(report: Report): string {
  const { allowance } = figuresOf(report);
  return allowance === 0
    ? "What was not weighed adds to these figures; `allowance` sets an amount for it."
    : `An allowance of ${limitMib(allowance)} stands for what was not weighed.`;
}

function historyFold(report: Report): string | null {
  const table = markdownTable(historyTableOf(report));
  return table === null ? null : fold("What it weighed at the last commits of the default branch", table);
}

function notes(report: Report, room: Room): string | null {
  const list = bullets(
    report.notes.map((note) => () => prose(note)),
    room.items,
  );
  return list === null ? null : fold("Notes", list);
}

function configuration({ config, cutoff }: Report): string {
  const settings = new Map([...Object.entries(config), ["cutoff", cutoff]]);
  const lines = [...settings].map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(", ") : value;
    return `- ${prose(key)}: ${text === null ? "none" : code(text)}`;
  });
  return fold("Configuration in force", lines.join("\n"));
}
