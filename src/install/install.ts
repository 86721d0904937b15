import { constants } from "node:fs";
import { cp, mkdir, mkdtemp, realpath, statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { SideError } from "../errors.js";
import { gib } from "../model/format.js";
import type { InstalledDistribution } from "../model/distribution.js";
import type { Measure } from "../model/layer.js";
import {
  inWords,
  isReadyWheel,
  type DistributionSource,
  type Resolution,
  type ResolvedDistribution,
} from "../model/resolution.js";
import { PYTHON_HOME, SLUG_ROOT, sitePackages, type Target } from "../model/target.js";
import { byTarOrder, type TreeEntry } from "../model/tree.js";
import type { Context } from "../ports.js";
import { findAnyInterpreter, type Interpreter } from "../python/interpreters.js";
import type { Building } from "../sandbox/building.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { Tools } from "../tools/tools.js";
import { bytecodePath, compileBytecode, isCompiled } from "./bytecode.js";
import { checkOut, checkoutPath } from "./checkout.js";
import { fileError } from "./errors.js";
import { inApp, selectFromLock } from "./lock.js";
import { DYNO_PYTHON, normalise } from "./normalise.js";
import { installEnvironment } from "./tool-environment.js";
import type { ToolEnvironment } from "./preinstalled.js";
import { predictBytecode } from "./predict.js";
import { entangled, foldersOf, readEntry, survey, type Found, type Survey } from "./survey.js";
import { defaultIndex, uvInstall, type Installer } from "./uv.js";

/** What is to be installed, for what. */
export interface InstallRequest {
  /** With the environment that a pre-installed tool has to itself, if it is one. */
  readonly resolution: Resolution & { readonly environment?: ToolEnvironment | null };
  /** Distributions of the resolution. */
  readonly wanted: readonly ResolvedDistribution[];
  readonly target: Target;
  /** Of the target's minor version; null if this machine has none: then bytecode is predicted, not compiled. */
  readonly interpreter: Interpreter | null;
  /** Absolute path of the app's directory, which directory sources are relative to. Read, never written. */
  readonly app: string;
  /** How a distribution without a usable wheel is built. */
  readonly building: Building;
  /** What builds need is resolved as of this moment (RFC 3339). Default: now. */
  readonly cutoff?: string;
}

/** One root with the distributions to be taken from it. */
interface Laid {
  readonly survey: Survey;
  readonly names: readonly string[];
  /** Holds one distribution only, so what nobody claims is its own. */
  readonly alone: boolean;
  /** Absolute path of the app, or of the copy of it, that it was built from. */
  readonly app: string;
}

/** The oldest Python that uv runs with. */
const OLDEST_PYTHON = "3.8";

/** An interpreter of whatever version: uv needs one, even where it installs for another. */
async function anyInterpreter(context: Context): Promise<Interpreter> {
  const found = await findAnyInterpreter(context, OLDEST_PYTHON);
  if (found !== null) return found;
  throw new SideError(
    "unweighable",
    "install",
    "No Python was found, of any version.",
    "Put a python3 on PATH, for instance with actions/setup-python.",
  );
}

/** Where one distribution was found. */
interface Place {
  readonly distribution: ResolvedDistribution;
  readonly root: Laid;
  readonly found: Found;
  /** Paths of the sources that Heroku compiles, in tar order. */
  readonly compilable: readonly string[];
}

/**
 * Installs `wanted` of the resolution into scratch directories laid out as Heroku's, compiled; nothing of the app itself is
 * built, but for distributions that the app takes from a directory of its own. In the order of `wanted`.
 * @throws SideError if the world does not play along: an index that is down, a hash that differs, a build that fails, a full
 * disk, a hostile wheel
 */
export async function install(
  request: InstallRequest,
  tools: Pick<Tools, "uv">,
  context: Context,
): Promise<InstalledDistribution[]> {
  try {
    return await installAll(request, await tools.uv(), context);
  } catch (error) {
    throw fileError(error, context);
  }
}

async function installAll(request: InstallRequest, uv: string, context: Context): Promise<InstalledDistribution[]> {
  const { wanted, target, interpreter } = request;
  if (wanted.length === 0) return [];
  const scratch = await mkdtemp(join(await realpath(context.scratch), "install-"));
  const python = interpreter ?? (await anyInterpreter(context));
  const building = await buildingFor(request);
  const installer: Installer = { uv, python, target, builds: building === "here", cutoff: request.cutoff ?? null };
  const { environment = null, pylock } = request.resolution;
  if (environment !== null) {
    const compile = interpreter !== null;
    return [await installEnvironment(environment, pylock, wanted, { installer, compile, scratch }, context)];
  }
  const laid = await layOut(request, building, installer, scratch, context);
  const byName = new Map(laid.flatMap((root) => root.names.map((name) => [name, root] as const)));
  const places = wanted.map((distribution): Place => {
    const root = byName.get(distribution.name);
    const found = root?.survey.found.get(distribution.name);
    if (root === undefined || found === undefined) throw leftNothing(distribution.name);
    return { distribution, root, found, compilable: compilable(root.survey, found, target) };
  });

  for (const { distribution, root, found } of places) {
    context.signal.throwIfAborted();
    const paths = takenFromDirectory(distribution.source)
      ? ([
          [root.survey.root, SLUG_ROOT],
          [root.app, SLUG_ROOT],
        ] as const)
      : [];
    await normalise(root.survey, found, target.python.minor, { python, dynoPython: DYNO_PYTHON, paths });
  }
  if (interpreter !== null) {
    const jobs = places.map(({ root, compilable }) => ({ root: root.survey.root, files: compilable }));
    await compileBytecode(jobs, interpreter.path, context);
  }
  const installed: InstalledDistribution[] = [];
  for (const place of places) installed.push(await collect(place, target.python.minor, interpreter !== null));
  return installed;
}

/** How what is wanted gets built; `nowhere` if all of it are wheels. */
type Builder = "here" | "nowhere" | Sandbox;

/** @throws SideError that names what would have to be built, if nothing may be */
async function buildingFor({ wanted, building }: InstallRequest): Promise<Builder> {
  if (building.kind === "here") return "here";
  const names = wanted.filter(mustBeBuilt).map(({ name }) => name);
  if (names.length === 0) return "nowhere";
  const sandbox = building.kind === "refused" ? building : await building.sandbox();
  if ("run" in sandbox) return sandbox;
  const what = names.length === 1 ? "has no wheel" : "have no wheels";
  throw new SideError(
    "unweighable",
    "install",
    `${names.join(", ")} ${what} for the target, and ${sandbox.reason}.`,
    sandbox.hint,
  );
}

/**
 * Installs everything into one root, then into roots of their own those whose files can't be told apart there. What is built in
 * the sandbox has a root to itself from the start, and a sandbox: it can touch nobody else's files.
 */
async function layOut(
  request: InstallRequest,
  building: Builder,
  installer: Installer,
  scratch: string,
  context: Context,
): Promise<Laid[]> {
  const { wanted, target, resolution } = request;
  const activity = context.progress.start(`Installing ${inWords(wanted)}`, wanted.length, "count");
  await warnOfSmallDisk(wanted, scratch, context);
  let roots = 0;
  const index = await defaultIndex(installer.uv, context);
  const shared = await copyOfApp(request, building, scratch);
  const lay = async (some: readonly ResolvedDistribution[]): Promise<Omit<Laid, "names" | "alone">> => {
    const sandbox = typeof building === "object" && some.some(mustBeBuilt) ? building : null;
    const work = join(scratch, String(roots++));
    const root = join(work, "root");
    await mkdir(join(root, PYTHON_HOME), { recursive: true });
    for (const { name, source } of some) {
      if (isEditableRepository(source)) await checkOut(root, name, source.url, source.commit, context);
    }
    const app = sandbox !== null && some.some(isDirectory) ? await copyApp(request.app, join(work, "app")) : shared;
    const lock = selectFromLock(resolution.pylock, some, request.app, index, ({ name, source }) =>
      source.kind === "directory"
        ? join(app, relative(request.app, inApp(source.path, name, request.app)))
        : join(root, checkoutPath(name)),
    );
    await uvInstall(lock, some, { work, root, sandbox }, installer, context);
    return { survey: await survey(root, target.python.minor), app };
  };

  const apart = new Set(
    wanted
      .filter((each) => isEditableRepository(each.source) || (typeof building === "object" && mustBeBuilt(each)))
      .map(({ name }) => name),
  );
  const together = wanted.filter(({ name }) => !apart.has(name));
  const laid: Laid[] = [];
  if (together.length > 0) {
    const all = await lay(together);
    const alone = together.length === 1;
    const tangled = alone ? new Set<string>() : entangled(all.survey);
    laid.push({ ...all, names: together.map(({ name }) => name).filter((name) => !tangled.has(name)), alone });
    for (const name of tangled) apart.add(name);
  }
  activity.advance(wanted.length - apart.size);
  for (const distribution of wanted.filter(({ name }) => apart.has(name))) {
    laid.push({ ...(await lay([distribution])), names: [distribution.name], alone: true });
    activity.advance(1);
  }
  activity.end("done");
  return laid;
}

/** Paths of the `.py` files that are compiled at install time, in tar order. */
function compilable({ tree }: Survey, { claims }: Found, target: Target): string[] {
  const packages = sitePackages(target.python.minor);
  return [...claims.keys()]
    .filter((path) => isCompiled(path, packages) && tree.get(path)?.kind === "file")
    .map((path) => ({ path }))
    .sort(byTarOrder)
    .map(({ path }) => path);
}

/** What one distribution has on disk by now. */
async function collect(place: Place, minor: string, compiled: boolean): Promise<InstalledDistribution> {
  const { distribution, found, compilable, root } = place;
  const { tree } = root.survey;
  const { name, source } = distribution;
  const bytecode = compilable.map((path) => bytecodePath(path, minor));
  const own = withFolders([
    // What lies behind a link is not in the tree.
    ...[...found.claims.keys()].filter((path) => tree.has(path)),
    ...(compiled ? bytecode : []),
  ]);
  const unclaimed = new Set<string>();
  if (root.alone) {
    const stray = [...root.survey.tree.values()].filter(({ path }) => !own.has(path));
    // A repository's checkout belongs to its distribution, whose RECORD knows nothing of it.
    const checkout = stray.filter(({ path }) => `${path}/`.startsWith(`${PYTHON_HOME}/src/`));
    const filled = withFolders(root.survey.tree.keys(), 1);
    const empty = stray.filter(({ path, kind }) => kind === "directory" && !filled.has(path));
    for (const path of withFolders([...checkout, ...empty].map((entry) => entry.path))) own.add(path);
    for (const { path } of stray) if (!own.has(path)) unclaimed.add(path);
  }
  const entries = await readEntries(root.survey.root, own, name);
  const sources = new Set(compilable);
  const { predicted, error } = predictBytecode(compiled ? [] : entries.filter(({ path }) => sources.has(path)), minor);
  return {
    name,
    version: found.metadata.version,
    root: root.survey.root,
    entries,
    unclaimed: await readEntries(root.survey.root, unclaimed, name),
    measure: predicted.length > 0 ? "estimated" : measureOf(source),
    predicted,
    predictedError: error,
    metadata: { requires: found.metadata.requires, extras: found.metadata.extras },
  };
}

/** The paths and all directories that hold them; without the paths themselves if `from` is 1. */
function withFolders(paths: Iterable<string>, from: 0 | 1 = 0): Set<string> {
  const all = new Set<string>();
  for (const path of paths) for (const each of [path, ...foldersOf(path)].slice(from)) all.add(each);
  return all;
}

async function readEntries(root: string, paths: ReadonlySet<string>, name: string): Promise<TreeEntry[]> {
  const entries = await Promise.all([...paths].map((path) => readEntry(root, path, name)));
  return entries.filter((entry) => entry !== null).sort(byTarOrder);
}

function measureOf(source: DistributionSource): Measure {
  return isReadyWheel(source) ? "measured" : "built";
}

function mustBeBuilt({ source }: ResolvedDistribution): boolean {
  return !isReadyWheel(source);
}

function isDirectory({ source }: ResolvedDistribution): boolean {
  return source.kind === "directory";
}

function isEditableRepository(
  source: DistributionSource,
): source is Extract<DistributionSource, { kind: "vcs" }> & { editable: true } {
  return source.kind === "vcs" && source.editable;
}

function takenFromDirectory(source: DistributionSource): boolean {
  return source.kind === "directory" || isEditableRepository(source);
}

/** The app to build from outside of the sandbox: a copy, since builds write beside the sources. */
async function copyOfApp({ wanted, app }: InstallRequest, building: Builder, scratch: string): Promise<string> {
  return building === "here" && wanted.some(isDirectory) ? copyApp(app, join(scratch, "app")) : app;
}

async function copyApp(app: string, copy: string): Promise<string> {
  await cp(app, copy, {
    recursive: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    // Heroku builds in a directory without it.
    filter: (path) => path !== join(app, ".git"),
  });
  return copy;
}

/** Wheels unpack to three or four times their size. */
const UNPACKED = 3.5;

async function warnOfSmallDisk(
  wanted: readonly ResolvedDistribution[],
  scratch: string,
  context: Context,
): Promise<void> {
  const sizes = wanted.map(({ source }) => ("size" in source ? (source.size ?? 0) : 0));
  const needed = UNPACKED * sizes.reduce((a, b) => a + b, 0);
  const { bavail, bsize } = await statfs(scratch);
  if (bavail * bsize < needed) {
    const free = gib(bavail * bsize);
    context.progress.note(`Only ${free} of disk are free where about ${gib(needed)} may be needed.`);
  }
}

function leftNothing(name: string): SideError {
  return new SideError(
    "invalid",
    "install",
    `Installing ${name} left no distribution of that name.`,
    "Check that the project's own metadata has the name that it is required by.",
  );
}
