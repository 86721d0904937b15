import { z } from "zod";
import { SideError } from "../errors.js";
import { LOCK, type Lock, type LockRequest, type Manifest, type NamedRequirement } from "../manifests/manifest.js";
import { pip } from "../manifests/pip.js";
import { pipenv } from "../manifests/pipenv.js";
import { poetry } from "../manifests/poetry.js";
import { uv } from "../manifests/uv.js";
import {
  isReadyWheel,
  type DirectRequirement,
  type PackageManagerName,
  type Resolution,
  type ResolvedDistribution,
} from "../model/resolution.js";
import type { Target } from "../model/target.js";
import { BUILDPACK } from "../platforms/buildpack.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { refusalOf, type Building } from "../sandbox/building.js";
import type { Answers } from "../store/answers.js";
import type { Tools } from "../tools/tools.js";
import { targetPhrase } from "./errors.js";
import { indexesOf, isPortable } from "./portable.js";
import { select, SELECTED, type Selected } from "./select.js";

const MANIFESTS: Readonly<Record<PackageManagerName, Manifest>> = { pip, uv, poetry, pipenv };

/** How a package manager's files are read. */
export function manifestOf(manager: PackageManagerName): Manifest {
  return MANIFESTS[manager];
}

/** The oldest Python that pip's library runs on. */
const OLDEST_PYTHON = "3.10";

/** What is resolved, and for what. */
export interface ResolveRequest {
  /** Absolute path of the directory with the app's files; nothing is written there. */
  readonly app: string;
  readonly manager: PackageManagerName;
  readonly target: Target;
  /** Of the target's minor version; null if there is none, then nothing can be built. */
  readonly interpreter: Interpreter | null;
  /** RFC 3339 with `Z`: as of when requirements without a lock are resolved. */
  readonly cutoff: string;
  readonly building: Building;
  readonly answers: Answers;
  /** How the requirements are locked, if not by what the app's files say. Default: the package manager's way. */
  readonly manifest?: Manifest;
}

/**
 * The exact distributions that an app gets on Heroku.
 * @throws SideError (`invalid`) for what the app's files say, (`unweighable`) for what the world does: an index that is
 *   down, a distribution without a wheel that can't be built here
 */
export async function resolve(request: ResolveRequest, tools: Tools, context: Context): Promise<Resolution> {
  const { app, manager, target, interpreter, cutoff, answers, manifest = MANIFESTS[manager] } = request;
  const python = interpreter ?? (await tools.interpreters.findAny(OLDEST_PYTHON));
  if (python === null) {
    throw new SideError(
      "unweighable",
      "resolve",
      `No Python ${OLDEST_PYTHON} or newer was found.`,
      "Install one, or add actions/setup-python to the job.",
    );
  }
  const building = interpreter === null ? withoutPython(request) : request.building;
  const job: LockRequest = { app, target, python, building, cutoff, answers };
  const { lock, selected } = await lockAndSelect(manager, manifest, job, tools, context);
  await refuseUnbuildable(selected, job);
  const byName = new Map(selected.map((distribution) => [distribution.name, distribution]));
  const named = lock.direct.flatMap((requirement) => {
    const { name } = requirement;
    const distribution = name === null ? selected.find((each) => isAt(each, requirement)) : byName.get(name);
    return distribution === undefined ? [] : [{ requirement, distribution }];
  });
  const editable = new Set(named.flatMap((each) => (each.requirement.editable ? each.distribution.name : [])));
  return {
    packageManager: manager,
    distributions: selected.map(({ name, version, source }): ResolvedDistribution => {
      const isEditable = editable.has(name) && source.kind === "vcs";
      return { name, version, source: isEditable ? { ...source, editable: true } : source };
    }),
    direct: named.map(({ requirement: { extras, location }, distribution }): DirectRequirement => {
      return { name: distribution.name, extras, location };
    }),
    loose: lock.loose.filter((name) => byName.has(name)),
    pylock: withCredentials(lock.pylock, [...lock.indexUrls, ...(await manifest.logins(app, context))]),
    notes: lock.notes,
  };
}

/** An app's requirements, and what of them the target gets. */
interface LockAndSelected {
  lock: Lock;
  selected: Selected[];
}

/** Reads the lock, and selects from it: both sides at once, and a later run not again, where a few files say all. */
async function lockAndSelect(
  manager: PackageManagerName,
  manifest: Manifest,
  job: LockRequest,
  tools: Tools,
  context: Context,
): Promise<LockAndSelected> {
  const { app, target, python, building, answers } = job;
  const find = async (): Promise<LockAndSelected> => {
    const lock = await manifest.lock(job, tools, context);
    const selected = await select(lock, job, tools);
    return { lock, selected: selected.filter((distribution) => !isPreinstalled(distribution, lock)) };
  };
  const sources = await manifest.sources(app);
  if (sources === null) return find();
  const findNew = (): Promise<LockAndSelected> => {
    tools.expectInstall();
    return find();
  };
  const here = [target, python.version, building.kind, BUILDPACK.tools, indexesOf(context.env)];
  return answers.to({
    about: ["lock", manager, sources, ...here],
    find: findNew,
    lasting: { schema: LOCK_AND_SELECTED, may: (found) => isPortable(JSON.stringify(found)) },
  });
}

const LOCK_AND_SELECTED: z.ZodType<LockAndSelected> = z.strictObject({ lock: LOCK, selected: z.array(SELECTED) });

/** pip does not install what is there already in a version that fits. */
function isPreinstalled({ name, version }: Selected, { preinstalled }: Lock): boolean {
  return preinstalled.some((tool) => tool.name === name && tool.version === version);
}

/** Is it what a requirement without a name is the address of? */
function isAt({ location }: Selected, { address }: NamedRequirement): boolean {
  return address !== null && (address === location || address.startsWith(`git+${location}`));
}

/** Nothing is built for want of the target's Python, unless for a better reason. */
function withoutPython({ building, target }: ResolveRequest): Building {
  if (building.kind === "refused") return building;
  const { minor } = target.python;
  return {
    kind: "refused",
    reason: `there is no Python ${minor} here to build with`,
    hint: `Provide Python ${minor}, for instance with actions/setup-python, or choose a version with a wheel.`,
  };
}

async function refuseUnbuildable(selected: readonly Selected[], { building, target }: LockRequest): Promise<void> {
  const names = selected.filter(({ source }) => !isReadyWheel(source)).map(({ name }) => name);
  if (names.length === 0) return;
  const refusal = await refusalOf(building);
  if (refusal === null) return;
  throw new SideError(
    "unweighable",
    "resolve",
    `No wheel of ${names.join(", ")} exists for ${targetPhrase(target)}, and ${refusal.reason}.`,
    refusal.hint,
  );
}

/** The lock with each file's address as the installer needs it: with the credentials of the index of the same origin. */
function withCredentials(pylock: string, indexUrls: readonly string[]): string {
  let text = pylock;
  for (const url of indexUrls) {
    const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]+)@([^/?#@]+)/i.exec(url);
    if (match === null) continue;
    const [, scheme = "", credentials = "", host = ""] = match;
    text = text.replaceAll(`"${scheme}${host}/`, () => `"${scheme}${credentials}@${host}/`);
  }
  return text;
}
