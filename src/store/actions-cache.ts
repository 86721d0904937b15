import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import type { Context } from "../ports.js";
import { asset } from "../system/asset.js";
import { redact, secretsOf } from "../system/redact.js";
import { lastLines, run, type RunResult } from "../system/run.js";
import { KEY_FORMAT } from "./key.js";
import { LAYOUT, openStore, type LayerStore } from "./store.js";

/** The layer store of a job on a runner, whose disk is empty when the job starts. */
export interface SharedStore {
  /** What the disk has, and what an earlier run has left in the Actions cache. */
  readonly store: LayerStore;
  /**
   * Leaves the layers that this run has used, and no others, to later runs, if there is one among them that is worth it.
   * Fails only if the run is aborted: what can't be saved costs later runs time, nothing else.
   */
  readonly save: () => Promise<void>;
}

export interface SharedStoreOptions {
  /** The store on disk. */
  readonly local: LayerStore;
  /** What tells this run's layers from those of other runs in the repository, such as the apps that it weighs. */
  readonly selection: string;
  readonly context: Pick<Context, "scratch" | "progress" | "signal" | "env">;
  /** Longest that reading or writing the cache may take, in milliseconds. */
  readonly timeout?: number;
}

/** What goes into an entry, relative to the working directory of the process that uses the cache client. */
const LAYERS_DIRECTORY = "layers";

/** Some hundred kilobytes take a second or two. The client tries again for longer than that when the service is down. */
const TIMEOUT = 30_000;

/** An app's own files below that are weighed in less time than it takes to save anything. Bytes on disk. */
const WORTH_SAVING = 16 * MIB;

/** Whether the runner offers its cache to this process: it does to an action's, not to a `run` step's. */
export function offersCache(env: Context["env"]): boolean {
  const { ACTIONS_RUNTIME_TOKEN: token = "", ACTIONS_RESULTS_URL: v2 = "", ACTIONS_CACHE_URL: v1 = "" } = env;
  return token !== "" && (v2 !== "" || v1 !== "");
}

/**
 * Starts to restore what the Actions cache has, which is waited for when the first layer is asked for. GitHub looks for it
 * among what runs on the same branch or pull request have saved, then on the base branch. Entries are not trusted: a layer is taken
 * only if its record is whole, says that it is the one that was asked for, and adds up.
 */
export async function openSharedStore(options: SharedStoreOptions): Promise<SharedStore> {
  const { local, selection, context, timeout = TIMEOUT } = options;
  const [earlier, later] = await Promise.all([newDirectory(context.scratch), newDirectory(context.scratch)]);
  const note = (text: string): void => {
    context.progress.note(text);
  };
  const restored = openStore(join(earlier, LAYERS_DIRECTORY), { note: () => undefined });
  const toSave = openStore(join(later, LAYERS_DIRECTORY), { note });
  const keys = cacheKeys(selection);

  const used = new Set<string>();
  const reused = { layers: new Set<string>(), answers: new Set<string>() };
  /** Answers that this run has found: newer than what an earlier run has left. */
  const found = new Set<string>();
  let isWorthSaving = false;

  const restoring = inCacheProcess("restore", keys.restore, earlier, context, timeout).then((problem) => {
    if (problem !== null) note(`The Actions cache can't be read (${problem}): this takes more time.`);
  });
  restoring.catch(() => undefined); // Whoever asks for a layer is told.

  /** Takes a layer along that the cache lacks. */
  const learn = async (key: string, layer: WeighedLayer): Promise<void> => {
    if (used.has(key)) return;
    used.add(key);
    isWorthSaving ||= layer.version !== null || layer.weight.disk >= WORTH_SAVING;
    await toSave.put(key, layer);
  };

  const store: LayerStore = {
    ...local,
    get: async (key) => {
      await restoring;
      const known = await restored.get(key);
      if (known) reused.layers.add(key);
      const layer = known ?? (await local.get(key));
      if (layer && !known) await learn(key, layer);
      return layer;
    },
    put: async (key, layer) => {
      await Promise.all([local.put(key, layer), learn(key, layer)]);
    },
    // Answers are taken along, but are no reason to save: they take less time than that.
    recall: async (key) => {
      await restoring;
      const known = found.has(key) ? null : await restored.recall(key);
      if (known !== null) reused.answers.add(key);
      const answer = known ?? (await local.recall(key));
      if (answer !== null && known === null) await toSave.remember(key, answer);
      return answer;
    },
    remember: async (key, answer) => {
      found.add(key);
      reused.answers.delete(key);
      await Promise.all([local.remember(key, answer), toSave.remember(key, answer)]);
    },
  };

  const save = async (): Promise<void> => {
    if (!isWorthSaving) return;
    for (const key of reused.layers) {
      const layer = await restored.get(key);
      if (layer) await toSave.put(key, layer);
    }
    for (const key of reused.answers) await toSave.remember(key, await restored.recall(key));
    const { layers, bytes } = await toSave.stats();
    const activity = context.progress.start(`Saving ${layers} layers (${mib(bytes)}) to the Actions cache`);
    const problem = await inCacheProcess("save", [keys.save()], later, context, timeout);
    activity.end();
    if (problem !== null) note(`The Actions cache can't be written (${problem}): later runs take more time.`);
  };
  return { store, save };
}

/**
 * Names of cache entries. Restored is the newest of these runs', else the newest of any. What is saved has a name that no entry has
 * yet, as entries are never overwritten: not one that turned out to be damaged, nor one that others have since been put before.
 */
function cacheKeys(selection: string): { restore: readonly string[]; save: () => string } {
  const any = `slugdiff-layers-${LAYOUT}.${KEY_FORMAT}-`;
  const these = `${any}${digest(selection)}-`;
  return { restore: [these, any], save: () => these + randomUUID() };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/**
 * Uses the toolkit's cache client in a process of its own. It can be ended when it hangs, does not fill the job's log or annotate
 * the run with its own warnings, and takes its paths from its working directory, so that entries fit every runner.
 * @returns what went wrong, in one line; null also where policy forbids the cache to this run
 */
async function inCacheProcess(
  command: "restore" | "save",
  keys: readonly string[],
  cwd: string,
  { env, signal }: Pick<Context, "env" | "signal">,
  timeout: number,
): Promise<string | null> {
  // The bundler puts the program into a folder beside this one's; the sources run on a Node that was given `scripts/typescript.mjs`.
  const isSource = import.meta.url.endsWith(".ts");
  const program = asset(import.meta.url, isSource ? "cache-process.ts" : "../cache-process/index.js");
  const args = [...process.execArgv, program, command, LAYERS_DIRECTORY, ...keys];
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

async function newDirectory(scratch: string): Promise<string> {
  const directory = await mkdtemp(join(scratch, "actions-cache-"));
  await mkdir(join(directory, LAYERS_DIRECTORY));
  return directory;
}
