import type { Advice, DiffStep } from "../model/report.js";
import type { ShownLine } from "./patch.js";

/** Lines of a file that others are to take the place of. */
export interface Replacing {
  /** Numbers of the first and the last line that goes, from 1. */
  readonly start: number;
  readonly end: number;
  /** What comes; empty where they are only to go. */
  readonly lines: readonly string[];
}

/** Lines that one suggestion goes over, at most: of more, nobody sees at a glance what changes. */
const LONGEST = 40;

/**
 * The change of one file that advice comes down to, commands aside; null if it is another or more than that, or where a requirement
 * loses its hashes: pip would refuse the file.
 */
export function onlyDiff({ family, remedy }: Advice): DiffStep | null {
  const changes = remedy.steps.filter((step) => step.kind !== "command");
  const [change] = changes;
  if (family !== "requirements" || changes.length !== 1 || change?.kind !== "diff") return null;
  const comes = change.lines.some((line) => line.startsWith("+"));
  return comes && change.lines.some((line) => /^-.*--hash[= ]/.test(line)) ? null : change;
}

/**
 * A change as lines that a pull request's own diff shows, in one stretch; null if it is not about what the pull request wrote. Every
 * line that goes must stand under its number in the diff, be the pull request's own, and say what is said here of it: where the
 * base has moved on meanwhile and the numbers are others, there is nothing to suggest.
 */
export function replacing(step: DiffStep, shown: ReadonlyMap<number, ShownLine>): Replacing | null {
  const edits = editsOf(step);
  const [first] = edits;
  if (first === undefined || step.lines.length > LONGEST) return null;
  const start = first.line;
  // Beside what comes above the first line of a file stands that line.
  const end = Math.max(...edits.map(({ line, before }) => line + Math.max(before.length, 1) - 1));
  if (end - start >= LONGEST) return null;
  const hunk = shown.get(start)?.hunk;
  const result: string[] = [];
  let number = start;
  let isTouched = false;
  const keepUntil = (line: number): boolean => {
    for (; number < line; number++) {
      const there = shown.get(number);
      if (there === undefined || there.hunk !== hunk) return false;
      result.push(there.text);
    }
    return number === line;
  };
  for (const { line, before, after } of edits) {
    if (!keepUntil(line)) return null;
    for (const each of before) {
      const there = shown.get(number++);
      if (there?.text !== textOf(each) || there.hunk !== hunk || (each.startsWith("-") && !there.isNew)) return null;
      isTouched ||= there.isNew;
    }
    result.push(...after);
  }
  return keepUntil(end + 1) && isTouched ? { start, end, lines: result } : null;
}

/** The changes, in the order of their lines; none where it can't be told which lines are whose. */
function editsOf({ lines, hunks = [] }: DiffStep): Edit[] {
  let from = 0;
  const edits = hunks.map((hunk): Edit => {
    const own = lines.slice(from, (from += hunk.lines));
    return { line: hunk.line, before: own.filter(isBefore), after: own.filter(isAfter).map(textOf) };
  });
  return from === lines.length ? edits : [];
}

interface Edit {
  /** Number of the first line of `before`, from 1. */
  readonly line: number;
  /** Lines of the diff that stand in the file: they stay or go. */
  readonly before: readonly string[];
  /** What stands there afterwards. */
  readonly after: readonly string[];
}

function isBefore(line: string): boolean {
  return !line.startsWith("+");
}

function isAfter(line: string): boolean {
  return !line.startsWith("-");
}

function textOf(line: string): string {
  return line.slice(1);
}
