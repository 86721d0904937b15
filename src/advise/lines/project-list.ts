import type { Replaced } from "./places.js";
import { normalName } from "../../model/name.js";
import { type Token, tokensOf } from "./toml.js";

/** The line of an array of requirements with others in the place of one; null if that does not stand on it. */
export function replacedInList(text: string, { name, line, comes }: Replaced): string | null {
  const lines = text.split("\n");
  const row = lines[line - 1];
  const token = row === undefined ? null : tokenOf(row, name);
  if (row === undefined || token === null) return null;
  const quote = token.text[0] ?? '"';
  const marker = markerOf(token.text.slice(1, -1));
  const items = comes.map((each) => quote + each + marker + quote);
  const [before, after] = [row.slice(0, token.start), row.slice(token.end)];
  return [...lines.slice(0, line - 1), ...rewritten(before, items, after), ...lines.slice(line)].join("\n");
}

function rewritten(before: string, items: readonly string[], after: string): string[] {
  const [first, ...more] = items;
  if (first !== undefined) {
    if (!isAlone(before, after)) return [`${before}${items.join(", ")}${after}`];
    const rest = more.map((item) => `${before}${item},`);
    if (rest.length === 0) return [`${before}${first}${after}`];
    return [`${before}${first}${after.trimStart().startsWith(",") ? "" : ","}${after}`, ...rest];
  }
  if (isAlone(before, after)) return [];
  const following = after.replace(/^\s*,\s*/, "");
  if (following !== after) return [`${before}${following}`.trimEnd()];
  return [`${before.replace(/,\s*$/, "")}${after}`];
}

/**
 * Requirements behind the one that stands on a line (from 1) of an array; null if that does not stand on it.
 */
export function addedToList(text: string, name: string, line: number, comes: readonly string[]): string | null {
  const lines = text.split("\n");
  const row = lines[line - 1];
  const token = row === undefined ? null : tokenOf(row, name);
  if (row === undefined || token === null) return null;
  const quote = token.text[0] ?? '"';
  const items = comes.map((each) => quote + each + quote);
  const [before, own, after] = [row.slice(0, token.start), token.text, row.slice(token.end)];
  const rows = isAlone(before, after)
    ? [
        `${before}${own}${after.trimStart().startsWith(",") ? "" : ","}${after}`,
        ...items.map((item) => `${before}${item},`),
      ]
    : [`${before}${[own, ...items].join(", ")}${after}`];
  return [...lines.slice(0, line - 1), ...rows, ...lines.slice(line)].join("\n");
}

/** The string of a line that requires a name. */
function tokenOf(line: string, name: string): Token | null {
  const own = tokensOf(line).tokens.find(({ text }) => {
    const written = /^\s*([A-Za-z0-9][\w.-]*)/.exec(text.slice(1, -1))?.[1];
    return written !== undefined && normalName(written) === name;
  });
  return own ?? null;
}

/** Is there nothing on the line besides an item, its comma and a comment? */
function isAlone(before: string, after: string): boolean {
  return before.trim() === "" && /^\s*,?\s*(?:#.*)?$/.test(after);
}

/** `; …` of a requirement as written, with the blanks before it. In an address only a `;` after a blank begins it. */
function markerOf(requirement: string): string {
  return (requirement.includes("@") ? /\s+;.*$/ : /\s*;.*$/).exec(requirement)?.[0] ?? "";
}
