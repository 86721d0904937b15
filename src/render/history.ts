import type { AppHistory, HistoryRow } from "../history/rows.js";
import { signedMib } from "../model/format.js";
import type { Report } from "../model/report.js";
import { markdown, markdownTable } from "./blocks.js";
import { size } from "./figures.js";
import { plain, styled, tableLines, wrapped, type TextOptions } from "./layout.js";
import { code, joined, own, prose, strong, version, type Spans, type Table } from "./span.js";
import { sparkline } from "./sparkline.js";
import { labelOf } from "./tables.js";

/** Fewer points are no trend. */
const LEAST_POINTS = 3;

/** Layers that a row names for its step. */
const MOST_NAMED = 3;

/** The trend in one line; null where there are too few points for one. Nothing in it is from outside. */
export function trendOf({ history }: Pick<Report, "history">): string | null {
  if (history.length < LEAST_POINTS) return null;
  return `Default branch, last ${String(history.length)} weighed commits: ${trend(history.map(({ total }) => total.compressed))}`;
}

/** `742.1 MiB → 747.8 MiB ▁▂▂▅▅▆` */
function trend(sizes: readonly number[]): string {
  return `${size(sizes[0] ?? 0)} → ${size(sizes.at(-1) ?? 0)} ${sparkline(sizes)}`;
}

/** A report's history as rows, newest first; null if it has none. */
export function historyTableOf({ history }: Pick<Report, "history">): Table | null {
  const rows = history.map((point, at): HistoryRow => {
    const before = history[at - 1];
    const step = before === undefined ? null : point.total.compressed - before.total.compressed;
    return { ...point, state: "weighed", step, comparable: true };
  });
  return rows.length === 0 ? null : historyTable(rows);
}

/** A row for each commit, the newest first. */
function historyTable(rows: readonly HistoryRow[]): Table {
  const headings = ["commit", "date", "", "compressed", "step", "what made the step"];
  return {
    columns: headings.map((heading) => ({
      heading: heading === "" ? [] : [own(heading)],
      figures: heading === "compressed" || heading === "step",
    })),
    rows: rows
      .toReversed()
      .map((row) => [
        [code(row.sha.slice(0, 7))],
        [own(row.date.slice(0, 10))],
        [prose(Array.from(row.subject).slice(0, 72).join(""))],
        ...figuresOf(row),
      ]),
  };
}

function figuresOf(row: HistoryRow): readonly [compressed: Spans, step: Spans, by: Spans] {
  switch (row.state) {
    case "absent":
      return [[own("no app")], [], []];
    case "unweighable":
      return [[own("not weighed")], [], [prose(row.problem)]];
    case "weighed":
      return [[own(size(row.total.compressed))], row.step === null ? [] : [own(stepText(row.step))], madeBy(row)];
  }
}

function stepText(bytes: number): string {
  return bytes === 0 ? "0 MiB" : signedMib(bytes);
}

function madeBy({ changes, comparable }: Extract<HistoryRow, { state: "weighed" }>): Spans {
  if (!comparable) return [own("weighed otherwise than before: no step is told")];
  const named = changes.slice(0, MOST_NAMED).map((change): Spans => {
    const { fromVersion: from, toVersion: to, delta } = change;
    const versions = [from, to].filter((each) => each !== null);
    const shown = joined(
      [...new Set(versions)].map((each) => [version(each)]),
      " → ",
    );
    return [
      ...labelOf(change),
      ...(shown.length === 0 ? [] : [own(" "), ...shown]),
      own(` ${stepText(delta.compressed)}`),
    ];
  });
  const more = changes.length - named.length;
  return [...joined(named, ", "), ...(more > 0 ? [own(` and ${String(more)} more`)] : [])];
}

/** What stands above the rows: the app and its trend. */
function lead({ app, rows }: AppHistory): Spans {
  const sizes = rows.flatMap((row) => (row.state === "weighed" ? [row.total.compressed] : []));
  const commits = `${String(sizes.length)} weighed ${sizes.length === 1 ? "commit" : "commits"}`;
  return [
    ...(app === "." ? [strong("Slug")] : [strong("Slug of "), code(app)]),
    own(`, ${commits}${sizes.length === 0 ? "" : `: ${trend(sizes)}`}`),
  ];
}

/** What each row is resolved as of. */
const RESOLVED_AS_OF = "Each commit is resolved as of its own date, unless a cut-off is set.";

/** The answer to `slugdiff history` for a terminal; ends with a line break. */
export function renderHistoryText(history: AppHistory, options: TextOptions): string {
  const lines = [
    ...wrapped(plain(lead(history)), options.width).map((line) => styled(line, "bold", options)),
    "",
    ...tableLines(historyTable(history.rows), options),
    "",
    ...wrapped(RESOLVED_AS_OF, options.width).map((line) => styled(line, "dim", options)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The same as Markdown. */
export function renderHistoryMarkdown(history: AppHistory): string {
  const parts = [markdown(lead(history)), markdownTable(historyTable(history.rows)), RESOLVED_AS_OF];
  return `${parts.filter((part) => part !== null).join("\n\n")}\n`;
}
