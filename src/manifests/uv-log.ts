import { normalName } from "../model/name.js";

/** A requirement that uv met on its way, of a version that it may have given up again. */
export interface LoggedDependency {
  /** Normalised name and version of who requires it. */
  readonly parent: string;
  readonly parentVersion: string;
  /** Normalised name of what is required. */
  readonly name: string;
  /** As uv writes it: `>=1.0, <2`, `<1.0rc1 | >=1.0rc1+`, `*`. */
  readonly range: string;
}

/** What uv's resolver says it does, with `RUST_LOG=uv_resolver=debug`. */
export interface ResolverLog {
  readonly dependencies: readonly LoggedDependency[];
  /** `name==version` that was looked for, as nothing else was allowed, and that there was no usable file of. */
  readonly missing: readonly string[];
  /** Normalised names with files that were passed over, since their index does not say when they were uploaded. */
  readonly untimed: readonly string[];
}

/** Reads the standard error of `uv pip compile`. */
export function parseResolverLog(stderr: string): ResolverLog {
  const dependencies =
    /Adding transitive dependency for ([^[\s=]+)(?:\[[^\]]*\])?==(\S+): ([\w.-]+?)(?:\[[^\]]*\])?([<>=*].*)$/gm;
  const searches = [
    ...stderr.matchAll(/Searching for a compatible version of ([\w.-]+)(?:\[[^\]]*\])? \((.*)\)$/gm),
  ].flatMap(([, name = "", range = ""]) => {
    const version = pinnedVersion(range);
    return version === null ? [] : [`${name}==${version}`];
  });
  const selected = new Set([...stderr.matchAll(/Selecting: (\S+==\S+) \[/g)].map((match) => match[1] ?? ""));
  return {
    dependencies: [...stderr.matchAll(dependencies)].map(
      ([, parent = "", parentVersion = "", name = "", range = ""]) => ({
        parent,
        parentVersion,
        name,
        range,
      }),
    ),
    missing: searches.filter((pin) => !selected.has(pin)),
    untimed: [...stderr.matchAll(/^warning: (\S+) is missing an upload date/gm)].map((match) =>
      projectOf(match[1] ?? ""),
    ),
  };
}

/** The version that a range allows alone; null if it allows more. */
export function pinnedVersion(range: string): string | null {
  const match = /^(?:==(\S+)|>=(\S+), <\2\+)$/.exec(range);
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * Does a range name a pre-release? `!=1.0rc1` is written `<1.0rc1 | >=1.0rc1+`, and does not ask for any. `.dev0` is passed
 * over: uv writes `~=1.0` and `==1.*` with one.
 */
export function namesPrerelease(range: string): boolean {
  const bounds = range.replace(/<([^\s,]+) \| >=\1\+(, )?/g, "").split(/[,|]/);
  return bounds.some((bound) => /\d(a|b|rc|\.dev)\d/.test(bound) && !/\.dev0\+?$/.test(bound.trim()));
}

/** The normalised name of the project that a file belongs to. */
function projectOf(file: string): string {
  const name = file.endsWith(".whl") ? (file.split("-", 1)[0] ?? "") : file.slice(0, file.lastIndexOf("-"));
  return normalName(name);
}
