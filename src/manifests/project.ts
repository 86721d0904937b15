import { lstat, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { parse, TomlError, type TomlTable, type TomlValue } from "smol-toml";
import { z } from "zod";
import { SideError } from "../errors.js";
import { normalName } from "../model/name.js";
import { isTable } from "../model/toml.js";
import { markerEnvironment } from "../resolve/environment.js";
import { runHelper } from "../resolve/helper.js";
import { systemErrorCode } from "../system/system-error.js";
import type { Tools } from "../tools/tools.js";
import { lineOfItem, lineOfKey } from "./locate.js";
import type { LockRequest, NamedRequirement } from "./manifest.js";
import { asset } from "../system/asset.js";

const HELPER = asset(import.meta.url, "read_requirement_strings.py");

/** A TOML file of the app: its text and what it says. */
export interface TomlFile {
  readonly name: string;
  readonly text: string;
  readonly table: TomlTable;
}

/**
 * The text of a file in the app's root. A link is followed within the app only: nothing else is on Heroku, and what lies
 * elsewhere on this machine is nobody's business.
 * @throws SideError (`invalid`) if it is missing, or no file of the app
 */
export async function readManifest(app: string, name: string): Promise<string> {
  let top: string, path: string;
  try {
    [top, path] = await Promise.all([realpath(app), realpath(join(app, name))]);
    if (path.startsWith(`${top}/`)) return await readFile(path, "utf8");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    if (code === "ENOENT") {
      throw new SideError(
        "invalid",
        "manifest",
        `There is no ${name} beside the lock file.`,
        `Commit ${name} as well.`,
      );
    }
    throw new SideError("invalid", "manifest", `${name} can't be read: ${code}.`, "Commit it as a plain file.");
  }
  throw new SideError("invalid", "manifest", `${name} is a link out of the app.`, "Commit it as a plain file.");
}

/**
 * Reads a TOML file in the app's root.
 * @throws SideError (`invalid`) if it is missing or malformed
 */
export async function readToml(app: string, name: string): Promise<TomlFile> {
  const text = await readManifest(app, name);
  try {
    return { name, text, table: parse(text) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const message = error.message.split("\n", 1)[0] ?? "";
    throw new SideError("invalid", "manifest", `${name}:${error.line}: ${message}`, "Correct that line.");
  }
}

/**
 * As `readToml`; null if there is no such file.
 * @throws SideError (`invalid`) if it is malformed
 */
export async function readTomlIfThere(app: string, name: string): Promise<TomlFile | null> {
  try {
    await lstat(join(app, name));
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error;
  }
  return readToml(app, name);
}

/** What `[project]` of pyproject.toml requires (PEP 621), as far as it applies to the target. */
export async function projectRequirements(
  file: TomlFile,
  { app, target }: LockRequest,
  tools: Tools,
): Promise<NamedRequirement[]> {
  const listed = tableAt(file.table, "project")?.dependencies;
  const texts = Array.isArray(listed) ? listed.filter((item) => typeof item === "string") : [];
  if (texts.length === 0) return [];
  const answer = z.array(z.object({ name: z.string(), extras: z.array(z.string()) }).nullable());
  const input = { requirements: texts, environment: markerEnvironment(target) };
  const read = await runHelper(HELPER, input, answer, app, tools);
  return read.flatMap((requirement, index) => {
    if (requirement === null) return [];
    const line = lineOfItem(file.text, "project", "dependencies", texts[index] ?? "");
    return [named(requirement.name, requirement.extras, file.name, line)];
  });
}

/** What a table requires that has one key for each name, as Poetry and Pipenv have it. */
export function tableRequirements(file: TomlFile, ...path: readonly string[]): NamedRequirement[] {
  return Object.entries(tableAt(file.table, ...path) ?? {}).map(([key, value]) => {
    const extras = (Array.isArray(value) ? value : [value]).flatMap((item) => extrasOf(item));
    return named(normalName(key), extras, file.name, lineOfKey(file.text, path.join("."), key));
  });
}

/** The table at a path of keys; null if there is none. */
export function tableAt(table: TomlTable, ...path: readonly string[]): TomlTable | null {
  let at: TomlValue | undefined = table;
  for (const key of path) at = isTable(at) ? at[key] : undefined;
  return isTable(at) ? at : null;
}

function named(name: string, extras: readonly string[], file: string, line: number | null): NamedRequirement {
  return { name, extras, location: { file, line }, address: null, editable: false };
}

function extrasOf(value: TomlValue): string[] {
  const extras = isTable(value) ? value.extras : undefined;
  return Array.isArray(extras) ? extras.filter((extra) => typeof extra === "string").map(normalName) : [];
}
