import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { PackageManagerName, Resolution, ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME, type Target } from "../model/target.js";
import { preinstalledTools } from "../platforms/buildpack.js";
import { HEROKU } from "../platforms/heroku.js";
import type { Context } from "../ports.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { PINS } from "../tools/pins.js";
import type { Tools } from "../tools/tools.js";
import { installError } from "./errors.js";
import { readWheels } from "./lock.js";

/** A virtual environment in the slug that is one tool's own. */
export interface ToolEnvironment {
  /** Where it lies, relative to the slug root. */
  readonly path: string;
  /** All that is in it, the tool included. */
  readonly distributions: readonly ResolvedDistribution[];
}

/** What Heroku puts into the slug beside the app's own distributions, to be installed as these are. */
export interface ToolResolution extends Resolution {
  /**
   * For a tool in an environment of its own: then `distributions` has the tool alone, which stands for all of the
   * environment, and whose sha256 is of the list of what is in it.
   */
  readonly environment: ToolEnvironment | null;
}

/** Pipenv's environment, relative to the slug root; `pipenv/bin` beside it has the one command that is on PATH. */
const PIPENV_ENVIRONMENT = `${PYTHON_HOME}/pipenv/venv`;

/**
 * The `tool` layers of a package manager: pip with pip, setuptools 70.3.0 besides on Python 3.10 to 3.12, Pipenv in an
 * environment of its own; nothing for Poetry and uv, which stay in the build cache. Pinned, where Heroku takes what is newest of
 * Pipenv's dependencies.
 * @throws SideError if the index can't be reached, or serves other files than the pinned ones
 */
export async function preinstalled(
  manager: PackageManagerName,
  target: Target,
  tools: Pick<Tools, "uv">,
  context: Context,
): Promise<ToolResolution> {
  const wanted = preinstalledTools(manager, target.python.minor);
  const base = { packageManager: manager, direct: [], notes: [] };
  if (wanted.length === 0) return { ...base, distributions: [], pylock: "", environment: null };
  const pins = (await Promise.all(wanted.map(({ name }) => readFile(PINS[name], "utf8")))).join("\n");
  const what = wanted.map(({ name, version }) => `${name} ${version}`).join(" and ");
  const pylock = await lockPins(pins, what, target, await tools.uv(), context);
  const distributions = readWheels(pylock);
  for (const { name, source } of distributions) {
    if (!pins.includes(`sha256:${source.sha256}`)) {
      throw installError(`${name} is not the pinned file: hash mismatch`, [], context);
    }
  }
  const pipenv = distributions.find(({ name }) => name === "pipenv");
  if (pipenv === undefined) return { ...base, distributions, pylock, environment: null };
  const content = createHash("sha256").update(PIPENV_ENVIRONMENT);
  for (const { name, source } of distributions) content.update(`\n${name} ${source.sha256}`);
  const stand: ResolvedDistribution = { ...pipenv, source: { ...pipenv.source, sha256: content.digest("hex") } };
  return { ...base, distributions: [stand], pylock, environment: { path: PIPENV_ENVIRONMENT, distributions } };
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
