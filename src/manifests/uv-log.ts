import { normalName } from "../model/name.js";

/** A requirement that uv met on its way, and that names a pre-release or one version; of a version that it may have given up again. */
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

const DEPENDENCY =
  /Adding transitive dependency for ([^[\s=]+)(?:\[[^\]]*\])?==(\S+): ([\w.-]+?)(?:\[[^\]]*\])?([<>=*].*)$/gm;
const SEARCH = /Searching for a compatible version of ([\w.-]+)(?:\[[^\]]*\])? \((.*)\)$/gm;
const SELECTION = /Selecting: (\S+==\S+) \[/g;
const UNTIMED = /^warning: (\S+) is missing an upload date/gm;

/** Reads the standard error of `uv pip compile` as it comes: of thousands of distributions it is more than is worth holding. */
export class ResolverLogReader {
  readonly #dependencies: LoggedDependency[] = [];
  readonly #searched = new Set<string>();
  readonly #selected = new Set<string>();
  readonly #untimed = new Set<string>();
  #rest = "";

  add(chunk: Buffer): void {
    // What matters is ASCII.
    const text = this.#rest + chunk.toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    this.#read(text.slice(0, end));
  }

  /** What the log says, after its last line. */
  end(): ResolverLog {
    this.#read(this.#rest);
    this.#rest = "";
    return {
      dependencies: this.#dependencies,
      missing: [...this.#searched].filter((pin) => !this.#selected.has(pin)),
      untimed: [...this.#untimed],
    };
  }

  #read(lines: string): void {
    for (const [, parent = "", parentVersion = "", name = "", range = ""] of lines.matchAll(DEPENDENCY)) {
      if (namesPrerelease(range) || pinnedVersion(range) !== null) {
        this.#dependencies.push({ parent, parentVersion, name, range });
      }
    }
    for (const [, name = "", range = ""] of lines.matchAll(SEARCH)) {
      const version = pinnedVersion(range);
      if (version !== null) this.#searched.add(`${name}==${version}`);
    }
    for (const [, pin = ""] of lines.matchAll(SELECTION)) this.#selected.add(pin);
    for (const [, file = ""] of lines.matchAll(UNTIMED)) this.#untimed.add(projectOf(file));
  }
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
