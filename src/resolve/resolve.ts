import { SideError } from "../errors.js";
import type { Lock, LockRequest, Manifest, NamedRequirement } from "../manifests/manifest.js";
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
import type { Context } from "../ports.js";
import { findAnyInterpreter, type Interpreter } from "../python/interpreters.js";
import { refusalOf, type Building } from "../sandbox/building.js";
import type { Tools } from "../tools/tools.js";
import { targetPhrase } from "./errors.js";
import { select, type Selected } from "./select.js";

const MANIFESTS: Readonly<Record<PackageManagerName, Manifest>> = { pip, uv, poetry, pipenv };

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
}

/**
 * The exact distributions that an app gets on Heroku.
 * @throws SideError (`invalid`) for what the app's files say, (`unweighable`) for what the world does: an index that is
 *   down, a distribution without a wheel that can't be built here
 */
export async function resolve(request: ResolveRequest, tools: Tools, context: Context): Promise<Resolution> {
  const { app, manager, target, interpreter, cutoff } = request;
  const python = interpreter ?? (await findAnyInterpreter(context, OLDEST_PYTHON));
  if (python === null) {
    throw new SideError(
      "unweighable",
      "resolve",
      `No Python ${OLDEST_PYTHON} or newer was found.`,
      "Install one, or add actions/setup-python to the job.",
    );
  }
  const building = interpreter === null ? withoutPython(request) : request.building;
  const job: LockRequest = { app, target, python, building, cutoff };
  const lock = await MANIFESTS[manager].lock(job, tools, context);
  const selected = (await select(lock, job, tools)).filter((distribution) => !isPreinstalled(distribution, lock));
  await refuseUnbuildable(selected, job);
  const named = lock.direct.flatMap((requirement) => {
    const distribution = selected.find((candidate) => isMeant(candidate, requirement));
    return distribution === undefined ? [] : [{ requirement, distribution }];
  });
  return {
    packageManager: manager,
    distributions: selected.map(({ name, version, source }): ResolvedDistribution => {
      const editable = named.some(
        ({ requirement, distribution }) => distribution.name === name && requirement.editable,
      );
      return { name, version, source: editable && source.kind === "vcs" ? { ...source, editable } : source };
    }),
    direct: named.map(({ requirement: { extras, location }, distribution }): DirectRequirement => {
      return { name: distribution.name, extras, location };
    }),
    pylock: withCredentials(lock.pylock, lock.indexUrls),
    notes: lock.notes,
  };
}

/** pip does not install what is there already in a version that fits. */
function isPreinstalled({ name, version }: Selected, { preinstalled }: Lock): boolean {
  return preinstalled.some((tool) => tool.name === name && tool.version === version);
}

function isMeant(distribution: Selected, { name, address }: NamedRequirement): boolean {
  if (name !== null) return distribution.name === name;
  if (address === null) return false;
  const { location } = distribution;
  return address === location || address.startsWith(`git+${location}`);
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
    text = text.replaceAll(`"${scheme}${host}/`, `"${scheme}${credentials}@${host}/`);
  }
  return text;
}
