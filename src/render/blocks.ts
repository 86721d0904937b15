import { code, plainName, plainVersion, prose, sentences } from "./escape.js";
import type { Spans, Table } from "./span.js";

/** A box that catches the eye. @param lines Markdown */
export function box(kind: "CAUTION" | "WARNING" | "TIP", lines: readonly string[]): string {
  return [`[!${kind}]`, ...lines].map((line) => (line === "" ? ">" : `> ${line}`)).join("\n");
}

/**
 * A list of which the end is folded into its last line; null if there is nothing to list.
 * @param items made into text only where there is room for them
 */
export function bullets(items: readonly (() => string)[], most: number): string | null {
  if (items.length === 0) return null;
  const shown = items.slice(0, most).map((item) => `- ${item()}`);
  const rest = items.length - shown.length;
  return [...shown, ...(rest > 0 ? [`- ${rest.toLocaleString("en-US")} more`] : [])].join("\n");
}

export function titled(title: string, body: string | null): string | null {
  return body === null ? null : `**${title}**\n\n${body}`;
}

/** @param summary text that is escaped already; in HTML */
export function fold(summary: string, body: string, state: "open" | "closed" = "closed"): string {
  return `<details${state === "open" ? " open" : ""}><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

export function markdownTable(table: Table | null): string | null {
  if (table === null) return null;
  const line = (cells: readonly Spans[]): string => `| ${cells.map((cell) => markdown(cell)).join(" | ")} |`;
  return [
    line(table.columns.map(({ heading }) => heading)),
    `|${table.columns.map(({ figures }) => (figures ? "--:" : "---")).join("|")}|`,
    ...table.rows.map((row) => line(row)),
  ].join("\n");
}

/** The pieces as Markdown, those from outside escaped. */
export function markdown(pieces: Spans): string {
  return pieces
    .map(({ as, text }) => {
      switch (as) {
        case "own":
          return text;
        case "strong":
          return `**${text}**`;
        case "name":
          return plainName(text);
        case "version":
          return plainVersion(text);
        case "code":
          return code(text);
        case "prose":
          return prose(text);
        case "sentences":
          return sentences(text);
      }
    })
    .join("");
}

/** The pieces in HTML, where no Markdown is read, but entities are: of the ways to escape only that of sentences works. */
export function html(pieces: Spans): string {
  return pieces.map(({ as, text }) => (as === "own" || as === "strong" ? text : prose(text))).join("");
}
