import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { InstalledDistribution } from "../model/distribution.js";
import type { ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME, SLUG_ROOT, type Target } from "../model/target.js";
import { inTarOrder } from "../model/tree.js";
import type { Context } from "../ports.js";
import { compileBytecode } from "./bytecode.js";
import { selectFromLock, type ParsedLock } from "./lock.js";
import { DYNO_PYTHON, normalise } from "./normalise.js";
import { predictBytecode } from "./predict.js";
import type { ToolEnvironment } from "./preinstalled.js";
import { survey, walk } from "./survey.js";
import { uvInstall, type Installer } from "./uv.js";

/**
 * Installs a tool with all it needs into a virtual environment of its own inside the slug, as Heroku does with
 * Pipenv: the links and settings that `python -m venv --without-pip` makes, and a link to the tool beside it. The scripts that activate
 * an environment in a shell (14 KB) are left out.
 * @param wanted the one distribution that stands for the environment
 */
export async function installEnvironment(
  environment: ToolEnvironment,
  lock: ParsedLock,
  wanted: readonly ResolvedDistribution[],
  { installer, compile, scratch }: { installer: Installer; compile: boolean; scratch: string },
  context: Context,
): Promise<InstalledDistribution> {
  const { python, target } = installer;
  const [tool] = wanted;
  if (tool === undefined || wanted.length !== 1) throw new Error("an environment is one tool's");
  const { minor } = target.python;
  const activity = context.progress.start(`Installing ${tool.name}`);
  const work = join(scratch, "environment");
  const root = join(work, "root");
  await mkdir(join(root, PYTHON_HOME), { recursive: true });
  const selected = selectFromLock(lock, environment.distributions, scratch, ({ name }) => {
    throw new Error(`${name} of ${tool.name}'s environment is a directory`);
  });
  await uvInstall(selected, environment.distributions, { work, root, sandbox: null }, installer, context);
  const dynoPython = `${SLUG_ROOT}/${environment.path}/bin/python`;
  const surveyed = survey(root, minor);
  for (const found of surveyed.found.values()) {
    await normalise(surveyed, found, minor, { python, dynoPython, paths: [] });
  }
  await moveInto(root, environment.path);
  await writeVenv(root, environment.path, tool.name, target);

  const packages = `${environment.path}/lib/python${minor}/site-packages/`;
  const sources = inTarOrder(
    [...walk(root, PYTHON_HOME).values()].filter(
      ({ path, kind }) => kind === "file" && path.startsWith(packages) && path.endsWith(".py"),
    ),
  );
  activity.end(`${environment.distributions.length} distributions`);
  if (compile) await compileBytecode([{ root, files: sources.map(({ path }) => path) }], python.path, context);
  const { predicted, error } = predictBytecode(compile ? [] : sources, minor);
  return {
    name: tool.name,
    version: tool.version ?? "",
    root,
    entries: inTarOrder([...walk(root, PYTHON_HOME).values()]),
    unclaimed: [],
    measure: compile ? "measured" : "estimated",
    predicted,
    predictedError: error,
    // What it needs is in its own environment, out of the app's dependency graph.
    metadata: { requires: [], extras: [] },
  };
}

/** Makes what was installed as a Python home the content of a directory inside that home. */
async function moveInto(root: string, path: string): Promise<void> {
  const aside = join(root, "aside");
  await rename(join(root, PYTHON_HOME), aside);
  await mkdir(join(root, dirname(path)), { recursive: true });
  await rename(aside, join(root, path));
}

/** What the standard library's `venv` adds, and the buildpack's link to the command. */
async function writeVenv(root: string, path: string, tool: string, { python }: Target): Promise<void> {
  const home = join(root, path);
  const command = `${DYNO_PYTHON} -m venv --without-pip ${SLUG_ROOT}/${path}`;
  const settings = [
    `home = ${dirname(DYNO_PYTHON)}`,
    "include-system-site-packages = false",
    `version = ${python.full}`,
    // Since 3.11.
    ...(python.minor === "3.10" ? [] : [`executable = ${DYNO_PYTHON}${python.minor}`, `command = ${command}`]),
  ];
  await mkdir(join(home, "bin"), { recursive: true });
  await mkdir(join(home, `include/python${python.minor}`), { recursive: true });
  await mkdir(join(root, dirname(path), "bin"), { recursive: true });
  await writeFile(join(home, "pyvenv.cfg"), settings.map((line) => `${line}\n`).join(""));
  await symlink("lib", join(home, "lib64"));
  await symlink(DYNO_PYTHON, join(home, "bin/python"));
  for (const name of ["python3", `python${python.minor}`]) await symlink("python", join(home, "bin", name));
  await symlink(`${SLUG_ROOT}/${path}/bin/${tool}`, join(root, dirname(path), "bin", tool));
}
