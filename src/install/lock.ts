import { isAbsolute, relative, resolve, sep } from "node:path";
import { parse, stringify, type TomlTable, type TomlValue } from "smol-toml";
import { SideError } from "../errors.js";
import type { DistributionSource, ResolvedDistribution } from "../model/resolution.js";
import { normalName } from "../model/name.js";
import { isTable, tables } from "../model/toml.js";

/** Where a distribution that is taken from a directory is to be built, as an absolute path; given its place in the app. */
export type DirectoryOf = (distribution: ResolvedDistribution) => string;

/** A lock's packages by normalised name; a name may stand for several, of which markers choose. */
export interface ParsedLock {
  readonly packages: ReadonlyMap<string, readonly TomlTable[]>;
  /** For packages that name no index: uv (0.12.5) finds them in its cache only if they do. */
  readonly defaultIndex: string | null;
}

/** Reads the text of a lock (PEP 751). */
export function parseLock(pylock: string, defaultIndex: string | null): ParsedLock {
  const packages = new Map<string, TomlTable[]>();
  for (const entry of tables(parse(pylock).packages)) {
    if (typeof entry.name !== "string") continue;
    const name = normalName(entry.name);
    packages.set(name, [...(packages.get(name) ?? []), entry]);
  }
  return { packages, defaultIndex };
}

/**
 * The part of a lock (PEP 751) that installs `wanted` and nothing else: of each distribution the one file that was chosen, no
 * marker and no `requires-python`, since the choice has been made already, for the target's full Python version.
 * @param app absolute path that relative paths of the lock start from
 * @param directoryOf called for directories and for editable repositories
 * @throws SideError if a file lies outside the app, where Heroku does not see it
 */
export function selectFromLock(
  { packages, defaultIndex }: ParsedLock,
  wanted: readonly ResolvedDistribution[],
  app: string,
  directoryOf: DirectoryOf,
): string {
  return stringify({
    "lock-version": "1.0",
    "created-by": "slugdiff",
    packages: wanted.map((distribution) => {
      const { name, version, source } = distribution;
      const base: TomlTable = { name, ...(version === null ? {} : { version }) };
      if (source.kind === "directory" || (source.kind === "vcs" && source.editable)) {
        return { ...base, directory: { path: directoryOf(distribution), editable: source.editable } };
      }
      for (const entry of packages.get(name) ?? []) {
        const chosen = chosenFile(entry, source, name, app);
        const index = entry.index ?? defaultIndex ?? undefined;
        if (chosen !== null) return { ...base, ...(index === undefined ? {} : { index }), ...chosen };
      }
      throw new Error(`the lock has no ${source.kind} for ${name} as the resolution names it`);
    }),
  });
}

/** The keys of a lock's package that install `source`; null if this package does not offer it. */
function chosenFile(
  entry: TomlTable,
  source: Exclude<DistributionSource, { kind: "directory" }>,
  name: string,
  app: string,
): TomlTable | null {
  switch (source.kind) {
    case "wheel": {
      const wheel = tables(entry.wheels).find((file) => isFile(file, source));
      // A wheel that is named by its address is an `archive` to the lock.
      return wheel === undefined ? archive(entry, source, name, app) : { wheels: [located(wheel, name, app)] };
    }
    case "sdist": {
      const sdist = table(entry.sdist);
      return sdist !== null && isFile(sdist, source)
        ? { sdist: located(sdist, name, app) }
        : archive(entry, source, name, app);
    }
    case "archive":
      return archive(entry, source, name, app);
    case "vcs": {
      const vcs = table(entry.vcs);
      return vcs?.["commit-id"] === source.commit ? { vcs: located(vcs, name, app) } : null;
    }
  }
}

function archive(entry: TomlTable, source: { readonly sha256: string | null }, name: string, app: string) {
  const file = table(entry.archive);
  const sha256 = file === null ? undefined : table(file.hashes)?.sha256;
  if (file === null || (source.sha256 !== null && sha256 !== undefined && sha256 !== source.sha256)) return null;
  return { archive: located(file, name, app) };
}

/** Is it the chosen one? The hash decides; without one, the file's name. */
function isFile(file: TomlTable, source: { readonly filename: string; readonly sha256: string | null }): boolean {
  const sha256 = table(file.hashes)?.sha256;
  if (source.sha256 !== null && typeof sha256 === "string") return sha256.toLowerCase() === source.sha256;
  const place = [file.name, file.url, file.path].find((value) => typeof value === "string");
  return place !== undefined && fileName(place) === source.filename;
}

/** The table with its relative path made absolute: the selection is read from another directory than the lock. */
function located(file: TomlTable, name: string, app: string): TomlTable {
  const path = file.path;
  return typeof path === "string" && file.url === undefined ? { ...file, path: inApp(path, name, app) } : file;
}

/**
 * The absolute path of a file or directory of the app.
 * @throws SideError if it lies outside
 */
export function inApp(path: string, name: string, app: string): string {
  const full = resolve(app, path);
  const from = relative(app, full);
  if (from === ".." || from.startsWith(`..${sep}`) || isAbsolute(from)) {
    throw new SideError(
      "invalid",
      "install",
      `${name} is taken from outside the app's directory, where Heroku does not see it.`,
      "Move it under the slug root, or publish it to an index.",
    );
  }
  return full;
}

function table(value: TomlValue | undefined): TomlTable | null {
  return isTable(value) ? value : null;
}

/** The last part of a path or URL. */
function fileName(place: string): string {
  const last = place.split(/[?#]/, 1)[0]?.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // A stray per cent sign: not encoded after all.
  }
}
