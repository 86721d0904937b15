import { resolve } from "node:path";
import type { ManifestChange } from "../model/advice.js";
import { normalName } from "../model/name.js";
import { fromIndexes, requirementOf } from "../model/requirement.js";
import type { DirectRequirement, Location, PackageManagerName, Resolution } from "../model/resolution.js";
import { preinstalledTools } from "../platforms/buildpack.js";
import type { Indexes } from "./indexes.js";
import type { Manifest } from "./manifest.js";
import { lockRequirements, type ReadRequirements } from "./requirements.js";
import { readRequirements, type Required, type RequirementsFile } from "./requirements-file.js";

/**
 * An app's requirements after a change, to be resolved again as a whole. A requirements file is read anew and changed; what a
 * lock pins is required in these versions, and what else the lock has is preferred, as package managers do when a lock is
 * brought up to date.
 * @param current what the app gets without the change
 * @param own how the app's own files are read
 * @param manager the package manager after it
 * @param askedBy by normalised name, how somebody asked for what comes (`--with six==1.17`), for errors to name; else they name the place
 *   in the app's files that it would have
 */
export function changed(
  current: Resolution,
  own: Manifest,
  change: ManifestChange,
  manager: PackageManagerName,
  askedBy: ReadonlyMap<string, string> = new Map(),
): Manifest {
  const place = placeOf(current, change);
  return {
    sources: () => Promise.resolve(null),
    logins: (app, context) => own.logins(app, context),
    indexes: (app, versions, context) => own.indexes(app, versions, context),
    async lock(request, tools, context) {
      const isFile = current.packageManager === "pip";
      const versions = versionsOf(current);
      // Indexes, and their credentials, stand in the app's files, not in what was resolved.
      const indexes = await own.indexes(
        request.app,
        new Map(versions.map(({ name, version }) => [name, version])),
        context,
      );
      const indexByName = isFile ? {} : Object.fromEntries(indexesByName(indexes, change));
      const read: ReadRequirements = async (job) => {
        const file = isFile
          ? withIndexes(await readRequirements("requirements.txt", null, job, tools, context), change)
          : pinned(current, indexes, job.app);
        return edited(file, change, (name) => {
          const option = askedBy.get(name);
          return option === undefined ? place : { file: option, line: null };
        });
      };
      const preinstalled = preinstalledTools(manager, request.target.python.minor);
      const options = {
        writtenFrom: null,
        dependencies: true,
        cutoff: request.cutoff,
        preinstalled: isFile ? preinstalled : [...preinstalled, ...versions],
        chosen: isFile ? [] : versions.map(({ name }) => name),
        exclude: change.exclude,
        strategy: indexes.strategy,
        indexByName,
      };
      const lock = await lockRequirements(read, options, request, tools, context);
      const added = new Set(change.with.map((text) => required(text, NOWHERE).name));
      return {
        ...lock,
        indexUrls: [...lock.indexUrls, ...Object.values(indexByName).filter((url) => url !== null)],
        direct: lock.direct.map((each) => (added.has(each.name) ? { ...each, location: place } : each)),
        preinstalled,
      };
    },
  };
}

const NOWHERE: Location = { file: "requirements.txt", line: null };

/** Where what comes would be written: in the place of what goes. */
function placeOf({ direct }: Resolution, { without }: ManifestChange): Location {
  const replaced = direct.find(({ name }) => without.includes(name)) ?? direct.at(-1);
  return replaced?.location ?? NOWHERE;
}

/** @param placeFor what errors name, by a requirement's name */
function edited(
  file: RequirementsFile,
  change: ManifestChange,
  placeFor: (name: string) => Location,
): RequirementsFile {
  const comes = change.with.map((text) => {
    const { name } = required(text, NOWHERE);
    return required(text, name === null ? NOWHERE : placeFor(name));
  });
  const gone = new Set(change.without);
  const kept = file.requirements.filter(({ name, constraint }) => constraint || name === null || !gone.has(name));
  return {
    ...file,
    requirements: [...kept, ...comes],
    // What comes has no hash.
    requireHashes: false,
  };
}

/** A requirement of a change: name, extras and specifier, as PEP 508 has them. uv tells of what is wrong with it. */
function required(text: string, { file, line }: Location): Required {
  const { name, extras, specifier } = requirementOf(text);
  return {
    file,
    line: line ?? 0,
    name: normalName(name),
    extras: extras.map(normalName),
    specifier: specifier.replaceAll(/\s+/g, ""),
    prerelease: /\d(?:a|b|rc|\.?dev)\d/i.test(specifier),
    link: null,
    editable: false,
    constraint: false,
    hashes: [],
  };
}

/** pip asks every index for every name. */
function withIndexes(file: RequirementsFile, { indexes }: ManifestChange): RequirementsFile {
  return { ...file, extraIndexUrls: [...file.extraIndexUrls, ...indexes] };
}

/** The index that alone is asked for a name, with the change's lines in the manifest. */
function indexesByName({ byName, stays }: Indexes, change: ManifestChange): ReadonlyMap<string, string | null> {
  const comes = change.with.map((text) => normalName(requirementOf(text).name));
  const replaced = change.without.find((name) => !comes.includes(name)) ?? change.without[0] ?? "";
  const taken = stays ? byName.get(replaced) : undefined;
  const others = taken === undefined ? [] : comes.filter((name) => !byName.has(name));
  const [index] = change.indexes;
  const restricted = index === undefined ? [] : fromIndexes(change.with).map(normalName);
  return new Map([
    ...byName,
    ...others.map((name) => [name, taken ?? null] as const),
    ...restricted.map((name) => [name, index ?? null] as const),
  ]);
}

/** What a lock comes down to, as a requirements file: what the app names itself, in the versions that it gets. */
function pinned(current: Resolution, { defaultUrl, urls }: Indexes, app: string): RequirementsFile {
  const sources = new Map(current.distributions.map((each) => [each.name, each]));
  return {
    requirements: current.direct.flatMap((direct) => {
      const distribution = sources.get(direct.name);
      return distribution === undefined ? [] : [pinnedTo(direct, distribution, app)];
    }),
    indexUrl: defaultUrl,
    // pip prefers the later one.
    extraIndexUrls: urls.toReversed(),
    refusing: [],
    findLinks: [],
    noLinks: [],
    noIndex: false,
    trustedHosts: [],
    noBinary: [],
    onlyBinary: [],
    preferBinary: false,
    allReleases: [],
    onlyFinal: [],
    requireHashes: false,
  };
}

function pinnedTo(
  { name, extras, location }: DirectRequirement,
  { version, source }: Resolution["distributions"][number],
  app: string,
): Required {
  const link = linkOf(source, app);
  const specifier = link === null && version !== null ? `==${version}` : "";
  return { ...required(`${name}${specifier}`, location), extras: [...extras], link };
}

/** The address that a distribution is taken from; null if that is an index. */
function linkOf(source: Resolution["distributions"][number]["source"], app: string): Required["link"] {
  switch (source.kind) {
    case "wheel":
    case "sdist":
      return null;
    case "archive":
      return { url: source.url, path: null, directory: false, vcs: false, sha256: source.sha256 };
    case "vcs":
      return { url: `git+${source.url}@${source.commit}`, path: null, directory: false, vcs: true, sha256: null };
    case "directory": {
      const path = resolve(app, source.path);
      return { url: path, path, directory: true, vcs: false, sha256: null };
    }
  }
}

function versionsOf({ distributions }: Resolution): { name: string; version: string }[] {
  return distributions.flatMap(({ name, version }) => (version === null ? [] : [{ name, version }]));
}
