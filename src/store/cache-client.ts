import { createHash } from "node:crypto";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { asset } from "../system/asset.js";
import { redact, secretsOf } from "../system/redact.js";
import { lastLines, run, type RunResult } from "../system/run.js";

/** What goes into an entry of the cache, or comes out of one. */
export interface Entry {
  /** Absolute path: where the process that uses the cache client works. */
  readonly cwd: string;
  /** Name of the directory in it that the entry holds. */
  readonly directory: string;
}

/** Some hundred kilobytes take a second or two. The client tries again for longer than that when the service is down. Milliseconds. */
export const CACHE_TIMEOUT = 30_000;

/** Whether the runner offers its cache to this process: it does to an action's, not to a `run` step's. */
export function offersCache(env: Context["env"]): boolean {
  const { ACTIONS_RUNTIME_TOKEN: token = "", ACTIONS_RESULTS_URL: v2 = "", ACTIONS_CACHE_URL: v1 = "" } = env;
  return token !== "" && (v2 !== "" || v1 !== "");
}

/** What names of entries start with: a kind of them, and what tells a run's own from those of other runs in the repository. */
export function prefixOf(kind: string, selection: string): string {
  return `${kind}${createHash("sha256").update(selection).digest("hex").slice(0, 16)}-`;
}

/** Makes the directories of an entry, and gives the path of the outer one. */
export async function newEntry(scratch: string, directory: string): Promise<string> {
  const cwd = await mkdtemp(join(scratch, "actions-cache-"));
  await mkdir(join(cwd, directory));
  return cwd;
}

/**
 * Uses the toolkit's cache client in a process of its own. It can be ended when it hangs, does not fill the job's log or annotate
 * the run with its own warnings, and takes its paths from its working directory, so that entries fit every runner.
 * @returns what went wrong, in one line; null also where policy forbids the cache to this run
 */
export async function inCacheProcess(
  command: "restore" | "save",
  keys: readonly string[],
  { cwd, directory }: Entry,
  { env, signal }: Pick<Context, "env" | "signal">,
  timeout: number,
): Promise<string | null> {
  // The bundler puts the program into a folder beside this one's; the sources run on a Node that was given `scripts/typescript.mjs`.
  const isSource = import.meta.url.endsWith(".ts");
  const program = asset(import.meta.url, isSource ? "cache-process.ts" : "../cache-process/index.js");
  const args = [...process.execArgv, program, command, directory, ...keys];
  try {
    return problemIn(await run(process.execPath, args, { cwd, env, signal, timeout }), env);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `it did not answer in ${timeout / 1000} s`;
  }
}

function problemIn({ code, stdout, stderr }: RunResult, env: Context["env"]): string | null {
  // What is said of a reservation only goes before the reason, or means that another run saves the same entry.
  const commands = stdout.toString("utf8").matchAll(/^::(?:warning|error)[^:\n]*::(?!Cache reservation failed)(.*)$/gm);
  const reported = [...commands].at(-1)?.[1];
  // A run that GitHub does not trust, such as one for a fork, is denied the cache by policy.
  if (reported !== undefined && /cache (read|write) denied:/.test(reported)) return null;
  const text = reported ?? (code === 0 ? null : (lastLines(stderr, 1)[0] ?? `exit status ${code}`));
  return text === null ? null : redact(text.replace(/%(0A|0D|25)/g, " "), secretsOf(env)).slice(0, 300);
}
