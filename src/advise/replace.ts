import {
  NO_CHANGE,
  type AdviceFacts,
  type AppDistribution,
  type AppUses,
  type Candidate,
  type ManifestChange,
} from "../model/advice.js";
import { isBefore, withoutBuild } from "./versions.js";

/** A distribution that another, or nothing, can stand in for: the row of a table that most rules are. */
export interface Replacement {
  readonly id: string;
  /** Normalised name of what is required now. */
  readonly when: string;
  /** Only where the direct requirement has such an extra. */
  readonly extra?: RegExp;
  /** Only from this version on. */
  readonly since?: string;
  /** Only before this version. */
  readonly before?: string;
  /** Name of what comes; the extras that `extra` does not match stay if it is the same. */
  readonly replace: string;
  /** `same`: the version that goes; else a specifier, or nothing. */
  readonly version: string;
  /** Direct requirements that are there for the sake of what goes, as a frozen list has them: they go if nothing else needs them. */
  readonly drops?: RegExp;
  readonly detail: string;
  readonly sources: readonly string[];
}

type Departure = Pick<ManifestChange, "without" | "exclude">;

/** What the rows of a table propose for an app, in their order. */
export function proposeFrom(table: readonly Replacement[], facts: AdviceFacts): Candidate[] {
  return table.flatMap((row) => {
    const found = facts.distributions.get(row.when);
    return found === undefined || !applies(row, found, facts) ? [] : proposeOne(row, found, facts);
  });
}

function applies(row: Replacement, found: AppDistribution, { distributions }: AdviceFacts): boolean {
  if (row.extra !== undefined && !found.extras.some((extra) => row.extra?.test(extra))) return false;
  if (row.since !== undefined && (found.version === null || isBefore(found.version, row.since))) return false;
  if (row.before !== undefined && !isBefore(found.version, row.before)) return false;
  // With both there, one is to go: that is another rule's.
  return row.replace === row.when || !distributions.has(row.replace);
}

function proposeOne(row: Replacement, found: AppDistribution, facts: AdviceFacts): Candidate[] {
  const { id, when, replace, detail, sources } = row;
  const isSame = replace === when;
  // The same name in another form satisfies whoever requires it.
  const departure = isSame ? directOnly(found) : departureOf(found, facts);
  if (departure === null) return [];
  const extras = isSame ? found.extras.filter((extra) => row.extra?.test(extra) !== true) : [];
  const what = `${replace}${extras.length === 0 ? "" : `[${extras.join(",")}]`}`;
  return [
    {
      id,
      subject: when,
      title: `Replace \`${spelling(when, row.extra === undefined ? [] : found.extras)}\` by \`${what}${isSame ? specifierOf(row.version) : ""}\``,
      detail: [detail, ...excluded(departure, found, replace)].join(" "),
      sources,
      change: {
        ...NO_CHANGE,
        ...departure,
        without: [...departure.without, ...(row.drops === undefined ? [] : companions([when], row.drops, facts))],
        with: [`${what}${row.version === "same" ? pinOf(found) : row.version}`],
      },
    },
  ];
}

function specifierOf(version: string): string {
  return version === "same" ? "" : version;
}

function spelling(name: string, extras: readonly string[]): string {
  return extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
}

function excluded({ exclude }: Departure, { name, requiredBy }: AppDistribution, replace: string): string[] {
  if (exclude.length === 0) return [];
  const others = requiredBy.map((other) => `\`${other}\``).join(", ");
  return [
    `${others} require${requiredBy.length === 1 ? "s" : ""} \`${name}\` by name: uv leaves that out, and \`${replace}\` has the same module.`,
  ];
}

/** `==` the version that a distribution has, without its build; nothing if that is not known. */
export function pinOf({ version }: Pick<AppDistribution, "version">): string {
  return version === null ? "" : `==${withoutBuild(version)}`;
}

/**
 * How a distribution whose module another one has can leave: where nobody else requires it, by leaving the manifest; else only uv can
 * leave it out. Null if it can't.
 */
export function departureOf(found: AppDistribution, { packageManager }: AdviceFacts): Departure | null {
  if (found.requiredBy.length === 0) return directOnly(found);
  if (packageManager !== "uv") return null;
  return { without: found.places.length > 0 ? [found.name] : [], exclude: [found.name] };
}

function directOnly({ name, places }: AppDistribution): Departure | null {
  return places.length > 0 ? { without: [name], exclude: [] } : null;
}

/** Can it leave by leaving the manifest, and that alone? */
export function isLoose({ places, requiredBy }: AppDistribution): boolean {
  return places.length > 0 && requiredBy.length === 0;
}

/** Tells names; a regular expression is one. */
interface Names {
  test(name: string): boolean;
}

/**
 * Direct requirements of names that a pattern matches, which nothing needs but what goes or what goes along with it; sorted. In a
 * frozen list (`pip freeze`) everything is required directly, and would stay.
 */
export function companions(going: readonly string[], pattern: Names, { distributions }: AdviceFacts): string[] {
  const gone = new Set(going);
  // Nobody is sure to go before all that lead to it are: begin with all that could, and take out what something else needs.
  const leaving = new Set(
    [...distributions.values()]
      .filter(({ name, places }) => !gone.has(name) && (pattern.test(name) || places.length === 0))
      .map(({ name }) => name),
  );
  for (let size = -1; size !== leaving.size;) {
    size = leaving.size;
    for (const name of leaving) {
      const requiredBy = distributions.get(name)?.requiredBy ?? [];
      if (requiredBy.length === 0 || requiredBy.some((other) => !gone.has(other) && !leaving.has(other)))
        leaving.delete(name);
    }
  }
  return [...leaving].filter((name) => (distributions.get(name)?.places.length ?? 0) > 0).sort();
}

/** Does the app import a module, or something in it? Null if its imports are not known. */
export function isImported(module: string, { imports }: Pick<AppUses, "imports">): boolean | null {
  return imports === null ? null : [...imports].some((name) => name === module || name.startsWith(`${module}.`));
}

/** "`a`", "`a` and `b`", "`a`, `b` and 3 more". */
export function listed(names: readonly string[]): string {
  const [first = "", second = "", ...others] = names.map((name) => `\`${name}\``);
  if (names.length < 2) return first;
  if (others.length === 0) return `${first} and ${second}`;
  return `${first}, ${second} and ${others.length} more`;
}
