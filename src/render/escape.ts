import { codeSpans } from "./code-spans.js";
import { visible, visibleLine } from "./visible.js";

/** U+200B, zero-width space: breaks a mention or a reference where nothing else does, as those are found in the rendered text. */
const BREAK = "\u200b";

/**
 * A sentence from outside as Markdown that shows just these characters: no formatting, HTML, table cell, link,
 * mention, issue reference or formula comes of it. Works in HTML too, so in `<summary>`.
 */
export function prose(text: string): string {
  return escaped(visible(text));
}

/**
 * As `prose`, for sentences of advice: what stands between backticks becomes a code span that shows just these
 * characters. Not for HTML.
 */
export function sentences(text: string): string {
  return codeSpans(visible(text, 1000))
    .map((stretch) => (stretch.isCode ? code(stretch.text) : escaped(stretch.text)))
    .join("");
}

/** Visible text, escaped. */
function escaped(text: string): string {
  return (
    text
      // Entities are decoded before GitHub looks for these, so they are broken, not encoded.
      .replace(/@(?=\S)/g, `@${BREAK}`)
      .replace(/#(?=\w)/g, `#${BREAK}`)
      .replace(/\b(GH)-(?=\d)/gi, `$1${BREAK}-`)
      .replace(/:(?=\/\/|\w+:)/g, `:${BREAK}`)
      .replace(/\b(www)(?=\.)/gi, `$1${BREAK}`)
      .replace(/[&<>`*[\]\\|~$"]/g, entity)
      .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, entity)
      // At the start of a line these would make a heading, a list or a rule.
      .replace(/^(?:[-+#=]|\d+[.)](?=\s|$))/, (start) => start.replace(/[-+#=.)]/, entity))
  );
}

/** A path, a version or a command from outside, as a code span that shows just these characters, also in a table. */
export function code(text: string): string {
  const shown = visible(text, 120);
  if (shown === "") return "";
  // In a table the cells are split before code spans are found, and a backslash before the bar can't be had then.
  if (shown.includes("|")) return `<code>${prose(shown)}</code>`;
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** The name of a distribution: plain if it is an ordinary one, which nothing can be read into, else a code span. */
export function plainName(text: string): string {
  const ordinary = /^[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*$/.test(text) && text.length <= 80;
  // GitHub makes links of these.
  const reference = /^(?:[0-9a-f]{7,40}|gh-\d+)$/i.test(text);
  return ordinary && !reference ? text : code(text);
}

/** A version, plain if it is an ordinary one. */
export function plainVersion(text: string): string {
  return /^\d[0-9A-Za-z.+!]{0,39}$/.test(text) && !/^[0-9a-f]{7,}$/i.test(text) ? text : code(text);
}

/**
 * Lines of a program's output as a code block that none of them can end.
 * @param most characters of a line
 */
export function fenced(lines: readonly string[], language = "", most?: number): string {
  const shown = lines.map((line) => visibleLine(line, most));
  const longest = Math.max(2, ...shown.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

function entity(character: string): string {
  return `&#${String(character.codePointAt(0) ?? 0)};`;
}
