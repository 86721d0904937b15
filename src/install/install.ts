import { mkdtemp, realpath } from "node:fs/promises";
import { join } from "node:path";
import { SideError } from "../errors.js";
import type { InstalledDistribution } from "../model/distribution.js";
import { GIB } from "../model/bytes.js";
import { gib, mib } from "../model/format.js";
import { inWords, isReadyWheel, type ResolvedDistribution } from "../model/resolution.js";
import { SLUG_ROOT, type Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import type { Building } from "../sandbox/building.js";
import { mapAtOnce } from "../system/at-once.js";
import type { Tools } from "../tools/tools.js";
import { compileBytecode } from "./bytecode.js";
import { collect, compilable, type Place } from "./collect.js";
import { fileError, hostileWheel } from "./errors.js";
import { builderFor, isTakenFromDirectory, layOut, partition, warnOfSmallDisk, type Laid } from "./layout.js";
import { parseLock } from "./lock.js";
import { DYNO_PYTHON, normalise } from "./normalise.js";
import type { ToolEnvironment } from "./preinstalled.js";
import type { Found, Survey } from "./survey.js";
import { installEnvironment } from "./tool-environment.js";
import type { Installer } from "./uv.js";

/** What is to be installed, for what. */
export interface InstallRequest {
  /** The lock (PEP 751) that has the distributions' files. */
  readonly pylock: string;
  /** Distributions of the lock. */
  readonly wanted: readonly ResolvedDistribution[];
  /** The environment that a pre-installed tool has to itself; null or left out for all others. */
  readonly environment?: ToolEnvironment | null;
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

/** Takes one distribution as it lies on disk, while others are still being installed. */
export type Use<T> = (installed: InstalledDistribution) => Promise<T>;

type InstallTools = Pick<Tools, "interpreters" | "uv" | "defaultIndex">;

/** The oldest Python that uv runs with. */
const OLDEST_PYTHON = "3.8";

/** Roots that are worked on at the same time: while one is downloaded, others are unpacked, compiled and used. */
const ROOTS_AT_ONCE = 4;

/** An interpreter of whatever version: uv needs one, even where it installs for another. */
async function anyInterpreter({ interpreters }: InstallTools): Promise<Interpreter> {
  const found = await interpreters.findAny(OLDEST_PYTHON);
  if (found !== null) return found;
  throw new SideError(
    "unweighable",
    "install",
    "No Python was found, of any version.",
    "Put a python3 on PATH, for instance with actions/setup-python.",
  );
}

/**
 * Installs `wanted` of the lock into scratch directories laid out as Heroku's, compiled; nothing of the app itself is
 * built, but for distributions that the app takes from a directory of its own. Each is handed to `use` as soon as it is there.
 * @returns what `use` made of each, in the order of `wanted`
 * @throws SideError if the world does not play along: an index that is down, a hash that differs, a build that fails, a full
 * disk, a hostile wheel
 */
export async function install<T>(
  request: InstallRequest,
  tools: InstallTools,
  context: Context,
  use: Use<T>,
): Promise<T[]> {
  if (request.wanted.length === 0) return [];
  try {
    return await installAll(request, tools, context, use);
  } catch (error) {
    throw fileError(error, context);
  }
}

async function installAll<T>(
  request: InstallRequest,
  tools: InstallTools,
  context: Context,
  use: Use<T>,
): Promise<T[]> {
  const { wanted, target, interpreter, environment = null } = request;
  const scratch = await mkdtemp(join(await realpath(context.scratch), "install-"));
  const python = interpreter ?? (await anyInterpreter(tools));
  const builder = await builderFor(request);
  const uv = await tools.uv();
  const installer: Installer = { uv, python, target, builds: builder === "here", cutoff: request.cutoff ?? null };
  const lock = parseLock(request.pylock, await tools.defaultIndex());
  if (environment !== null) {
    const compile = interpreter !== null;
    return [await use(await installEnvironment(environment, lock, wanted, { installer, compile, scratch }, context))];
  }
  await warnOfSmallDisk(wanted, scratch, context);
  const activity = context.progress.start(`Installing ${inWords(wanted)}`, wanted.length, "count");
  const made = new Map<string, { readonly of: T }>();
  await mapAtOnce(partition(wanted, builder), ROOTS_AT_ONCE, async (group) => {
    const work = await mkdtemp(join(scratch, "root-"));
    for await (const laid of layOut(group, { ...request, lock, builder, installer, work }, context)) {
      await finish(laid, request, python, context, async (installed) => {
        activity.advance(1);
        made.set(installed.name, { of: await use(installed) });
      });
    }
  });
  activity.end("done");
  return wanted.flatMap(({ name }) => made.get(name) ?? []).map(({ of }) => of);
}

/** Brings what lies in one root into the form that it has on a dyno, and hands it on, distribution by distribution. */
async function finish(
  laid: Laid,
  { target, interpreter }: InstallRequest,
  python: Interpreter,
  context: Context,
  use: Use<void>,
): Promise<void> {
  const places: Place[] = [];
  for (const distribution of laid.distributions) {
    context.signal.throwIfAborted();
    const found = laid.survey.found.get(distribution.name);
    if (found === undefined) throw leftNothing(distribution.name);
    const paths = isTakenFromDirectory(distribution.source)
      ? ([
          [laid.survey.root, SLUG_ROOT],
          [laid.app, SLUG_ROOT],
        ] as const)
      : [];
    refuseBomb(distribution, laid.survey, found);
    const changed = await normalise(laid.survey, found, target.python.minor, {
      python,
      dynoPython: DYNO_PYTHON,
      paths,
    });
    places.push({ distribution, laid, found, changed, sources: compilable(laid.survey, found, target) });
  }
  const used: Promise<void>[] = [];
  const hand = (at: number): void => {
    const place = places[at];
    if (place === undefined) return;
    const handed = use(collect(place, target.python.minor, interpreter !== null));
    handed.catch(() => undefined); // Told of when all is compiled.
    used.push(handed);
  };
  if (interpreter === null) for (const at of places.keys()) hand(at);
  else {
    const jobs = places.map(({ sources }) => ({ root: laid.survey.root, files: sources }));
    await compileBytecode(jobs, interpreter.path, context, hand);
  }
  await Promise.all(used);
}

/** No wheel of use comes near to this: zip packs at most some thousand times, and only what is all the same. */
const BOMB = { bytes: GIB / 2, times: 100 };

/** @throws SideError for a wheel that is small, and unpacks to what would fill the disk */
function refuseBomb({ name, source }: ResolvedDistribution, { tree }: Survey, { claims }: Found): void {
  const packed = "size" in source ? source.size : null;
  if (packed === null || !isReadyWheel(source)) return;
  let unpacked = 0;
  for (const path of claims.keys()) unpacked += tree.get(path)?.size ?? 0;
  if (unpacked > BOMB.bytes && unpacked > BOMB.times * packed) {
    throw hostileWheel(name, `its ${mib(packed)} unpack to ${gib(unpacked)}`);
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
