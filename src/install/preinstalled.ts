import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { PackageManagerName, ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME, type Target } from "../model/target.js";
import { preinstalledTools } from "../platforms/buildpack.js";
import { HEROKU } from "../platforms/heroku.js";
import type { Context } from "../ports.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { PINS } from "../tools/pins.js";
import data from "../tools/preinstalled.json" with { type: "json" };
import type { Tools } from "../tools/tools.js";
import { installError } from "./errors.js";

/** A virtual environment in the slug that is one tool's own. */
export interface ToolEnvironment {
  /** Where it lies, relative to the slug root. */
  readonly path: string;
  /** All that is in it, the tool included. */
  readonly distributions: readonly ResolvedDistribution[];
}

/** What Heroku puts into the slug beside the app's own distributions, to be installed as these are. */
export interface ToolSet {
  readonly distributions: readonly ResolvedDistribution[];
  /**
   * For a tool in an environment of its own: then `distributions` has the tool alone, which stands for all of the
   * environment, and whose sha256 is of the list of what is in it.
   */
  readonly environment: ToolEnvironment | null;
  /**
   * The lock (PEP 751) to install them from. Asks the index where the files are.
   * @throws SideError if it can't be reached, or serves other files than the pinned ones
   */
  readonly lock: () => Promise<string>;
}

/** The wheels of each tool and of all that it needs, by Python's minor version; written by `scripts/refresh-tools.mjs`. */
const WHEELS: Readonly<
  Record<"pip" | "setuptools" | "pipenv", Readonly<Record<string, readonly Wheel[] | undefined>>>
> = data;

interface Wheel {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
  readonly size: number;
}

/** Pipenv's environment, relative to the slug root; `pipenv/bin` beside it has the one command that is on PATH. */
const PIPENV_ENVIRONMENT = `${PYTHON_HOME}/pipenv/venv`;

/**
 * The `tool` layers of a package manager: pip with pip, setuptools 70.3.0 besides on Python 3.10 to 3.12, Pipenv in an
 * environment of its own; nothing for Poetry and uv, which stay in the build cache. Pinned, where Heroku takes what is newest of
 * Pipenv's dependencies.
 */
export function preinstalled(
  manager: PackageManagerName,
  target: Target,
  tools: Pick<Tools, "uv">,
  context: Context,
): ToolSet {
  const wanted = preinstalledTools(manager, target.python.minor);
  const wheels = wanted.flatMap(({ name }) => WHEELS[name][target.python.minor] ?? []);
  const all = wheels.map(({ name, version, filename, sha256, size }): ResolvedDistribution => {
    // Where the file is depends on the index in use: its name stands for the address.
    return { name, version, source: { kind: "wheel", filename, url: filename, sha256, size } };
  });
  const lock = async (): Promise<string> => {
    const pins = (await Promise.all(wanted.map(({ name }) => readFile(PINS[name], "utf8")))).join("\n");
    const what = wanted.map(({ name, version }) => `${name} ${version}`).join(" and ");
    const pylock = await lockPins(pins, what, target, await tools.uv(), context);
    for (const { name, sha256 } of wheels) {
      if (!pylock.includes(sha256)) throw installError(`${name} is not the pinned file: hash mismatch`, [], context);
    }
    return pylock;
  };
  const pipenv = wheels.find(({ name }) => name === "pipenv");
  if (pipenv === undefined) return { distributions: all, environment: null, lock };
  const content = createHash("sha256").update(PIPENV_ENVIRONMENT);
  for (const { name, sha256 } of wheels) content.update(`\n${name} ${sha256}`);
  const { name, version, filename, size } = pipenv;
  const source = { kind: "wheel", filename, url: filename, sha256: content.digest("hex"), size } as const;
  return {
    distributions: [{ name, version, source }],
    environment: { path: PIPENV_ENVIRONMENT, distributions: all },
    lock,
  };
}

/** A lock with the files' addresses, which depend on the index in use, for pins that are complete. */
async function lockPins(pins: string, what: string, target: Target, uv: string, context: Context): Promise<string> {
  const args = [
    ...["pip", "compile", "-", "--no-deps", "--only-binary", ":all:", "--format", "pylock.toml"],
    ...["--quiet", "--no-header", "--no-annotate", "--python-version", target.python.full],
    ...["--python-platform", HEROKU.stacks[target.stack].uvPlatform],
  ];
  const result = await run(uv, args, {
    cwd: context.scratch,
    env: toolEnvironment(context.env),
    input: pins,
    signal: context.signal,
  });
  if (result.code === 0) return result.stdout.toString("utf8");
  throw installError(`${what} could not be looked up`, lastLines(result.stderr), context);
}
