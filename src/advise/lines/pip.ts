import type { ManifestChange } from "../../model/advice.js";
import { type Edited, impossible, UNCLEAR, type Unclear } from "./edited.js";
import { type NamedAt, placesOf, type Replaced } from "./places.js";
import { spellings } from "../../model/requirement.js";

/** Requirements files, also nested ones, as pip reads them. */
export function linesForPip(
  change: ManifestChange,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Edited | Unclear {
  if (change.exclude.length > 0) return impossible("pip", "it installs whatever a distribution requires");
  const placed = placesOf(change, direct);
  if (placed === null) return UNCLEAR;
  const edited = new Map<string, string>();
  const textOf = (file: string): string | undefined => edited.get(file) ?? texts.get(file);
  const known = [...texts.values()].join("\n");
  const indexes = change.indexes.filter((url) => !known.includes(url)).map((url) => `--extra-index-url ${url}`);

  const main = direct.at(-1)?.location.file ?? "requirements.txt";
  const target = placed.replaced.find(({ comes }) => comes.length > 0)?.file ?? main;
  for (const each of placed.replaced) {
    const text = textOf(each.file);
    const lines = text === undefined ? null : withReplaced(text.split("\n"), each);
    if (lines === null) return UNCLEAR;
    edited.set(each.file, lines.join("\n"));
  }
  const insert = (file: string, at: (lines: readonly string[]) => number, rows: readonly string[]): boolean => {
    const lines = textOf(file)?.split("\n");
    if (lines === undefined) return false;
    const line = at(lines);
    edited.set(file, [...lines.slice(0, line), ...rows, ...lines.slice(line)].join("\n"));
    return true;
  };
  if (placed.added.length > 0 && !insert(target, endOf, placed.added)) return UNCLEAR;
  if (indexes.length > 0) {
    // `--index-url` takes back the indexes that were named before it.
    const first = [...texts.keys()].find((file) => afterIndexUrl(textOf(file)?.split("\n") ?? []) > 0);
    const isThere = insert(first ?? target, first === undefined ? firstRequirement : afterIndexUrl, indexes);
    if (!isThere) return UNCLEAR;
  }
  return { possible: true, texts: edited, notes: notesOn(edited, change), command: null };
}

/** The lines of a file in which other requirements stand in the place of one; null if it does not stand there. */
function withReplaced(lines: readonly string[], { name, line, comes }: Replaced): string[] | null {
  const start = line - 1;
  let end = start + 1;
  while (lines[end - 1]?.trimEnd().endsWith("\\") === true && end < lines.length) end++;
  const whole = lines
    .slice(start, end)
    .map((each) => each.trimEnd().replace(/\\$/, ""))
    .join(" ");
  const requirement = new RegExp(`^(\\s*)${spellings(name)}(?![\\w.-])(?:\\s*\\[[^\\]]*\\])?(.*)$`, "i").exec(whole);
  if (requirement === null) return null;
  const [, indent = "", rest = ""] = requirement;
  const [, code = rest, comment = ""] = /^(.*?)(\s+#.*)?$/.exec(rest) ?? [];
  // Options are its own: hashes above all. In an address only a `;` after a blank begins a marker.
  const plain = code.replace(/\s+--\w.*$/, "").trimEnd();
  const marker = (plain.trimStart().startsWith("@") ? /\s+;.*$/ : /\s*;.*$/).exec(plain)?.[0] ?? "";
  const after = comes.map((each, at) => `${indent}${each}${marker}${at === 0 ? comment : ""}`);
  // What pip-compile and uv write below a requirement says why that is there.
  while (comes.length === 0 && /^\s+#/.test(lines[end] ?? "")) end++;
  return [...lines.slice(0, start), ...after, ...lines.slice(end)];
}

/** Index of the line after the last that says where everything is taken from; 0 if none does. */
function afterIndexUrl(lines: readonly string[]): number {
  return lines.findLastIndex((line) => /^\s*(?:-i\b|--index-url\b|--pypi-url\b)/.test(line)) + 1;
}

/** Index of the line after the last that is not blank. */
function endOf(lines: readonly string[]): number {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === "") end--;
  return end;
}

/** Index of the first line that is no comment. */
function firstRequirement(lines: readonly string[]): number {
  const found = lines.findIndex((line) => line.trim() !== "" && !line.trim().startsWith("#"));
  return found === -1 ? endOf(lines) : found;
}

function notesOn(edited: ReadonlyMap<string, string>, change: ManifestChange): Map<string, string> {
  const notes = new Map<string, string>();
  for (const [file, text] of edited) {
    const tool = /^#\s+((?:uv|python3? -m uv|pip-compile|poetry|pipenv|pdm)\b[^\n]*)$/m.exec(text.slice(0, 2000))?.[1];
    if (tool !== undefined) {
      notes.set(
        file,
        `The file is written by \`${tool.replaceAll("`", "")}\`: change what it is made from, then run that.`,
      );
    } else if (change.with.length > 0 && /\s--hash[= ]/.test(text)) {
      notes.set(
        file,
        "The file has hashes, and pip then refuses a requirement without one: write it anew with the tool that made it.",
      );
    }
  }
  return notes;
}
