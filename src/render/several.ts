import type { Report } from "../model/report.js";
import { box, fold, html, markdown, markdownTable } from "./blocks.js";
import { code, prose } from "./escape.js";
import { headingOf, LIGHTS, sectionsOf, type Room } from "./sections.js";
import { own, type Spans } from "./span.js";
import { revisionOf } from "./tables.js";
import { appsTable, membersOf, totalHeadline, unchangedTable, type Member } from "./totals.js";

/** What is known besides the reports. */
export interface CommentContext {
  /** The base branch, and the commit that it is at by now, if that is not the one that was weighed; default: it is. */
  readonly baseOutdated?: { readonly branch: string; readonly tip: string } | null;
  /** Sentences about reports that are missing. */
  readonly problems?: readonly string[];
  /** Where there is more to see. They may differ from run to run: a comment that differs in nothing else is not sent again. */
  readonly links?: readonly Link[];
}

export interface Link {
  /** May come from outside. */
  readonly text: string;
  /** Ours, with nothing in it from outside that is not a number. */
  readonly url: string;
}

/** How long a text may be. */
export interface Space {
  readonly most: number;
  /** Length of a text in the unit of `most`. */
  readonly lengthOf: (text: string) => number;
  /** What of a report to try, most first. */
  readonly rooms: readonly Room[];
}

/** The least that is shown of one app among several: what is behind folds says little then. */
const LEAST: Room = { rows: 0, items: 0, lines: 0, tips: 0, folds: "none" };
/** Rows of the table of apps, most first. */
const ROWS = [500, 200, 100, 50, 20, 0];

/** One report as Markdown, as much of it as there is space for. Ends with a line break. */
export function single(report: Report, context: CommentContext, { most, lengthOf, rooms }: Space): string {
  let text = "";
  for (const room of rooms) {
    const sections = sectionsOf(report, room);
    const more = sections.length === 0 ? [] : linkLine(context);
    const parts = [`### ${headingOf(report)}`, ...warnings([report], context), ...sections, ...more];
    text = `${parts.join("\n\n")}\n`;
    if (lengthOf(text) <= most) break;
  }
  return text;
}

/**
 * Several reports as Markdown: a heading with the total, a row for each app, then a section for each of which there is
 * more to say, the worst first. Rows, and sections from the end, that there is no space for are folded whole; totals stay true.
 */
export function several(reports: readonly Report[], context: CommentContext, space: Space): string {
  const members = membersOf(reports);
  const headline = totalHeadline(members);
  const base = commonBase(reports);
  const said = headline.isAll && base.length > 0 ? ` (base${markdown(base)})` : "";
  const start = [
    `### ${LIGHTS[headline.mood]} ${markdown(headline.text)}${said}`,
    ...warnings(reports, context),
    ...(headline.isAll ? [] : [table(members, base, space)]),
  ];
  const end = [...unchanged(members, space), ...(headline.isAll ? [] : linkLine(context))];
  const frame = space.lengthOf([...start, ...end].join("\n\n")) + 2;
  return `${[...start, ...sections(members, space, space.most - frame), ...end].join("\n\n")}\n`;
}

/** The one commit that all were compared with; nothing if there are several, or none. */
function commonBase(reports: readonly Report[]): Spans {
  const found = new Map(reports.map(({ base }) => [base.revision?.sha ?? base.revision?.ref, revisionOf(base)]));
  const [only = []] = found.size === 1 ? found.values() : [];
  return only;
}

function warnings(reports: readonly Report[], { baseOutdated = null, problems = [] }: CommentContext): string[] {
  const missing = problems.slice(0, 10).map((problem) => prose(problem));
  return [
    ...(missing.length === 0 ? [] : [box("CAUTION", missing)]),
    ...(baseOutdated === null ? [] : [outdated(baseOutdated, commonBase(reports))]),
  ];
}

function linkLine({ links = [] }: CommentContext): string[] {
  return links.length === 0 ? [] : [links.map(({ text, url }) => `[${prose(text)}](${url})`).join(" · ")];
}

function outdated({ branch, tip }: NonNullable<CommentContext["baseOutdated"]>, base: Spans): string {
  const compared = base.length === 0 ? " an older commit" : markdown(base);
  return box("WARNING", [
    `${code(branch)} is at ${code(tip.slice(0, 7))} by now; this compares with${compared}. What was merged in between ` +
      `is on neither side: run the workflow again to compare with what this would be merged into.`,
  ]);
}

/** A third of the space at most: the sections say more. */
function table(members: readonly Member[], base: Spans, { most, lengthOf }: Space): string {
  const said = base.length === 0 ? [] : [own(" to"), ...base];
  const sign = ({ headline }: Member): string => `${LIGHTS[headline.mood]} `;
  return fitting(
    (rows) => markdownTable(appsTable(members, { most: rows, sign, base: said })) ?? "",
    most / 3,
    lengthOf,
  );
}

function unchanged(members: readonly Member[], { most, lengthOf }: Space): string[] {
  const count = members.filter(({ headline }) => headline.isAll).length;
  if (count === 0) return [];
  const text = fitting((rows) => markdownTable(unchangedTable(members, rows)) ?? "", most / 6, lengthOf);
  return [fold(`Unchanged: ${count.toLocaleString("en-US")} ${count === 1 ? "app" : "apps"}`, text)];
}

/** The text with as many rows as there is space for. */
function fitting(textOf: (rows: number) => string, most: number, lengthOf: Space["lengthOf"]): string {
  let text = "";
  for (const rows of ROWS) {
    text = textOf(rows);
    if (lengthOf(text) <= most) break;
  }
  return text;
}

/**
 * Each app gets the largest room that leaves the least one to those after it, and none a larger one than those before it;
 * where there is not even the least for all, the last ones have no section.
 */
function sections(members: readonly Member[], { lengthOf, rooms }: Space, most: number): string[] {
  // Where everything is to be shown, that is also what is the same on both sides.
  const isWhole = rooms.some(({ folds }) => folds === "all");
  const telling = members.filter(({ headline }) => isWhole || !headline.isAll);
  const least = telling.map((member) => section(member, LEAST));
  const lengths = least.map((text) => lengthOf(text) + 2);
  const folded = (count: number): string =>
    `${count.toLocaleString("en-US")} more ${count === 1 ? "app has" : "apps have"} no section here: there is no space for more.`;
  let left = most - lengthOf(folded(telling.length)) - 2;
  let shown = 0;
  for (const length of lengths) {
    if (length > left) break;
    left -= length;
    shown += 1;
  }
  // A room that was too large for one is not tried for the next: rendering takes time, too.
  let smallest = 0;
  const texts = telling.slice(0, shown).map((member, at) => {
    const short = least[at] ?? "";
    for (const room of rooms.slice(smallest)) {
      const text = section(member, room);
      const more = lengthOf(text) - lengthOf(short);
      if (more <= left) {
        left -= more;
        return text;
      }
      smallest += 1;
    }
    return short;
  });
  return shown === telling.length ? texts : [...texts, folded(telling.length - shown)];
}

/** What is red stands open. */
function section({ report, label, headline }: Member, room: Room): string {
  const { delta, says, mood } = headline;
  const summary = `${LIGHTS[mood]} <b>${html(label)}</b>${delta === null ? "" : ` ${delta}`}: ${says}`;
  const body = sectionsOf(report, room).join("\n\n");
  return fold(summary, body === "" ? "Nothing more is to be said." : body, mood === "fail" ? "open" : "closed");
}
