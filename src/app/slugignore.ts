/**
 * What `.slugignore` leaves out of a slug.
 *
 * Heroku says (Dev Center, "Slug Compiler"): the file at the top of the app, one pattern a line, blank lines and lines
 * that start with `#` do not count, no negation with `!`; files are deleted after the checkout and before the build.
 * How a pattern is matched it does not say. Two programs are public:
 *
 * - heroku/slug-compiler, `lib/slug_compiler.rb` (`prune_slugignore`), Heroku's own of 2013;
 * - CGA1123/slugcmplr, `slugignore/slugignore.go`, a rebuild of 2022 by others.
 *
 * They agree on `*.psd`, `tests` (at any depth), `/tests` (at the top) and that a directory goes with all that is in it.
 * Where they do not, Heroku's own decides here, and the other reading is compared with it for the app at hand:
 *
 * |                          | here, as slug-compiler              | slugcmplr                          |
 * | ------------------------ | ----------------------------------- | ---------------------------------- |
 * | `a/b`                    | at the top only                     | at any depth                       |
 * | `tests/`                 | a directory at the top              | any `tests` at any depth           |
 * | `a b`                    | two patterns                        | a name with a space                |
 * | `a # b`, `a#b`           | `a`: the rest of the line is a comment | a name with a `#`               |
 * | `*`, `?`, `**` and dots  | do not match a leading dot (Ruby's `Dir.glob`) | match it                |
 * | `a/**`                   | as `a/*`                            | `a` and all that is in it          |
 *
 * slug-compiler would take the words of a comment for patterns, against Heroku's documentation; not so here. A pattern
 * for the slug root itself (`/`, `.`) or outside it (`../x`) leaves nothing out.
 */
import { mib } from "../model/format.js";
import type { TreeEntry } from "../model/tree.js";
import { compileGlob, type Glob } from "./glob.js";

/** One pattern of `.slugignore`. */
export interface SlugignorePattern {
  /** As it is written. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Null if it is malformed, and matches nothing. */
  readonly glob: Glob | null;
  /** Written with a slash at its end: matches directories only. */
  readonly directoryOnly: boolean;
}

/** The patterns of a `.slugignore`, read as Heroku's slug-compiler does. */
export function parseSlugignore(text: string): SlugignorePattern[] {
  return numberedLines(text).flatMap(([line, content]) =>
    (content.split("#")[0] ?? "")
      .split(/\s+/)
      .filter((pattern) => pattern !== "")
      .map((pattern) => ({
        text: pattern,
        line,
        // A pattern without a slash is looked for everywhere; `.` is the slug root.
        glob: compileGlob(/\/|^\.$/.test(pattern) ? pattern : `**/${pattern}`, { hidden: false, deepEnd: false }),
        directoryOnly: pattern.endsWith("/"),
      })),
  );
}

/** The patterns of a `.slugignore`, read as slugcmplr does. */
function parseAsSlugcmplr(text: string): SlugignorePattern[] {
  return numberedLines(text)
    .filter(([, content]) => content.trim() !== "" && !content.startsWith("#"))
    .map(([line, content]) => ({
      text: content,
      line,
      glob: compileGlob(content.startsWith("/") ? content : `**/${content}`, { hidden: true, deepEnd: true }),
      directoryOnly: false,
    }));
}

function numberedLines(text: string): (readonly [line: number, content: string])[] {
  return text.split(/\r?\n/).map((content, index) => [index + 1, content] as const);
}

/**
 * Paths of the entries that the patterns leave out, those within a directory left out among them.
 * @param entries in tar order
 */
export function ignoredPaths(patterns: readonly SlugignorePattern[], entries: readonly TreeEntry[]): Set<string> {
  const ignored = new Set<string>();
  for (const { path, kind } of entries) {
    const names = path.split("/");
    const matched =
      ignored.has(names.slice(0, -1).join("/")) ||
      patterns.some(
        ({ glob, directoryOnly }) => glob !== null && (!directoryOnly || kind === "directory") && glob(names),
      );
    if (matched) ignored.add(path);
  }
  return ignored;
}

/**
 * What is worth saying of a `.slugignore` besides what it leaves out: patterns that do not mean what they look like, and
 * what another reading of it would change.
 * @param entries of the app, in tar order
 */
export function slugignoreNotes(text: string, entries: readonly TreeEntry[]): string[] {
  const patterns = parseSlugignore(text);
  const notes: string[] = [];
  for (const { text: pattern, line, glob } of patterns) {
    const place = `.slugignore:${String(line)}`;
    if (pattern.startsWith("!")) notes.push(`${place}: Heroku knows no negation; "${pattern}" brings nothing back.`);
    if (glob === null) notes.push(`${place}: "${pattern}" is malformed and matches nothing.`);
  }
  const here = ignoredPaths(patterns, entries);
  const there = ignoredPaths(parseAsSlugcmplr(text), entries);
  const kept = entries.filter(({ path, kind }) => kind !== "directory" && there.has(path) && !here.has(path));
  const left = entries.filter(({ path, kind }) => kind !== "directory" && here.has(path) && !there.has(path));
  const doubt = "; Heroku does not say how it matches, and known programs differ.";
  if (kept.length > 0) notes.push(`.slugignore was taken to keep ${count(kept)}${doubt}`);
  if (left.length > 0) notes.push(`.slugignore was taken to leave out ${count(left)}${doubt}`);
  return notes;
}

function count(entries: readonly TreeEntry[]): string {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const others = entries.length === 1 ? "" : ` and ${String(entries.length - 1)} more`;
  return `${entries[0]?.path ?? ""}${others} (${mib(bytes)} on disk)`;
}
