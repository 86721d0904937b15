import type { TomlTable, TomlValue } from "smol-toml";
import { normalName } from "../model/name.js";
import { isTable, tables } from "../model/toml.js";
import { poetryIndexUrls, type PoetrySource, type UvIndex } from "./index-logins.js";

/** Of the first index that has a name at all; of the first that has a version that fits; the best of all: in uv's words. */
export type IndexStrategy = "first-index" | "unsafe-first-match" | "unsafe-best-match";

/** Where a package manager looks for what its lock does not have yet. URLs have the credentials that it has for them now. */
export interface Indexes {
  /** Asked for every name; null for PyPI. */
  readonly defaultUrl: string | null;
  /** Asked for every name before that one; the most preferred first. */
  readonly urls: readonly string[];
  /** Which of them a version is taken from. */
  readonly strategy: IndexStrategy;
  /** By normalised name, the index that alone is asked for it; null for PyPI. */
  readonly byName: ReadonlyMap<string, string | null>;
  /** Does what takes a requirement's place in the manifest come from where that came from? */
  readonly stays: boolean;
}

/** pip's, where nothing else is said. */
export const PYPI: Indexes = {
  defaultUrl: null,
  urls: [],
  strategy: "unsafe-best-match",
  byName: new Map(),
  stays: false,
};

/** The versions that an app gets, by normalised name. */
export type Versions = ReadonlyMap<string, string | null>;

/** What uv.lock, or poetry.lock, says of where a distribution came from. */
type SourceOf = (name: string) => TomlTable | null;

/** Of the packages of a name that a lock has, the one that the app gets tells. */
export function sourcesIn(lock: TomlTable, versions: Versions): SourceOf {
  const packages = tables(lock.package);
  return (wanted) => {
    const found = packages.find(
      ({ name, version }) =>
        typeof name === "string" && normalName(name) === wanted && version === (versions.get(wanted) ?? version),
    );
    return isTable(found?.source) ? found.source : null;
  };
}

/**
 * uv asks the indexes that are not explicit, in their order, and the default one last.
 * @param strategy `index-strategy` of uv's settings
 * @param sources `[tool.uv.sources]`
 */
export function uvIndexes(
  indexes: readonly UvIndex[],
  strategy: TomlValue | undefined,
  sources: TomlTable,
  sourceOf: SourceOf,
): Indexes {
  return {
    defaultUrl: indexes.find(({ isDefault }) => isDefault)?.url ?? null,
    urls: indexes.filter(({ isDefault, isExplicit }) => !isDefault && !isExplicit).map(({ url }) => url),
    strategy: strategy === "unsafe-first-match" || strategy === "unsafe-best-match" ? strategy : "first-index",
    byName: named(sources, "index", (name, told) => {
      const urls = indexes.filter((index) => index.name !== null && told.includes(index.name)).map(({ url }) => url);
      const registry = sourceOf(name)?.registry;
      // Markers tell several apart.
      return urls.length > 1 ? urls.find((url) => typeof registry === "string" && isSame(url, registry)) : urls[0];
    }),
    stays: false,
  };
}

/**
 * Poetry asks its primary sources, PyPI only where it is one of them or there is none. A supplemental source it asks last;
 * here it is asked with the others.
 * @param dependencies `[tool.poetry.dependencies]`
 */
export function poetryIndexes(sources: readonly PoetrySource[], dependencies: TomlTable, sourceOf: SourceOf): Indexes {
  const asked = sources.filter(({ priority }) => priority !== "explicit");
  const urls = poetryIndexUrls(asked);
  const isPyPIListed = sources.some(({ url }) => url === null);
  const usesPyPI = isPyPIListed
    ? asked.some(({ url }) => url === null)
    : asked.every(({ priority }) => priority === "supplemental");
  return {
    defaultUrl: usesPyPI ? null : (urls.at(-1) ?? null),
    urls: usesPyPI ? urls : urls.slice(0, -1),
    strategy: "unsafe-best-match",
    byName: named(dependencies, "source", (name, told) => {
      const reference = told.length > 1 ? sourceOf(name)?.reference : told[0];
      const source = sources.find((each) => each.name === reference);
      if (source !== undefined) return poetryIndexUrls([source])[0] ?? null;
      return typeof reference === "string" && reference.toLowerCase() !== "pypi" ? undefined : null;
    }),
    stays: true,
  };
}

/**
 * Pipenv asks its first source for everything that names no other.
 * @param packages `default` of Pipfile.lock
 */
export function pipenvIndexes(
  sources: readonly { readonly name: string; readonly url: string }[],
  packages: Readonly<Record<string, { readonly index?: string | undefined }>>,
): Indexes {
  const [first] = sources;
  const others = Object.entries(packages).flatMap(([name, { index }]) => {
    const source = sources.find((each) => each.name === index);
    return source === undefined || source === first ? [] : [[normalName(name), source.url] as const];
  });
  return {
    ...PYPI,
    defaultUrl: first?.url ?? null,
    byName: new Map(others),
    stays: true,
  };
}

/**
 * What a table says of where its names are taken from.
 * @param key by which an entry names an index
 * @param urlOf the index that a name is taken from, of those that its entries name; undefined for any
 */
function named(
  table: TomlTable,
  key: string,
  urlOf: (name: string, told: readonly string[]) => string | null | undefined,
): Map<string, string | null> {
  return new Map(
    Object.entries(table).flatMap(([written, value]) => {
      const name = normalName(written);
      const told = (Array.isArray(value) ? value : [value]).flatMap((entry) => {
        const index = isTable(entry) ? entry[key] : undefined;
        return typeof index === "string" ? [index] : [];
      });
      const url = told.length === 0 ? undefined : urlOf(name, [...new Set(told)]);
      return url === undefined ? [] : [[name, url] as const];
    }),
  );
}

/** Are these one index, but for credentials? */
function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map((url) => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1").replace(/\/+$/, ""));
  return one === other;
}
