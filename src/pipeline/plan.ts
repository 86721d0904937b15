import { prepareApp, type AppFiles } from "../app/app-files.js";
import { readStack } from "../app/app-json.js";
import { changed } from "../manifests/changed.js";
import { detectPackageManager } from "../manifests/detect.js";
import type { ManifestChange } from "../model/advice.js";
import type { TargetOptions } from "../model/options.js";
import type { PackageManagerName, Resolution } from "../model/resolution.js";
import type { StackName, Target } from "../model/target.js";
import { HEROKU } from "../platforms/heroku.js";
import { findPythonVersion } from "../python/find-version.js";
import type { Interpreter } from "../python/interpreters.js";
import { manifestOf, resolve } from "../resolve/resolve.js";
import { allowed } from "../sandbox/building.js";
import { readAppFile, readAppFiles, type CheckedOutApp } from "./checked-out.js";
import type { Shared } from "./shared.js";
import { stage } from "./stage.js";

/** Everything that has to be known before anything is installed. */
export interface Plan {
  readonly app: AppFiles;
  readonly target: Target;
  readonly interpreter: Interpreter | null;
  readonly resolution: Resolution;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** What would be otherwise in an app. */
export interface WhatIf {
  readonly change: ManifestChange;
  /** Another Python version; null for the same. */
  readonly python: string | null;
  /** Another package manager; null for the same. */
  readonly packageManager: PackageManagerName | null;
  /** By normalised name, how somebody asked for what the change brings; see `changed`. */
  readonly askedBy?: ReadonlyMap<string, string>;
}

/**
 * What a side would get if something were otherwise: resolved again as a whole.
 * @param plan by which the side is weighed as it is
 * @throws SideError
 */
export async function planWhatIf(
  checkedOut: CheckedOutApp,
  plan: Plan,
  { change, python, packageManager, askedBy }: WhatIf,
  options: TargetOptions,
  shared: Shared,
): Promise<Plan> {
  const { parts, timings, answers } = shared;
  const { tools, context } = parts;
  const manager = packageManager ?? plan.resolution.packageManager;
  const { target, interpreter, notes } =
    python === null
      ? { ...plan, notes: [] }
      : await findPython(checkedOut, manager, plan.target.stack, { ...options, python }, shared);
  const resolution = await stage("resolve", timings, () =>
    resolve(
      {
        app: checkedOut.root,
        manager,
        target,
        interpreter,
        cutoff: options.cutoff,
        building: allowed(options.builds, parts.building),
        answers,
        manifest: changed(plan.resolution, manifestOf(plan.resolution.packageManager), change, manager, askedBy),
      },
      tools,
      context,
    ),
  );
  return { app: plan.app, target, interpreter, resolution, notes: [...notes, ...resolution.notes] };
}

interface FoundPython {
  readonly target: Target;
  readonly interpreter: Interpreter | null;
  readonly notes: readonly string[];
}

async function findPython(
  checkedOut: CheckedOutApp,
  manager: PackageManagerName,
  stack: StackName,
  options: TargetOptions,
  { parts, timings }: Shared,
): Promise<FoundPython> {
  return stage("python", timings, async () => {
    const found = await findPythonVersion((path) => readAppFile(checkedOut, path), manager, options.python);
    const { minor, full } = found.python;
    const interpreter = await parts.tools.interpreters.find(minor, full);
    return { target: { stack, python: found.python, pythonFrom: found.from }, interpreter, notes: found.notes };
  });
}

/**
 * Finds out what a side is weighed for and what it gets.
 * @throws SideError
 */
export async function planSide(checkedOut: CheckedOutApp, options: TargetOptions, shared: Shared): Promise<Plan> {
  const { parts, timings, answers } = shared;
  const { tools, context } = parts;
  const building = allowed(options.builds, parts.building);
  const { root } = checkedOut;
  const { app, manager, stack } = await stage("manifest", timings, async () => {
    const app = await prepareApp(checkedOut, root);
    const [paths, all] = [app, checkedOut].map(
      ({ entries }) => new Set(entries.flatMap(({ path, kind }) => (kind === "directory" ? [] : [path]))),
    );
    return {
      app,
      manager: detectPackageManager(
        (path) => paths?.has(path) === true,
        (path) => all?.has(path) === true,
      ),
      stack: options.stack ?? (await readStack(root, app.entries)) ?? HEROKU.defaultStack,
    };
  });
  const { target, interpreter, notes } = await findPython(checkedOut, manager, stack, options, shared);
  const resolution = await stage("resolve", timings, async () => {
    const activity = context.progress.start(`Resolving ${checkedOut.revision.ref} with ${manager}`);
    try {
      const request = { app: root, manager, target, interpreter, cutoff: options.cutoff, building, answers };
      return await resolve(request, tools, context);
    } finally {
      activity.end();
    }
  });
  const stackNote = HEROKU.stacks[stack].note;
  return {
    app,
    target,
    interpreter,
    resolution,
    notes: [
      ...checkedOut.notes,
      ...app.notes,
      ...notes,
      ...(stackNote === null ? [] : [stackNote]),
      ...interpreterNotes(target, interpreter),
      ...resolution.notes,
    ],
  };
}

function interpreterNotes({ python }: Target, interpreter: Interpreter | null): string[] {
  if (interpreter === null) {
    return [
      `There is no Python ${python.minor} on this machine: bytecode was not compiled, its size is estimated. ` +
        `Put one on PATH (actions/setup-python) to have it measured.`,
    ];
  }
  if (interpreter.version === python.full) return [];
  return [`Bytecode was compiled by Python ${interpreter.version}; Heroku has ${python.full}.`];
}

/** The app's own files that name what it requires, by path. */
export function readDirectFiles(
  checkedOut: CheckedOutApp,
  { direct }: Pick<Resolution, "direct">,
): Promise<ReadonlyMap<string, string>> {
  return readAppFiles(checkedOut, new Set(direct.map(({ location }) => location.file)));
}
