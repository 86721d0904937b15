import type { TomlTable } from "smol-toml";
import { isTable, tomlOf } from "../model/toml.js";

/** Tables that say what is required, or where that comes from: what stands there is not used by that. */
const REQUIREMENTS: readonly (readonly string[])[] = [
  ["build-system"],
  ["project", "dependencies"],
  ["project", "optional-dependencies"],
  ["project", "description"],
  ["project", "keywords"],
  ["dependency-groups"],
  ["tool", "poetry", "dependencies"],
  ["tool", "poetry", "dev-dependencies"],
  ["tool", "poetry", "group"],
  ["tool", "poetry", "extras"],
  ["tool", "poetry", "source"],
  ["tool", "uv"],
  ["tool", "deptry"],
  ["packages"],
  ["dev-packages"],
  ["source"],
];

/**
 * What a manifest (`pyproject.toml`, `Pipfile`) says besides requirements, such as settings and scripts, for looking up names in it.
 * A file that is no TOML is given as it is.
 */
export function withoutRequirements(text: string): string {
  const table = tomlOf(text);
  if (table === null) return text;
  for (const path of REQUIREMENTS) remove(table, path);
  return JSON.stringify(table);
}

function remove(table: TomlTable, path: readonly string[]): void {
  const [key = "", ...rest] = path;
  const value = table[key];
  if (rest.length === 0) Reflect.deleteProperty(table, key);
  else if (isTable(value)) remove(value, rest);
}
