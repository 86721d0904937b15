import type { ManifestChange } from "../model/advice.js";
import type { Remedy, Step } from "../model/report.js";
import type { PackageManagerName } from "../model/resolution.js";
import { diffHunks } from "./lines/diff.js";
import { UNCLEAR, type Edited } from "./lines/edited.js";
import { changedFiles } from "./lines/lines.js";
import type { NamedAt } from "./lines/places.js";

/**
 * What to do, in steps, to make a change of what an app requires.
 * @param direct what the app names itself
 * @param texts the app's own files by path
 */
export function remedyFor(
  change: ManifestChange,
  manager: PackageManagerName,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Remedy {
  const edited = changedFiles(change, manager, direct, texts);
  if (edited === UNCLEAR) return { possible: true, because: null, steps: [inWords(change)] };
  if (!edited.possible) return { possible: false, because: edited.because, steps: [] };
  const { command } = edited;
  return {
    possible: true,
    because: null,
    steps: [
      ...diffSteps(edited, texts, (lines) => (isPinnedAnew(lines) ? PINNED : null)),
      ...(command === null ? [] : [{ kind: "command" as const, file: null, lines: [command], note: null }]),
    ],
  };
}

/** What each file's change looks like. @param noteOn what else to know about such lines; null for nothing */
export function diffSteps(
  { texts: after, notes }: Pick<Extract<Edited, { possible: true }>, "texts" | "notes">,
  before: ReadonlyMap<string, string>,
  noteOn: (lines: readonly string[]) => string | null,
): Step[] {
  return [...after].map(([file, text]): Step => {
    const found = diffHunks(plain(before.get(file) ?? ""), plain(text));
    const lines = found.flatMap((hunk) => hunk.lines);
    const hunks = found.map((hunk) => ({ line: hunk.line, lines: hunk.lines.length }));
    const remarks = [notes.get(file) ?? null, noteOn(lines)].filter((note) => note !== null);
    return { kind: "diff", file, lines, hunks, note: remarks.length === 0 ? null : remarks.join(" ") };
  });
}

const PINNED = "It is pinned to the version that was looked at; a range will do as well.";

/** Does something come with an exact version where nothing that goes had one? */
function isPinnedAnew(lines: readonly string[]): boolean {
  const isPin = (line: string): boolean => /==|=\s*"\d/.test(line);
  const gone = lines.filter((line) => line.startsWith("-"));
  return gone.length > 0 && !gone.some(isPin) && lines.some((line) => line.startsWith("+") && isPin(line));
}

function plain(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** The change itself, where the lines that make it can't be told. */
function inWords({ without, with: comes, indexes, exclude }: ManifestChange): Step {
  const lines = [
    ...without.map((name) => `without: ${name}`),
    ...comes.map((text) => `with: ${text}`),
    ...indexes.map((url) => `from the index: ${url}`),
    ...exclude.map((name) => `leave out: ${name}`),
  ];
  return { kind: "text", file: null, lines, note: "The lines could not be told: change the requirements so." };
}
