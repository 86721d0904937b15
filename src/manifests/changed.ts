import { resolve } from "node:path";
import type { ManifestChange } from "../model/advice.js";
import { normalName } from "../model/name.js";
import { requirementOf } from "../model/requirement.js";
import type { DirectRequirement, Location, PackageManagerName, Resolution } from "../model/resolution.js";
import { preinstalledTools } from "../platforms/buildpack.js";
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
    async lock(request, tools, context) {
      const isFile = current.packageManager === "pip";
      // Indexes, and their credentials, stand in the app's files, not in what was resolved.
      const indexUrls = isFile
        ? []
        : [...(await own.lock(request, tools, context)).indexUrls, ...(await own.logins(request.app, context))];
      const read: ReadRequirements = async (job) => {
        const file = isFile
          ? await readRequirements("requirements.txt", null, job, tools, context)
          : pinned(current, indexUrls, job.app);
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
        preinstalled: isFile ? preinstalled : [...preinstalled, ...versionsOf(current)],
        chosen: isFile ? [] : versionsOf(current).map(({ name }) => name),
        exclude: change.exclude,
      };
      const lock = await lockRequirements(read, options, request, tools, context);
      const added = new Set(change.with.map((text) => required(text, NOWHERE).name));
      return {
        ...lock,
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
    extraIndexUrls: [...file.extraIndexUrls, ...change.indexes],
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

/** What a lock comes down to, as a requirements file: what the app names itself, in the versions that it gets. */
function pinned(current: Resolution, indexUrls: readonly string[], app: string): RequirementsFile {
  const sources = new Map(current.distributions.map((each) => [each.name, each]));
  return {
    requirements: current.direct.flatMap((direct) => {
      const distribution = sources.get(direct.name);
      return distribution === undefined ? [] : [pinnedTo(direct, distribution, app)];
    }),
    indexUrl: null,
    extraIndexUrls: [...indexUrls],
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
