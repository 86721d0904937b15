import type { TomlValue } from "smol-toml";
import { isTable } from "../../model/toml.js";

/** The value at a path of keys; undefined if there is none. */
export function at(value: TomlValue | null, ...path: readonly string[]): TomlValue | undefined {
  let found: TomlValue | undefined = value ?? undefined;
  for (const key of path) found = isTable(found) ? found[key] : undefined;
  return found;
}

/** Dotted name of the table that a line opens, quotes removed; null if it opens none. */
export function headerOf(line: string): string | null {
  const [, name] = /^\s*\[\[?([^[\]]+)\]\]?\s*(?:#.*)?$/.exec(line) ?? [];
  if (name === undefined) return null;
  return name
    .split(".")
    .map((part) => part.trim().replace(/^["']|["']$/g, ""))
    .join(".");
}

/** Dotted name of the table that a line (from 0) is in. */
export function tableOf(lines: readonly string[], line: number): string {
  for (let at = Math.min(line, lines.length - 1); at >= 0; at--) {
    const header = headerOf(lines[at] ?? "");
    if (header !== null) return header;
  }
  return "";
}

/** Index of the line that opens `[table]`; -1 if none does. */
export function openingOf(lines: readonly string[], table: string): number {
  return lines.findIndex((line) => headerOf(line) === table && !line.trim().startsWith("[["));
}

/** Index of the line of a table that assigns a key; -1 if none does. */
export function rowOf(lines: readonly string[], table: string, key: RegExp): number {
  return lines.findIndex((line, at) => key.test(line) && tableOf(lines, at) === table);
}

/** Index of the line after the last of the table that a line opens: blank lines and comments before the next are not its. */
export function closingOf(lines: readonly string[], opening: number): number {
  let end = opening + 1;
  while (end < lines.length && headerOf(lines[end] ?? "") === null) end++;
  while (end > opening + 1 && /^\s*(?:#.*)?$/.test(lines[end - 1] ?? "")) end--;
  return end;
}

/** Rows into a table: after its last, or in a table of their own at the end of the file. */
export function withRows(text: string, table: string, rows: readonly string[]): string {
  if (rows.length === 0) return text;
  const lines = text.split("\n");
  const opening = openingOf(lines, table);
  if (opening === -1) return withTable(text, [`[${table}]`, ...rows]);
  const end = closingOf(lines, opening);
  return [...lines.slice(0, end), ...rows, ...lines.slice(end)].join("\n");
}

/** A table at the end of a file. */
export function withTable(text: string, rows: readonly string[]): string {
  return `${text.trimEnd()}\n\n${rows.join("\n")}\n`;
}

/** A string of one line, where it stands. */
export interface Token {
  readonly start: number;
  readonly end: number;
  /** With its quotes, as written. */
  readonly text: string;
}

/** The strings of a line; where its comment begins. */
export function tokensOf(line: string): { readonly tokens: readonly Token[]; readonly comment: number } {
  const tokens: Token[] = [];
  for (const match of line.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#/g)) {
    const [text] = match;
    if (text === "#") return { tokens, comment: match.index };
    tokens.push({ start: match.index, end: match.index + text.length, text });
  }
  return { tokens, comment: line.length };
}

/** `"…"`, as TOML writes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
