import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { UserError } from "../errors.js";
import { isTable } from "../model/toml.js";
import { nearest } from "./nearest.js";
import { isKey, KEYS, keysAt, readSettings, type Given, type KeyName } from "./schema.js";

/** What the files at a slug root say. */
export interface FileConfig {
  /** Where it stands, for people: `slugdiff.toml`, `[tool.slugdiff] in api/pyproject.toml`; null if nowhere. */
  readonly origin: string | null;
  readonly given: Given;
}

/** A slug root without a word about Slugdiff. */
export const NO_FILE: FileConfig = { origin: null, given: {} };

/** The texts of the two files that can hold settings; null where there is none. */
export interface ConfigTexts {
  readonly pyproject: string | null;
  readonly slugdiff: string | null;
}

/**
 * Reads `[tool.slugdiff]` of `pyproject.toml`, or `slugdiff.toml`, whichever there is.
 * @param root the slug root, relative to the repository; `.` for the repository itself
 * @throws UserError, with the file named, if both are there, or one is not TOML, or has a key or value that can't be
 */
export function fromFile(texts: ConfigTexts, root: string): FileConfig {
  const at = (name: string): string => (root === "." ? name : `${root}/${name}`);
  const pyproject = texts.pyproject === null ? undefined : toolTable(texts.pyproject, at("pyproject.toml"));
  const own = texts.slugdiff === null ? undefined : document(texts.slugdiff, at("slugdiff.toml"));
  if (pyproject !== undefined && own !== undefined) {
    throw new UserError(
      `Both ${at("slugdiff.toml")} and ${at("pyproject.toml")} configure Slugdiff.`,
      "Keep one: move the keys of [tool.slugdiff] into slugdiff.toml, or the other way round.",
    );
  }
  if (own !== undefined) return { origin: at("slugdiff.toml"), given: settings(own, at("slugdiff.toml")) };
  if (pyproject === undefined) return NO_FILE;
  const origin = `[tool.slugdiff] in ${at("pyproject.toml")}`;
  return { origin, given: settings(pyproject, origin) };
}

function document(text: string, file: string): TomlTable {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    throw new UserError(
      `${file} is not TOML: line ${error.line}, column ${error.column}: ${reason}.`,
      "Mend that line; strings stand in quotes.",
    );
  }
}

function toolTable(text: string, file: string): TomlTable | undefined {
  const tool = document(text, file).tool;
  if (tool === undefined || !isTable(tool)) return undefined;
  const own = tool.slugdiff;
  if (own === undefined || isTable(own)) return own;
  throw new UserError(
    `tool.slugdiff in ${file} is not a table.`,
    "Write [tool.slugdiff], and the keys on the lines below.",
  );
}

function settings(table: TomlTable, origin: string): Given {
  const texts = new Map<KeyName, readonly string[]>();
  for (const [name, value] of Object.entries(table)) {
    if (!isKey(name)) {
      const meant = nearest(name, keysAt("file"));
      throw new UserError(
        `${origin} has an unknown key: "${name}".`,
        meant === null ? `Known keys: ${keysAt("file").join(", ")}.` : `Did you mean "${meant}"?`,
      );
    }
    if (!KEYS[name].doors.includes("file")) {
      throw new UserError(
        `"${name}" can't be set in ${origin}.`,
        `Give it as the action's input "${name}", or as an option on the command line.`,
      );
    }
    texts.set(name, textsOf(name, value, origin));
  }
  return readSettings(texts, (name) => `"${name}" in ${origin}`);
}

function textsOf(name: KeyName, value: TomlValue, origin: string): readonly string[] {
  const isList = name === "warn-at";
  if (Array.isArray(value)) {
    if (!isList) throw new UserError(`"${name}" in ${origin} is a list.`, `"${name}" takes one value.`);
    return value.length === 0 ? ["none"] : value.map((item) => textOf(name, item, origin));
  }
  return [textOf(name, value, origin)];
}

/** A value as it would be written as an option. */
function textOf(name: KeyName, value: TomlValue, origin: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof TomlDate) return value.toISOString();
  throw new UserError(
    `"${name}" in ${origin} is not a value that it can have.`,
    `Write it as text, as in ${name} = "…".`,
  );
}
