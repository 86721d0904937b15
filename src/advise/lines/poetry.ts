import type { ManifestChange } from "../../model/advice.js";
import { type Edited, impossible, UNCLEAR, type Unclear } from "./edited.js";
import { type NamedIndex, namedIndexes } from "./indexes.js";
import { inTable } from "./packages.js";
import type { NamedAt } from "./places.js";
import { inProjectList } from "./project.js";
import { normalName } from "../../model/name.js";
import { fromIndexes, requirementOf } from "../../model/requirement.js";
import { POETRY, rowFor } from "./table.js";
import { isTable, tables, tomlOf } from "../../model/toml.js";
import { at, quoted, rowOf, tableOf, withRows, withTable } from "./toml.js";

const FILE = "pyproject.toml";

/** `[project]` of pyproject.toml, or `[tool.poetry.dependencies]` where the requirements are there. */
export function linesForPoetry(
  change: ManifestChange,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Edited | Unclear {
  if (change.exclude.length > 0) return impossible("Poetry", "it installs whatever a distribution requires");
  const before = texts.get(FILE);
  if (before === undefined) return UNCLEAR;
  const named = namedIndexes(change.indexes, tables(at(tomlOf(before), "tool", "poetry", "source")));
  const lines = before.split("\n");
  const isStandard = direct.some(({ location: { line } }) => line !== null && tableOf(lines, line - 1) === "project");
  const required = isStandard
    ? withSources(inProjectList(before, change, direct), change, named)
    : inTable(before, change, direct, named, POETRY);
  if (required === null) return UNCLEAR;
  const sources = named
    .filter(({ isNew }) => isNew)
    .map(({ name, url }) => [
      ...["[[tool.poetry.source]]", `name = ${quoted(name)}`, `url = ${quoted(url)}`],
      'priority = "explicit"',
    ]);
  const after = sources.reduce(withTable, required);
  if (tomlOf(after) === null) return UNCLEAR;
  return { possible: true, texts: new Map([[FILE, after]]), notes: new Map(), command: "poetry lock" };
}

/** `[project]` can't say where something is to be taken from: Poetry's own table adds that. */
function withSources(
  text: string | null,
  { with: comes }: ManifestChange,
  [index]: readonly NamedIndex[],
): string | null {
  if (text === null || index === undefined) return text;
  const there = at(tomlOf(text), "tool", "poetry", "dependencies");
  const rows: string[] = [];
  let after = text;
  for (const name of fromIndexes(comes)) {
    const key = isTable(there) ? Object.keys(there).find((each) => normalName(each) === normalName(name)) : undefined;
    const row = `${name} = { source = ${quoted(index.name)} }`;
    if (key === undefined) {
      rows.push(row);
      continue;
    }
    const lines = after.split("\n");
    const line = rowOf(lines, POETRY.table, new RegExp(`^\\s*["']?${key.replaceAll(".", "\\.")}["']?\\s*=`));
    const own = at(tomlOf(lines[line] ?? ""), key);
    if (line === -1 || own === undefined) return null;
    const requirement = requirementOf(comes.find((text) => requirementOf(text).name === name) ?? name);
    after = lines.with(line, rowFor(requirement, own, index.name, POETRY)).join("\n");
  }
  return withRows(after, POETRY.table, rows);
}
