import type { ManifestChange } from "../../model/advice.js";
import { type Edited, UNCLEAR, type Unclear } from "./edited.js";
import { namedIndexes } from "./indexes.js";
import { inProjectList } from "./project.js";
import type { NamedAt } from "./places.js";
import { normalName } from "../../model/name.js";
import { fromIndexes } from "../../model/requirement.js";
import { isTable, tables, tomlOf } from "../../model/toml.js";
import { at, quoted, rowOf, tokensOf, withRows, withTable } from "./toml.js";

const FILE = "pyproject.toml";

/** `[project]` and `[tool.uv]` of pyproject.toml. */
export function linesForUv(
  change: ManifestChange,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Edited | Unclear {
  const before = texts.get(FILE);
  if (before === undefined) return UNCLEAR;
  const required = inProjectList(before, change, direct);
  const excluding = required === null ? null : withExcluded(required, change.exclude);
  const after = excluding === null ? null : withIndexes(excluding, change);
  if (after === null || tomlOf(after) === null) return UNCLEAR;
  return { possible: true, texts: new Map([[FILE, after]]), notes: new Map(), command: "uv lock" };
}

/** Indexes that are asked only for what is told to come from them; null if it can't be told how they are. */
function withIndexes(text: string, { indexes, with: comes }: ManifestChange): string | null {
  if (indexes.length === 0) return text;
  const own = tomlOf(text);
  const named = namedIndexes(indexes, tables(at(own, "tool", "uv", "index")));
  const [first] = named;
  if (first === undefined) return text;
  let after = text;
  const rows: string[] = [];
  const sources = at(own, "tool", "uv", "sources");
  for (const name of fromIndexes(comes)) {
    const row = `${name} = { index = ${quoted(first.name)} }`;
    const key = isTable(sources)
      ? Object.keys(sources).find((each) => normalName(each) === normalName(name))
      : undefined;
    if (key === undefined) {
      rows.push(row);
      continue;
    }
    const lines = after.split("\n");
    const line = rowOf(lines, "tool.uv.sources", new RegExp(`^\\s*["']?${key.replaceAll(".", "\\.")}["']?\\s*=`));
    // A row that goes on over several lines is no TOML by itself.
    if (line === -1 || tomlOf(lines[line] ?? "") === null) return null;
    after = lines.with(line, row).join("\n");
  }
  after = withRows(after, "tool.uv.sources", rows);
  for (const { name, url, isNew } of named) {
    if (isNew) {
      const index = ["[[tool.uv.index]]", `name = ${quoted(name)}`, `url = ${quoted(url)}`, "explicit = true"];
      after = withTable(after, index);
    }
  }
  return after;
}

/** Null if it can't be told how what is left out already is written. */
function withExcluded(text: string, exclude: readonly string[]): string | null {
  const there = at(tomlOf(text), "tool", "uv", "exclude-dependencies");
  const names = exclude.filter((name) => !(Array.isArray(there) && there.includes(name)));
  if (names.length === 0) return text;
  const items = names.map(quoted).join(", ");
  if (there === undefined) return withRows(text, "tool.uv", [`exclude-dependencies = [${items}]`]);
  const lines = text.split("\n");
  const line = rowOf(lines, "tool.uv", /^\s*exclude-dependencies\s*=/);
  const row = lines[line];
  if (row === undefined || !Array.isArray(there)) return null;
  const code = row.slice(0, tokensOf(row).comment);
  const opening = code.indexOf("[");
  if (opening === -1) return null;
  const isOpen = tomlOf(row) === null;
  const separator = there.length === 0 && !isOpen ? "" : isOpen ? "," : ", ";
  return lines.with(line, `${row.slice(0, opening + 1)}${items}${separator}${row.slice(opening + 1)}`).join("\n");
}
