import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";

/** What a TOML text says; null if it is malformed. */
export function tomlOf(text: string): TomlTable | null {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TomlError) return null;
    throw error;
  }
}

/** Is it a table, and not another value? */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}

/** The tables of an array of tables: `[[source]]`. */
export function tables(value: TomlValue | undefined): TomlTable[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}
