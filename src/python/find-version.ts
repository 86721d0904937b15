import { SideError, UserError } from "../errors.js";
import type { PackageManagerName } from "../model/resolution.js";
import { minorOf, type PythonVersion } from "../model/target.js";
import { BUILDPACK } from "../platforms/buildpack.js";

/** What Heroku's buildpack would choose, and why. */
export interface FoundPython {
  readonly python: PythonVersion;
  /** Name of the file that decides; `default`, or `option` where the user overrides. */
  readonly from: string;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** A version as asked for, of the form 3.X or 3.X.Y. */
interface Request {
  readonly version: string;
  readonly from: string;
  readonly notes: readonly string[];
}

const RUNTIME_TXT = "runtime.txt";
const VERSION_FILE = ".python-version";
const PIPFILE_LOCK = "Pipfile.lock";

/** N.N or N.N.N, without leading zeros. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*))?$/;

/** What sed's `[[:space:]]` takes off a line under a UTF-8 locale: neither no-break spaces nor a byte order mark. */
const SPACE = "[\\t-\\r \\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]";
const OUTER_SPACE = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");

/**
 * The Python version that Heroku's buildpack installs for an app, by the rules of its lib/python_version.sh:
 * `runtime.txt`, else `.python-version`, else `Pipfile.lock`, else the default. `requires-python` has no say.
 * @param read gives a file's text (UTF-8, a byte order mark kept) by its path in the slug root, null if there is none
 * @param override the user's own choice, which stands over all files
 * @throws SideError `invalid`, step `python`, where the buildpack would refuse; UserError if `override` is no version
 */
export async function findPythonVersion(
  read: (path: string) => Promise<string | null>,
  manager: PackageManagerName,
  override: string | null,
): Promise<FoundPython> {
  if (override !== null) return resolveOverride(override);
  const request = await readRequest(read, manager);
  const found = resolveRequest(request);
  if (manager === "uv" && request.from !== VERSION_FILE) throw notForUv(request.from, found.python.minor);
  return found;
}

async function readRequest(
  read: (path: string) => Promise<string | null>,
  manager: PackageManagerName,
): Promise<Request> {
  const runtime = await read(RUNTIME_TXT);
  if (runtime !== null) return { version: parseRuntime(runtime), from: RUNTIME_TXT, notes: [RUNTIME_DEPRECATED] };

  // Even beside a right one.
  for (const name of BUILDPACK.python.misspelt) {
    if ((await read(name)) === null) continue;
    throw invalid(`"${name}" is a misspelling of ${VERSION_FILE}.`, `Rename it to ${VERSION_FILE}.`);
  }

  const file = await read(VERSION_FILE);
  if (file !== null) return { version: parseVersionFile(file), from: VERSION_FILE, notes: [] };

  const lock = manager === "pipenv" ? await read(PIPFILE_LOCK) : null;
  const locked = lock === null ? null : parsePipfileLock(lock);
  if (locked !== null) return { version: locked, from: PIPFILE_LOCK, notes: [] };

  return { version: BUILDPACK.python.default, from: "default", notes: [DEFAULT_USED] };
}

const RUNTIME_DEPRECATED = `${RUNTIME_TXT} is deprecated: Heroku asks for a ${VERSION_FILE} file instead.`;

const DEFAULT_USED =
  `No file names a Python version: weighed with Heroku's default, ${BUILDPACK.python.default}. ` +
  "An app that was built before stays on the minor version of its last build.";

/** Hint for every mistake in a version's form. */
const EXPECTED = `Write a version such as ${BUILDPACK.python.default}, or ${BUILDPACK.python.default}.1 for an exact patch`;

/** Lines with something in them, trimmed, without comments. */
function versionLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(OUTER_SPACE, ""))
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function parseRuntime(text: string): string {
  const lines = versionLines(text);
  const version = /^python-(.*)$/.exec(lines[0] ?? "")?.[1];
  if (lines.length === 1 && version !== undefined && VERSION.test(version)) return version;
  throw invalid(
    `${RUNTIME_TXT} does not hold a Python version in the form python-${BUILDPACK.python.default}.`,
    `Delete it and create ${VERSION_FILE} with just ${BUILDPACK.python.default} in it: ${RUNTIME_TXT} is deprecated.`,
  );
}

function parseVersionFile(text: string): string {
  const lines = versionLines(text);
  const [version] = lines;
  const wrong = lines.find((line) => !VERSION.test(line));
  if (wrong !== undefined) {
    // Decoded as UTF-8, a UTF-16 file is full of NUL, and starts with two characters that are none.
    if (text.startsWith("\ufeff") || /^\ufffd\ufffd|^[^\0]\0/.test(text)) {
      throw invalid(
        `${VERSION_FILE} is not plain UTF-8: it has a byte order mark or is UTF-16.`,
        "Delete the file and write it anew as UTF-8 without a byte order mark.",
      );
    }
    throw invalid(
      `${VERSION_FILE} does not hold a Python version: "${printable(wrong)}".`,
      `${EXPECTED}, without quotes, prefix or wildcard; comments go on lines of their own, after a #.`,
    );
  }
  if (version === undefined) {
    throw invalid(`${VERSION_FILE} holds no Python version.`, `${EXPECTED}; a line that starts with # is a comment.`);
  }
  if (lines.length > 1) {
    throw invalid(
      `${VERSION_FILE} holds several Python versions: ${lines.join(", ")}.`,
      "Heroku takes exactly one: delete the others.",
    );
  }
  return version;
}

/** `python_full_version`, else `python_version`, whichever form either has; null if the lock has neither. */
function parsePipfileLock(text: string): string | null {
  let lock: unknown;
  try {
    lock = JSON.parse(text);
  } catch {
    throw unreadableLock();
  }
  const requires = member(member(lock, "_meta"), "requires");
  // As jq's `//`: null and false give way to what follows.
  const full = member(requires, "python_full_version") ?? false;
  const version = full === false ? member(requires, "python_version") : full;
  if (version === undefined || version === null) return null;
  const written = typeof version === "string" ? version : JSON.stringify(version);
  if (VERSION.test(written)) return written;
  throw invalid(
    `${PIPFILE_LOCK} does not hold a Python version: "${printable(written)}".`,
    `${EXPECTED} into the Pipfile, without wildcards, and run "pipenv lock".`,
  );
}

function member(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw unreadableLock();
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function unreadableLock(): SideError {
  return invalid(`${PIPFILE_LOCK} can't be parsed.`, 'Run "pipenv lock" to write it anew.');
}

function resolveRequest({ version, from, notes }: Request): FoundPython {
  const where = from === "default" ? VERSION_FILE : from;
  const problem = unsupported(version);
  if (problem !== null) throw invalid(`${where} asks for Python ${version}: ${problem}.`, `Ask for ${supported()}.`);
  const python = exactVersion(version);
  return { python, from, notes: [...notes, ...versionNotes(python)] };
}

/**
 * Refuses a version that somebody asks for and Heroku does not have.
 * @throws UserError
 */
export function requireSupported(version: string): void {
  const problem = VERSION.test(version) ? unsupported(version) : "not a version";
  if (problem !== null) throw new UserError(`python is "${version}": ${problem}.`, `Give ${supported()}.`);
}

function resolveOverride(version: string): FoundPython {
  requireSupported(version);
  const python = exactVersion(version);
  return { python, from: "option", notes: versionNotes(python) };
}

/** Why the buildpack refuses a version, as a phrase; null if it takes it. */
function unsupported(version: string): string | null {
  const [oldest] = Object.keys(BUILDPACK.python.latest);
  const minor = minorOf(version);
  if (BUILDPACK.python.latest[minor] !== undefined) return null;
  return compare(minor, oldest ?? "") < 0
    ? "it has reached its end of life, and Heroku no longer supports it"
    : `Heroku's Python buildpack (${BUILDPACK.release}) does not know it`;
}

function supported(): string {
  const minors = Object.keys(BUILDPACK.python.latest);
  return `a version from ${minors[0] ?? ""} to ${minors.at(-1) ?? ""}, such as ${BUILDPACK.python.default}`;
}

function exactVersion(version: string): PythonVersion {
  const minor = minorOf(version);
  return { minor, full: version === minor ? (BUILDPACK.python.latest[minor] ?? version) : version };
}

function versionNotes({ full, minor }: PythonVersion): string[] {
  const latest = BUILDPACK.python.latest[minor] ?? full;
  const notes: string[] = [];
  if (BUILDPACK.python.deprecated.includes(minor)) {
    notes.push(`Python ${minor} is deprecated: a coming release of Heroku's Python buildpack refuses it.`);
  }
  if (compare(full, latest) > 0) {
    notes.push(`Python ${full} is newer than ${latest}, the latest that buildpack ${BUILDPACK.release} knows.`);
  }
  return notes;
}

function notForUv(from: string, minor: string): SideError {
  return from === RUNTIME_TXT
    ? invalid(
        `${RUNTIME_TXT} is not supported for an app with uv.lock.`,
        `Delete it and run "uv python pin ${minor}", which writes ${VERSION_FILE}.`,
      )
    : invalid(
        `There is no ${VERSION_FILE}, and Heroku asks for one of an app with uv.lock.`,
        `Run "uv python pin ${minor}" in the app's directory and commit the file.`,
      );
}

/** Order of two versions of numbers and dots; of different lengths, the missing numbers are zero. */
function compare(a: string, b: string): number {
  const [left, right] = [a.split(".").map(Number), b.split(".").map(Number)];
  for (let at = 0; at < 3; at++) {
    const order = (left[at] ?? 0) - (right[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** At most 40 characters, with all that can't be seen made visible. */
function printable(text: string): string {
  return text.slice(0, 40).replace(/[^\x20-\x7e\t]/gu, "\ufffd");
}

function invalid(message: string, hint: string): SideError {
  return new SideError("invalid", "python", message, hint);
}
