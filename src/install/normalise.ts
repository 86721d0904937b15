import { chmod, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { PYTHON_HOME, SLUG_ROOT } from "../model/target.js";
import type { Interpreter } from "../python/interpreters.js";
import type { TreeEntry } from "../model/tree.js";
import { formatRecord, recordHash, type RecordRow } from "./record.js";
import { placed, readEntry, type Found, type Survey } from "./survey.js";

/** uv's own notes on what it cached and built: no other installer leaves them, and they hold times. */
const UV_NOTES = ["uv_cache.json", "uv_build.json"];

/** What scripts run with on a dyno. */
export const DYNO_PYTHON = `${SLUG_ROOT}/${PYTHON_HOME}/bin/python`;

/** What in an install depends on this machine. */
export interface Local {
  /** What uv ran with: its path is in scripts. */
  readonly python: Interpreter;
  /** Path of the interpreter on a dyno. */
  readonly dynoPython: string;
  /** Absolute paths here and what they are on a dyno; longer paths first. */
  readonly paths: readonly (readonly [here: string, there: string])[];
}

/** What is no longer as the survey has it, by path; null for a file that is gone. */
export type Changed = ReadonlyMap<string, TreeEntry | null>;

/**
 * Rewrites what depends on this machine in one distribution's files, in place of which Heroku's installer would have written the
 * dyno's: the interpreter in scripts, the paths of editable sources, uv's notes. `RECORD` follows.
 * Files are replaced, never modified: they share their content with uv's cache.
 * @param minor target's minor version
 */
export async function normalise({ root, tree }: Survey, found: Found, minor: string, local: Local): Promise<Changed> {
  const { claims, info, name: owner } = found;
  const rows: RecordRow[] = [];
  const changed = new Map<string, TreeEntry | null>();
  let isRecordRight = true;
  for (const [path, row] of claims) {
    const full = join(root, path);
    if (posix.dirname(path) === info && UV_NOTES.includes(posix.basename(path))) {
      await rm(full, { force: true });
      changed.set(path, null);
      isRecordRight = false;
      continue;
    }
    const name = placed(row.path, minor);
    isRecordRight &&= name === row.path;
    // Only what was seen as a file, by a way without links, is opened.
    const content = tree.get(path)?.kind === "file" ? await rewritten(full, path, info, local) : null;
    if (content === null) {
      rows.push({ ...row, path: name });
      continue;
    }
    const { before, after } = content;
    if (!after.equals(before)) await replaceFile(full, after);
    // Another distribution that claims the same script may have been here before.
    changed.set(path, readEntry(root, path, owner));
    const hash = recordHash(after);
    isRecordRight &&= hash === row.hash;
    rows.push({ path: name, hash, size: after.length });
  }
  if (!isRecordRight) {
    const path = `${info}/RECORD`;
    await replaceFile(join(root, path), Buffer.from(formatRecord(rows)));
    changed.set(path, readEntry(root, path, owner));
  }
  return changed;
}

/** The content that a file has, and the one that it should have; null if nothing in it can depend on this machine. */
async function rewritten(
  full: string,
  path: string,
  info: string,
  local: Local,
): Promise<{ readonly before: Buffer; readonly after: Buffer } | null> {
  const script = path.startsWith(`${PYTHON_HOME}/bin/`);
  if (!script && local.paths.length === 0) return null;
  if (posix.basename(path) === "RECORD" && posix.dirname(path) === info) return null;
  const before = await readFile(full);
  const text = before.toString("latin1"); // One character for each byte, so that nothing is lost.
  let after = script ? withShebang(text, local) : text;
  for (const [here, there] of local.paths) after = after.replaceAll(latin1(here), there);
  return { before, after: after === text ? before : Buffer.from(after, "latin1") };
}

/**
 * The script with Heroku's interpreter in its first line. Where a path is too long for a first line, or has a space, uv
 * writes three lines that are shell and Python at once. A first line that names another program stays.
 */
function withShebang(text: string, { python, dynoPython }: Local): string {
  const path = escapeRegExp(latin1(python.path));
  return text.replace(
    new RegExp(`^#!(?:${path}|/bin/sh\\n'''exec' (["']?)${path}\\1 "\\$0" "\\$@"\\n' ''')(?=[ \\r\\n]|$)`),
    () => `#!${dynoPython}`,
  );
}

/** Puts a new file in the place of another, with its mode. */
async function replaceFile(full: string, content: Buffer): Promise<void> {
  const { mode } = await stat(full);
  const fresh = `${full}.slugdiff-new`;
  await writeFile(fresh, content);
  await chmod(fresh, mode & 0o777);
  await rename(fresh, full);
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
