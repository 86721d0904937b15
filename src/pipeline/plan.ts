import { prepareApp, type AppFiles } from "../app/app-files.js";
import { readStack } from "../app/app-json.js";
import { detectPackageManager } from "../manifests/detect.js";
import type { TargetOptions } from "../model/options.js";
import type { Resolution } from "../model/resolution.js";
import type { Target } from "../model/target.js";
import { HEROKU } from "../platforms/heroku.js";
import { findPythonVersion } from "../python/find-version.js";
import { findInterpreter, type Interpreter } from "../python/interpreters.js";
import { resolve } from "../resolve/resolve.js";
import { allowed } from "../sandbox/building.js";
import { readAppFile, type CheckedOutApp } from "./checked-out.js";
import { once, type Shared } from "./shared.js";
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

/**
 * Finds out what a side is weighed for and what it gets.
 * @throws SideError
 */
export async function planSide(
  checkedOut: CheckedOutApp,
  options: TargetOptions,
  { parts, timings, interpreters, answers }: Shared,
): Promise<Plan> {
  const { tools, context } = parts;
  const building = allowed(options.builds, parts.building);
  const { root } = checkedOut;
  const { app, manager, stack } = await stage("manifest", timings, async () => {
    const app = await prepareApp(checkedOut, root);
    const paths = new Set(app.entries.flatMap(({ path, kind }) => (kind === "directory" ? [] : [path])));
    return {
      app,
      manager: detectPackageManager((path) => paths.has(path)),
      stack: options.stack ?? (await readStack(root, app.entries)) ?? HEROKU.defaultStack,
    };
  });
  const { found, interpreter } = await stage("python", timings, async () => {
    const found = await findPythonVersion((path) => readAppFile(checkedOut, path), manager, options.python);
    const { minor, full } = found.python;
    return { found, interpreter: await once(interpreters, full, () => findInterpreter(minor, context, full)) };
  });
  const target: Target = { stack, python: found.python, pythonFrom: found.from };
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
      ...found.notes,
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
