import type { ManifestChange } from "../model/advice.js";
import type { Location, PackageManagerName } from "../model/resolution.js";

/** A requirement that the app names, and where. */
export interface NamedAt {
  /** Normalised name (PEP 503). */
  readonly name: string;
  readonly location: Location;
}

/** What becomes of some lines of a file. */
export interface LinesChange {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * The lines of an app's own files as a change makes them: what goes is taken out where it stands, what comes is written in the place
 * of the first that goes. Null where some of it can't be told: a requirement in a file that is not at hand, or on no known line.
 * @param texts the app's files by path
 */
export function changedLines(
  change: Pick<ManifestChange, "with" | "without">,
  manager: PackageManagerName,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): readonly LinesChange[] | null {
  const gone = change.without.flatMap((name) => direct.filter((each) => each.name === name));
  if (change.without.some((name) => !gone.some((each) => each.name === name))) return null;
  if (gone.length === 0) return null;
  const changes: LinesChange[] = [];
  for (const [at, { name, location }] of gone.entries()) {
    const { file, line } = location;
    const lines = texts.get(file)?.split(/\r?\n/);
    const first = line === null ? undefined : lines?.[line - 1];
    if (lines === undefined || line === null || first === undefined) return null;
    const before = [first];
    // A requirement in a list for pip goes on where a line ends so: its hashes.
    while (manager === "pip" && before.at(-1)?.endsWith("\\") === true)
      before.push(lines[line - 1 + before.length] ?? "");
    const after = rewritten(first, name, at === 0 ? change.with : [], manager);
    if (after === null) return null;
    changes.push({ file, line, before, after });
  }
  return changes;
}

/** A line in which other requirements stand in the place of one; null if that does not stand on it. */
function rewritten(
  line: string,
  name: string,
  requirements: readonly string[],
  manager: PackageManagerName,
): string[] | null {
  const spelt = name.split("-").join("[-_.]+");
  if (manager === "pip") {
    const [, indent = "", rest] =
      new RegExp(`^(\\s*)${spelt}(?![\\w.-])\\s*(?:\\[[^\\]]*\\])?[^;#\\\\]*(.*)$`, "i").exec(line) ?? [];
    if (rest === undefined) return null;
    const tail = rest.startsWith("\\") || rest === "" ? "" : ` ${rest}`;
    return requirements.map((each) => `${indent}${each}${tail}`);
  }
  const item = new RegExp(
    `(["'])${spelt}(?![\\w.-])\\s*(?:\\[[^\\]]*\\])?(?:(?!\\1)[^;])*((?:;(?:(?!\\1).)*)?)\\1(\\s*,?)`,
    "i",
  );
  const found = item.exec(line);
  if (found !== null) {
    const [whole, quote = '"', marker = "", comma = ""] = found;
    const text = requirements.map((each) => `${quote}${each}${marker}${quote}${comma}`).join(" ");
    const after = line.replace(whole, () => text);
    return after.trim() === "" ? [] : [after.trimEnd()];
  }
  const row = new RegExp(`^\\s*["']?${spelt}["']?\\s*=`, "i").test(line);
  return row ? requirements.map((each) => tableRow(each, manager)) : null;
}

/** A requirement as Poetry and Pipenv have it in a table. */
function tableRow(requirement: string, manager: PackageManagerName): string {
  const [, name = requirement, extras, version = ""] = /^([\w.-]+)(?:\[([^\]]*)\])?(.*)$/.exec(requirement) ?? [];
  const value = version === "" ? '"*"' : manager === "poetry" ? `"${version.replace(/^==/, "")}"` : `"${version}"`;
  const list = extras?.split(",").map((extra) => `"${extra.trim()}"`);
  return `${name} = ${list === undefined ? value : `{ version = ${value}, extras = [${list.join(", ")}] }`}`;
}
