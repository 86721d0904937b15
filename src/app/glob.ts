/** Where readers of globs differ. */
export interface GlobDialect {
  /** Whether wildcards match a leading dot, and `**` enters directories that start with one. */
  readonly hidden: boolean;
  /** Whether a `**` at the end matches all that lies below; else it is a `*`. */
  readonly deepEnd: boolean;
}

/** Whether a path, given as its names, matches as a whole. */
export type Glob = (path: readonly string[]) => boolean;

/** Whether a path has characters that mean something else in a glob, and so stands for more than itself. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}\\]/.test(path);
}

/** A pattern that stands for more than this many by its braces is refused: a short line could stand for millions. */
const MOST_ALTERNATIVES = 1000;

/**
 * Compiles a glob of file names: `*`, `?`, `[a-z]`, `[^a]`, `{a,b}`, `\` and, as a whole name, `**` for any number of
 * directories. Takes time in proportion to pattern and path, whatever the pattern.
 * @returns null if it is malformed: an open bracket, or braces that stand for too many
 */
export function compileGlob(pattern: string, dialect: GlobDialect): Glob | null {
  const alternatives = expandBraces(pattern);
  if (alternatives === null) return null;
  const globs: Glob[] = [];
  for (const alternative of alternatives) {
    const names = alternative.split("/").filter((name) => name !== "" && name !== ".");
    const steps: Step<string>[] = [];
    for (const [at, name] of names.entries()) {
      const deep = name === "**" && (dialect.deepEnd || at < names.length - 1);
      if (deep) {
        steps.push({ many: true, matches: (item) => dialect.hidden || !item.startsWith(".") });
        continue;
      }
      const matches = compileName(name, dialect);
      if (matches === null) return null;
      steps.push({ many: false, matches });
    }
    // The root itself is no entry of the tree.
    if (steps.length > 0) globs.push((path) => matchAll(steps, path));
  }
  return (path) => globs.some((glob) => glob(path));
}

/** Matches one item, or any number of items in a row. */
interface Step<T> {
  readonly many: boolean;
  matches(item: T): boolean;
}

function compileName(pattern: string, { hidden }: GlobDialect): ((name: string) => boolean) | null {
  const steps: Step<string>[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "*") {
      steps.push({ many: true, matches: () => true });
    } else if (character === "?") {
      steps.push({ many: false, matches: () => true });
    } else if (character === "[") {
      const end = closingBracket(characters, at);
      if (end === -1) return null;
      steps.push({ many: false, matches: compileClass(characters.slice(at + 1, end)) });
      at = end;
    } else {
      const literal = character === "\\" ? (characters[++at] ?? "\\") : character;
      steps.push({ many: false, matches: (item) => item === literal });
    }
  }
  const dotted = characters[0] === "." || (characters[0] === "\\" && characters[1] === ".");
  return (name) => (hidden || dotted || !name.startsWith(".")) && matchAll(steps, Array.from(name));
}

function closingBracket(characters: readonly string[], open: number): number {
  for (let at = open + 1; at < characters.length; at++) {
    if (characters[at] === "\\") at++;
    else if (characters[at] === "]") return at;
  }
  return -1;
}

function compileClass(body: readonly string[]): (item: string) => boolean {
  const negated = body[0] === "^" || body[0] === "!";
  const characters: string[] = [];
  const ranges: { readonly from: number; readonly to: number }[] = [];
  for (let at = negated ? 1 : 0; at < body.length; at++) {
    if (body[at] === "\\") at++;
    const from = body[at] ?? "";
    if (body[at + 1] === "-" && at + 2 < body.length) {
      at += body[at + 2] === "\\" ? 3 : 2;
      ranges.push({ from: from.codePointAt(0) ?? 0, to: body[at]?.codePointAt(0) ?? 0 });
    } else {
      characters.push(from);
    }
  }
  return (item) => {
    const code = item.codePointAt(0) ?? 0;
    const inside = characters.includes(item) || ranges.some(({ from, to }) => from <= code && code <= to);
    return inside !== negated;
  };
}

/** Whether the steps match all the items; one pass over the items with the set of steps reached so far. */
function matchAll<T>(steps: readonly Step<T>[], items: readonly T[]): boolean {
  let reached = withSkips(steps, new Set([0]));
  for (const item of items) {
    const next = new Set<number>();
    for (const at of reached) {
      const step = steps[at];
      if (step?.matches(item) === true) next.add(step.many ? at : at + 1);
    }
    if (next.size === 0) return false;
    reached = withSkips(steps, next);
  }
  return reached.has(steps.length);
}

/** A step for many may match none: the one after it is reached too. */
function withSkips<T>(steps: readonly Step<T>[], reached: Set<number>): Set<number> {
  // A set is walked in the order of insertion, so what is added here is looked at too.
  for (const at of reached) if (steps[at]?.many === true) reached.add(at + 1);
  return reached;
}

/** The patterns that one with braces stands for; braces that do not close are ordinary characters. Null if too many. */
function expandBraces(pattern: string): string[] | null {
  const expanded: string[] = [];
  const pending = [pattern];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    const parts = firstBraces(next);
    if (parts === null) expanded.push(next);
    else pending.push(...parts.alternatives.map((alternative) => parts.before + alternative + parts.after));
    if (expanded.length + pending.length > MOST_ALTERNATIVES) return null;
  }
  return expanded;
}

function firstBraces(
  pattern: string,
): { readonly before: string; readonly alternatives: readonly string[]; readonly after: string } | null {
  let depth = 0;
  let open = -1;
  let commas: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "\\") {
      at++;
    } else if (character === "{") {
      if (depth++ === 0) {
        open = at;
        commas = [];
      }
    } else if (character === "," && depth === 1) {
      commas.push(at);
    } else if (character === "}" && depth > 0 && --depth === 0) {
      const cuts = [open, ...commas, at];
      const alternatives = cuts.slice(1).map((end, index) => pattern.slice((cuts[index] ?? 0) + 1, end));
      return { before: pattern.slice(0, open), alternatives, after: pattern.slice(at + 1) };
    }
  }
  return null;
}
