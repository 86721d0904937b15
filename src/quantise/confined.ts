import type { Context } from "../ports.js";
import { sandboxEnvironment } from "../sandbox/environment.js";
import { findSandbox } from "../sandbox/find.js";
import { interpreterFiles } from "../sandbox/interpreter.js";
import { TIME_LIMIT } from "../sandbox/sandbox.js";
import type { Interpreter } from "../python/interpreters.js";
import { run, type RunResult } from "../system/run.js";

/** A Python script that loads a model, which is to run what its author put into it. */
export interface ModelScript {
  readonly python: Interpreter;
  /** Options of the interpreter. */
  readonly options: readonly string[];
  /** Absolute path. */
  readonly script: string;
  readonly args: readonly string[];
  /** Absolute path of the one directory that it may write. */
  readonly work: string;
  /** Absolute paths of files and directories that it has to read beside those of its interpreter. */
  readonly readable: readonly string[];
}

/** Where models are loaded. */
export interface Confinement {
  /** Where that is, as a phrase. */
  readonly where: string;
  /**
   * A non-zero exit status is a result, not an error.
   * @throws UserError if it takes too long; the signal's reason if aborted
   */
  run(script: ModelScript): Promise<RunResult>;
}

const CALLED = {
  name: "Quantising a model",
  ifLate: "Quantise it where it was trained, and compare with what comes out.",
};

/**
 * The sandbox that builds have, without a network; where this machine has none, the user's own rights, with an environment
 * that holds no credentials.
 */
export async function confinement(context: Context): Promise<Confinement> {
  const sandbox = await findSandbox(context);
  if ("run" in sandbox) {
    return {
      where: "in a sandbox without network",
      run: async ({ python, options, script, args, work, readable }) =>
        sandbox.run({
          command: python.path,
          args: [...options, script, ...args],
          work,
          readable: [script, ...readable, ...(await interpreterFiles(python, context))],
          env: {},
          network: false,
          called: CALLED,
        }),
    };
  }
  return {
    where: "with your own rights, as this machine has no sandbox",
    run: ({ python, options, script, args, work }) =>
      run(python.path, [...options, script, ...args], {
        cwd: work,
        env: { ...sandboxEnvironment(context.env), PATH: context.env.PATH, HOME: work, TMPDIR: work },
        signal: context.signal,
        timeout: TIME_LIMIT,
      }),
  };
}
