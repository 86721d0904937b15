import type { TomlTable, TomlValue } from "smol-toml";
import { type Requirement, spellings } from "../../model/requirement.js";
import { isTable, tomlOf } from "../../model/toml.js";
import { at, closingOf, headerOf, quoted, tokensOf } from "./toml.js";

/** How a package manager writes requirements as a table, a key for each. */
export interface Dialect {
  /** Dotted name of the table. */
  readonly table: string;
  /** A specifier (PEP 440) as a value. */
  version(specifier: string): string;
  /** Keys that stay as they are when another distribution takes the place. */
  readonly kept: readonly string[];
  /** The key that names an index. */
  readonly index: string;
}

export const POETRY: Dialect = {
  table: "tool.poetry.dependencies",
  version: (specifier) => (specifier === "" ? "*" : specifier.replace(/^==/, "")),
  kept: ["python", "platform", "markers", "optional"],
  index: "source",
};

export const PIPENV: Dialect = {
  table: "packages",
  version: (specifier) => (specifier === "" ? "*" : specifier),
  kept: [
    ...["markers", "os_name", "sys_platform", "platform_machine", "platform_system", "platform_version"],
    ...["platform_release", "python_version", "python_full_version", "platform_python_implementation"],
    ...["implementation_name", "implementation_version"],
  ],
  index: "index",
};

/**
 * A text in which other requirements stand in the place of the one that a line (from 1) has, as a row or as a table of its own; null
 * if that line does not have it, or goes on where it can't be followed.
 * @param indexOf the index that a requirement is to be taken from; null for any
 */
export function replacedInTable(
  text: string,
  line: number,
  name: string,
  comes: readonly Requirement[],
  indexOf: (requirement: Requirement) => string | null,
  dialect: Dialect,
): string | null {
  const lines = text.split("\n");
  const first = lines[line - 1];
  if (first === undefined) return null;
  const header = headerOf(first);
  if (header !== null) {
    if (!new RegExp(`^${dialect.table.replaceAll(".", "\\.")}\\.${spellings(name)}$`, "i").test(header)) return null;
    const end = closingOf(lines, line - 1);
    const own = tomlOf(lines.slice(line, end).join("\n"));
    if (own === null) return null;
    const after = comes.flatMap((each) => [
      `[${dialect.table}.${each.name}]`,
      ...entriesOf(each, own, indexOf(each), dialect).map(([key, value]) => `${key} = ${written(value)}`),
    ]);
    return [...lines.slice(0, line - 1), ...after, ...lines.slice(end)].join("\n");
  }
  const [, indent = "", value] = new RegExp(`^(\\s*)["']?${spellings(name)}["']?\\s*=\\s*(.*)$`, "i").exec(first) ?? [];
  if (value === undefined) return null;
  const own = at(tomlOf(`value = ${value}`), "value");
  if (own === undefined) return null;
  const comment = value.slice(tokensOf(value).comment);
  const after = comes.map((each, index) => {
    const row = rowFor(each, own, indexOf(each), dialect);
    return `${indent}${row}${index === 0 && comment !== "" ? `  ${comment}` : ""}`;
  });
  return [...lines.slice(0, line - 1), ...after, ...lines.slice(line)].join("\n");
}

/** A row of a table: `xgboost-cpu = "3.4.1"`. */
export function rowFor(requirement: Requirement, own: TomlValue, index: string | null, dialect: Dialect): string {
  const entries = entriesOf(requirement, isTable(own) ? own : {}, index, dialect);
  const [only] = entries;
  const value =
    entries.length === 1 && only !== undefined
      ? written(only[1])
      : `{ ${entries.map(([key, each]) => `${key} = ${written(each)}`).join(", ")} }`;
  return `${requirement.name} = ${value}`;
}

function entriesOf(
  { extras, specifier }: Requirement,
  own: TomlTable,
  index: string | null,
  dialect: Dialect,
): [string, TomlValue][] {
  const from = index ?? own[dialect.index];
  return [
    ["version", dialect.version(specifier)],
    ...(extras.length === 0 ? [] : [["extras", [...extras]] as [string, TomlValue]]),
    ...Object.entries(own).filter(([key]) => dialect.kept.includes(key)),
    ...(from === undefined ? [] : [[dialect.index, from] as [string, TomlValue]]),
  ];
}

function written(value: TomlValue): string {
  if (Array.isArray(value)) return `[${value.map((each) => written(each)).join(", ")}]`;
  return typeof value === "boolean" ? String(value) : quoted(typeof value === "string" ? value : "");
}
