import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, stringify } from "smol-toml";
import { SideError } from "../errors.js";
import { HEROKU } from "../platforms/heroku.js";
import type { Context } from "../ports.js";
import { uvEnvironment, withoutIndexes } from "../resolve/environment.js";
import { toolError } from "../resolve/errors.js";
import { BuildFailure, sourceMetadata, type SourceMetadata } from "../resolve/source-metadata.js";
import { PUBLISH_A_WHEEL, wantedCredentials } from "../sandbox/access.js";
import type { Refusal } from "../sandbox/find.js";
import { redact } from "../system/redact.js";
import { run } from "../system/run.js";
import type { Tools } from "../tools/tools.js";
import { BuiltMetadata, culpritOf } from "./built-metadata.js";
import type { IndexStrategy } from "./indexes.js";
import type { Lock, LockRequest } from "./manifest.js";
import { isTable } from "../model/toml.js";
import type { Required, RequirementsFile } from "./requirements-file.js";
import { namesPrerelease, pinnedVersion, ResolverLogReader, type ResolverLog } from "./uv-log.js";

/** How a requirements file is resolved. */
export interface CompileOptions {
  /** The file that a reader would look into; null for the requirements file itself. */
  readonly writtenFrom: string | null;
  /** False if the file names everything that is to be installed. */
  readonly dependencies: boolean;
  /** RFC 3339; null if what the file names was chosen before. */
  readonly cutoff: string | null;
  /** What is there already: preferred if it fits, as pip does without `--upgrade`. */
  readonly preinstalled: Lock["preinstalled"];
  /** Normalised names of what a lock has chosen, perhaps after the cut-off. */
  readonly chosen?: readonly string[];
  /** Normalised names of what is left out, whatever requires it. */
  readonly exclude?: readonly string[];
  /** Which of several indexes a version is taken from. Default: the best of all, as pip does. */
  readonly strategy?: IndexStrategy;
  /** By normalised name, the index that alone is asked for what the file names; null for PyPI. None by default. */
  readonly indexByName?: Readonly<Record<string, string | null>>;
}

/** Named relative to where uv runs: a path with a blank would be two files of constraints to it. */
const REQUIREMENTS = "requirements.txt";
const CONSTRAINTS = "constraints.txt";
const EXCLUDES = "excludes.txt";
/** In a directory of its own, since one where uv runs is settings as well. */
const FROM_INDEXES = join("from-indexes", "pyproject.toml");

/** More than this many distributions whose metadata has to be built are somebody's game. */
const BUILDS = 100;

/** uv's resolution is repeated while it shows something that pip sees otherwise; more rounds than this is a bug. */
const ROUNDS = 30;

/**
 * Resolves what pip would install, with uv. Where uv differs from pip it is told pip's way: what pip's parser made of the
 * file, every index for every name, pre-releases of what is required with one, yanked files of what is pinned, a fitting
 * pre-installed version.
 * @param directory absolute path of an empty directory to work in
 * @throws SideError
 */
export async function compile(
  directory: string,
  file: RequirementsFile,
  options: CompileOptions,
  request: LockRequest,
  tools: Tools,
  context: Context,
): Promise<{ pylock: string; notes: string[] }> {
  const { app, target, python, building } = request;
  const { exclude = [], chosen = [], strategy = "unsafe-best-match", indexByName = {} } = options;
  const output = join(directory, "pylock.toml");
  const asked = file.requirements.filter(({ constraint }) => !constraint);
  const limits = file.requirements.filter(({ constraint }) => constraint);
  // Index URLs may hold credentials: in a file of this run's own, not on a command line that every user can see.
  const mode = { mode: 0o600 };
  await writeFile(
    join(directory, CONSTRAINTS),
    [...limits.map((limit) => requirementLine(limit)), ""].join("\n"),
    mode,
  );
  await writeFile(join(directory, EXCLUDES), exclude.map((name) => `${name}\n`).join(""));

  const program = await tools.uv();
  // The file says what indexes there are; PIP_EXTRA_INDEX_URL is among them already.
  const usesDefault = file.indexUrl === null && !file.noIndex;
  const env: Record<string, string> = {
    ...withoutIndexes(await uvEnvironment(building.kind === "here", context), usesDefault),
    RUST_LOG: "uv_resolver=debug",
  };
  const wishes = new Wishes(file, options.preinstalled);
  const built = new BuiltMetadata(env.UV_CONFIG_FILE ?? null);

  /** The index that alone is asked for a name; null for any. What is said to be PyPI's is asked where uv would ask PyPI. */
  const onlyIndexOf = async (name: string | null): Promise<string | null> =>
    name === null || !Object.hasOwn(indexByName, name) ? null : (indexByName[name] ?? (await tools.defaultIndex()));

  /** Resolves the lines, and gives the lock that uv wrote, if it did. */
  const uvCompile = async (lines: readonly Line[], dependencies: boolean) => {
    const texts: string[] = [];
    const restricted: Restricted[] = [];
    for (const { indexed, text } of lines) {
      const url = await onlyIndexOf(indexed);
      if (indexed === null || url === null) texts.push(text);
      else restricted.push({ name: indexed, url, text });
    }
    await writeFile(join(directory, REQUIREMENTS), [...indexLines(file), ...texts, ""].join("\n"), mode);
    const fromIndexes = projectOf(restricted);
    if (fromIndexes !== null) {
      await mkdir(dirname(join(directory, FROM_INDEXES)), { recursive: true });
      await writeFile(join(directory, FROM_INDEXES), fromIndexes, mode);
    }
    const settings = join(directory, "uv.toml");
    if (built.size > 0) await writeFile(settings, await built.settings(), mode);
    const log = new ResolverLogReader();
    const result = await run(
      program,
      [
        ...["pip", "compile", REQUIREMENTS, ...(fromIndexes === null ? ["--no-sources"] : [FROM_INDEXES])],
        ...["--constraints", CONSTRAINTS, "--output-file", output],
        ...["--format", "pylock.toml", "--no-header", "--no-annotate"],
        ...["--python", python.path, "--python-version", target.python.full],
        ...["--python-platform", HEROKU.stacks[target.stack].uvPlatform],
        ...["--index-strategy", strategy],
        ...(dependencies ? [] : ["--no-deps"]),
        ...(exclude.length === 0 ? [] : ["--excludes", EXCLUDES]),
        ...(options.cutoff === null ? [] : ["--exclude-newer", options.cutoff]),
        ...wishes.args(),
        ...chosen.flatMap((name) => ["--exclude-newer-package", `${name}=false`]),
        ...file.noBinary.flatMap((name) => ["--no-binary", name]),
        ...file.onlyBinary.flatMap((name) => ["--only-binary", name]),
        ...file.trustedHosts.flatMap((host) => ["--allow-insecure-host", host]),
      ],
      {
        cwd: directory,
        // Found where uv runs, it adds to the user's own settings, unless these are in a file that is named.
        env: env.UV_CONFIG_FILE === undefined || built.size === 0 ? env : { ...env, UV_CONFIG_FILE: settings },
        signal: context.signal,
        onStderr: (chunk) => {
          log.add(chunk);
        },
      },
    );
    const pylock = result.code === 0 ? await readFile(output, "utf8") : null;
    return { stderr: result.stderr, log: log.end(), pylock };
  };

  for (let round = 0; round < ROUNDS + built.size; round++) {
    await writeFile(output, wishes.preferences());
    const lines = asked.map((required): Line => {
      return { indexed: required.link === null ? required.name : null, text: requirementLine(required, built) };
    });
    const { stderr, log, pylock } = await uvCompile(lines, options.dependencies);
    if (wishes.learn(log, pylock === null ? null : versionsOf(pylock))) continue;
    if (pylock !== null) return { pylock, notes: wishes.notes() };
    const places = options.writtenFrom === null ? file.requirements : [];
    const fail = (text: string, refusal: Refusal | null): SideError =>
      withPlaces(toolError({ tool: "uv", output: text, app, target, refusal }, context), text, places);
    const culprit = culpritOf(stderr);
    if (building.kind !== "sandbox") throw fail(stderr, building.kind === "refused" ? building : null);
    if (culprit === null || built.size >= BUILDS) throw fail(stderr, null);
    const sandbox = await building.sandbox();
    if (!("run" in sandbox)) throw fail(stderr, sandbox);

    /** Builds the metadata of what an address leads to. */
    const build = async (name: string | null, url: string): Promise<SourceMetadata> => {
      const source = { requirement: name === null ? url : `${name} @ ${url}`, app, python, cutoff: options.cutoff };
      const metadata = await sourceMetadata(source, sandbox, tools, context);
      const label = name ?? redact(url);
      if (metadata instanceof BuildFailure && wantedCredentials(metadata.output)) {
        const text = `${label} has to be built to say what it requires, and could not be fetched: it asks for credentials.`;
        throw new SideError("unweighable", "resolve", text, PUBLISH_A_WHEEL);
      }
      if (metadata instanceof BuildFailure) throw fail(`Failed to build \`${label}\`\n${metadata.output}`, null);
      if (name === null || metadata.name === name) return metadata;
      throw fail(`Failed to build \`${label}\`\nIt calls itself ${metadata.name}.`, null);
    };
    switch (culprit.kind) {
      case "version": {
        const { name, version } = culprit;
        // With a stand-in for its metadata uv tells where the file is.
        built.add({ name, version, requires: [], requiresPython: null, extras: [] });
        const found = await uvCompile([{ indexed: name, text: `${name}==${version}` }], false);
        const url = found.pylock === null ? null : sourceAddress(found.pylock, name);
        if (url === null) throw fail(found.stderr, null);
        built.add({ ...(await build(name, url)), version });
        break;
      }
      case "address": {
        const { name } = culprit;
        const link = asked.find((required) => required.name === name && required.link !== null)?.link ?? null;
        built.add(await build(name, link === null ? culprit.url : addressOf(link)));
        break;
      }
      case "unnamed": {
        const open = asked.flatMap(({ name, link }) =>
          name === null && link !== null && built.nameOf(link.url) === null ? [link] : [],
        );
        if (open.length === 0) throw fail(stderr, null);
        for (const link of open) built.addNamed(link.url, await build(null, addressOf(link)));
        break;
      }
    }
  }
  throw new Error(`uv's resolution did not settle in ${ROUNDS} rounds`);
}

/** More places than this are counted. */
const PLACES = 3;

/** The error with the places of those requirements that uv speaks of, if it is the requirements that are wrong. */
function withPlaces(error: SideError, output: string, requirements: readonly Required[]): SideError {
  if (error.state !== "invalid") return error;
  // Its log speaks of all.
  const words = new Set(
    output
      .split("\n")
      .filter((line) => !/^(DEBUG|TRACE|INFO|WARN)\b/.test(line))
      .flatMap((line) => line.split(/[^\w.:/-]|[=<>!~]=|[.:]$/)),
  );
  const meant = requirements.filter(({ name, link }) =>
    [name, link?.url, link?.path].some((each) => each != null && words.has(each)),
  );
  // A line is 0 where it can't be told, or where no file says it.
  const places = [...new Set(meant.map(({ file, line }) => `${redact(file)}${line === 0 ? "" : `:${line}`}`))];
  if (places.length === 0) return error;
  const others = places.length > PLACES ? ` and ${places.length - PLACES} more` : "";
  const where = `${places.slice(0, PLACES).join(", ")}${others}`;
  return new SideError(error.state, error.step, `${where}: ${error.message}`, error.hint, error.details);
}

/** A link as pip takes it, with the hash that the file must have. */
function addressOf({ url, sha256 }: NonNullable<Required["link"]>): string {
  return sha256 === null ? url : `${url}#sha256=${sha256}`;
}

/** Where a lock has the source archive of a distribution; null if it has none. */
function sourceAddress(pylock: string, name: string): string | null {
  const { packages } = parse(pylock);
  for (const item of Array.isArray(packages) ? packages : []) {
    if (!isTable(item) || item.name !== name || !isTable(item.sdist)) continue;
    const { url, path, hashes } = item.sdist;
    const sha256 = isTable(hashes) && typeof hashes.sha256 === "string" ? `#sha256=${hashes.sha256}` : "";
    if (typeof url === "string") return url + sha256;
    if (typeof path === "string") return pathToFileURL(path).href + sha256;
  }
  return null;
}

/** What uv has to be told to follow pip: some from the requirements file, some learnt from an earlier attempt. */
class Wishes {
  /** Names of which pip takes pre-releases, since a specifier names one. */
  readonly #prereleases: Set<string>;
  /** Names that an index lists without times of upload. pip on Heroku sees such files: the cut-off is lifted for them. */
  readonly #untimed = new Set<string>();
  /** `name==version` that a dependency pins and uv did not find: perhaps a yanked file, which pip takes then. */
  readonly #pins = new Set<string>();
  /** Those that uv then took without that pin. */
  readonly #refuted = new Set<string>();

  constructor(
    readonly file: RequirementsFile,
    readonly preinstalled: Lock["preinstalled"],
  ) {
    this.#prereleases = new Set(
      file.requirements.flatMap(({ name, prerelease }) => (name !== null && prerelease ? [name] : [])),
    );
  }

  /**
   * Takes in what an attempt shows.
   * @param chosen version by name; null if the attempt failed
   * @returns whether another attempt may end otherwise
   */
  learn(log: ResolverLog, chosen: ReadonlyMap<string, string> | null): boolean {
    const size = (): number => this.#untimed.size + this.#prereleases.size + this.#pins.size + this.#refuted.size;
    const before = size();
    for (const name of log.untimed) this.#untimed.add(name);
    const pinned = new Set<string>();
    for (const { parent, parentVersion, name, range } of log.dependencies) {
      const used = chosen?.get(parent) === parentVersion;
      if (used && namesPrerelease(range)) this.#prereleases.add(name);
      const version = pinnedVersion(range);
      if (used && version !== null) pinned.add(`${name}==${version}`);
    }
    for (const pin of log.missing) this.#pins.add(pin);
    for (const pin of this.#pins) {
      const [name = "", version = ""] = pin.split("==");
      if (chosen?.get(name) === version && !pinned.has(pin) && !this.#isAsked(name)) this.#refuted.add(pin);
    }
    return size() > before;
  }

  /** Does the app name it itself? Then no preference is needed, nor harmful: uv goes by the app's own specifier. */
  #isAsked(name: string): boolean {
    return this.file.requirements.some(
      (requirement) => requirement.name === name && requirement.specifier.includes("=="),
    );
  }

  /** A lock that holds what is preferred if it fits: uv takes it from its output file. */
  preferences(): string {
    const pins = [...this.#pins].filter((pin) => !this.#refuted.has(pin)).sort();
    const packages = [
      ...this.preinstalled.map(({ name, version }) => ({ name, version })),
      ...pins.map((pin) => ({ name: pin.split("==")[0] ?? "", version: pin.split("==")[1] ?? "" })),
    ];
    return stringify({ "lock-version": "1.0", "created-by": "slugdiff", packages });
  }

  args(): string[] {
    const ALL = ":all:";
    const { allReleases, onlyFinal } = this.file;
    const mode = allReleases.includes(ALL) ? ["allow"] : onlyFinal.includes(ALL) ? ["disallow"] : [];
    const allowed = new Set([...(mode[0] === "disallow" ? [] : this.#prereleases), ...allReleases]);
    for (const name of [ALL, ...onlyFinal]) allowed.delete(name);
    const finals = onlyFinal.filter((name) => name !== ALL);
    return [
      ...mode.flatMap((value) => ["--prerelease", value]),
      ...[...finals].sort().flatMap((name) => ["--prerelease-package", `${name}=disallow`]),
      ...[...allowed].sort().flatMap((name) => ["--prerelease-package", `${name}=allow`]),
      ...[...this.#untimed].sort().flatMap((name) => ["--exclude-newer-package", `${name}=false`]),
    ];
  }

  notes(): string[] {
    const names = [...this.#untimed].sort().join(", ");
    return [
      ...this.file.noLinks.map(
        (place) => `--find-links ${place} was passed over: it is not in the app, so not on Heroku.`,
      ),
      ...(names === ""
        ? []
        : [`The cut-off was not applied to ${names}: an index does not say when files were uploaded.`]),
      ...(this.file.preferBinary ? ["--prefer-binary was not followed: the newest version is taken in any case."] : []),
    ];
  }
}

function versionsOf(pylock: string): Map<string, string> {
  const { packages } = parse(pylock);
  return new Map(
    (Array.isArray(packages) ? packages : []).flatMap((item) =>
      isTable(item) && typeof item.name === "string" && typeof item.version === "string"
        ? [[item.name, item.version]]
        : [],
    ),
  );
}

/** The lines that say where files come from. uv prefers an earlier extra index, pip a later one. */
function indexLines(file: RequirementsFile): string[] {
  return [
    ...(file.noIndex ? ["--no-index"] : []),
    ...(file.indexUrl === null || file.noIndex ? [] : [`--index-url ${file.indexUrl}`]),
    ...file.extraIndexUrls.toReversed().map((url) => `--extra-index-url ${url}`),
    ...file.findLinks.map((place) => `--find-links ${place}`),
  ];
}

/** A requirement in uv's words. */
interface Line {
  /** Its normalised name, if an index has it. */
  readonly indexed: string | null;
  readonly text: string;
}

/** A requirement for which one index alone is asked. */
interface Restricted {
  readonly name: string;
  readonly url: string;
  readonly text: string;
}

/** A project that requires what only one index is asked for: a requirements file can't say that. Null for nothing. */
function projectOf(lines: readonly Restricted[]): string | null {
  if (lines.length === 0) return null;
  const index = lines.map(({ url }, at) => ({ name: `index-${at}`, url, explicit: true }));
  const sources = Object.fromEntries(lines.map(({ name }, at) => [name, { index: `index-${at}` }]));
  const dependencies = lines.map(({ text }) => text);
  // Its name is that of who requires it, in what uv says.
  return stringify({ project: { name: "the-app", version: "0", dependencies }, tool: { uv: { index, sources } } });
}

/** A requirement in uv's words: no marker, since it applies; paths absolute; a repository never editable. */
function requirementLine({ name: given, extras, specifier, link, editable }: Required, built?: BuiltMetadata): string {
  const suffix = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  if (link === null) return `${given ?? ""}${suffix}${specifier}`;
  const prefix = editable && !link.vcs ? "-e " : "";
  const name = given ?? built?.nameOf(link.url) ?? null;
  return name === null ? `${prefix}${link.url}${suffix}` : `${prefix}${name}${suffix} @ ${link.url}`;
}
