import type { ManifestChange } from "../../model/advice.js";
import type { Location } from "../../model/resolution.js";
import { normalName } from "../../model/name.js";
import { requirementOf } from "../../model/requirement.js";

/** A requirement that the app names, and where. */
export interface NamedAt {
  /** Normalised name (PEP 503). */
  readonly name: string;
  readonly location: Location;
}

/** One requirement's line, and the requirements that are to stand there instead. */
export interface Replaced {
  readonly name: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly comes: readonly string[];
}

/** What becomes of the lines that are there, and what comes beside them. */
export interface Placed {
  /** The last lines of a file first, so that what is done to one does not move the others. */
  readonly replaced: readonly Replaced[];
  readonly added: readonly string[];
}

/**
 * Finds the place of everything in a change. What comes takes the place of what goes: of the same name, else of the first that goes.
 * Null if something that goes is on no known line.
 */
export function placesOf(
  { without, with: comes }: Pick<ManifestChange, "with" | "without">,
  direct: readonly NamedAt[],
): Placed | null {
  // A table has a name only once: what is required again is required otherwise.
  const again = comes
    .map(nameOf)
    .filter((name) => !without.includes(name) && direct.some((each) => each.name === name));
  const going = [...without, ...again];
  const own = new Set(going);
  const others = comes.filter((text) => !own.has(nameOf(text)));
  const first = without.find((name) => !comes.some((text) => nameOf(text) === name)) ?? without[0];
  const replaced: Replaced[] = [];
  for (const name of going) {
    const found = direct.filter((each) => each.name === name);
    if (found.length === 0) return null;
    for (const [at, { location }] of found.entries()) {
      if (location.line === null) return null;
      const here = [...comes.filter((text) => nameOf(text) === name), ...(name === first ? others : [])];
      replaced.push({ name, file: location.file, line: location.line, comes: at === 0 ? here : [] });
    }
  }
  return {
    replaced: replaced.sort((a, b) => b.line - a.line),
    added: first === undefined ? others : [],
  };
}

function nameOf(text: string): string {
  return normalName(requirementOf(text).name);
}
