import type { Spans, Table } from "./span.js";
import { visible } from "./visible.js";

/** How text for a terminal is set. */
export interface TextOptions {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  /** Whether lines and bars may be drawn with characters made for that, or ASCII has to do. Default: ASCII. */
  readonly drawing?: boolean;
}

/** Marks for a terminal (ECMA-48, SGR); none of them moves the cursor. */
const STYLES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36" } as const;
export type Style = keyof typeof STYLES;

/** The text in a style, if colour is wanted. */
export function styled(text: string, style: Style, { color }: TextOptions): string {
  return color && text !== "" ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}

/** The pieces as they are read, with every character from outside visible. */
export function plain(spans: Spans): string {
  return spans.map(({ as, text }) => (as === "own" || as === "strong" ? text : visible(text, 120))).join("");
}

/**
 * A table as lines: columns are aligned, and those of words give way where the terminal is too narrow.
 * @param styles of columns, their headings aside; default: none
 */
export function tableLines(table: Table, options: TextOptions, styles: readonly (Style | null)[] = []): string[] {
  const header = table.columns.map(({ heading }) => plain(heading));
  const rows = table.rows.map((row) => row.map((cell) => plain(cell)));
  const hasHeader = header.some((text) => text !== "");
  const { widths, gap } = fit(
    table.columns.map((_, at) =>
      Math.max(...[hasHeader ? header : [], ...rows].map((row) => columnsOf(row[at] ?? ""))),
    ),
    table.columns.map(({ figures }) => figures),
    options.width,
  );
  const line = (cells: readonly string[], styleOf: (at: number) => Style | null): string =>
    cells
      .map((cell, at) => {
        const width = widths[at] ?? 0;
        const text = shortened(cell, width);
        const style = styleOf(at);
        const shown = style === null ? text : styled(text, style, options);
        const space = " ".repeat(Math.max(0, width - columnsOf(text)));
        return table.columns[at]?.figures === true ? space + shown : shown + space;
      })
      .join(gap)
      .trimEnd();
  const heading = line(header, () => null);
  return [
    ...(hasHeader ? [styled(heading, "dim", options)] : []),
    ...rows.map((row) => line(row, (at) => styles[at] ?? null)),
  ];
}

const GAP = "  ";
/** What a column of words is never made narrower than. */
const NARROWEST = 10;

function fit(
  wanted: readonly number[],
  figures: readonly boolean[],
  width: number,
): { readonly widths: readonly number[]; readonly gap: string } {
  const widths = [...wanted];
  let excess = widths.reduce((a, b) => a + b, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    // The widest column of words gives way first.
    let widest = -1;
    widths.forEach((own, at) => {
      if (figures[at] !== true && own > NARROWEST && own > (widths[widest] ?? 0)) widest = at;
    });
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  // Where all is as narrow as it can be, so is what is between.
  return { widths, gap: excess > 0 ? " " : GAP };
}

/** Words in lines of at most the given width; a word that is longer has a line of its own, and is cut. */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(shortened(indent + word, width));
  }
  return lines;
}

/** Characters that take two columns of a terminal. */
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Columns of a terminal that a text takes. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** The text in at most so many columns of a terminal. */
export function shortened(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let kept = "";
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
