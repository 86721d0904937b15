import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import type { Context } from "../ports.js";
import { CACHE_TIMEOUT, inCacheProcess, newEntry, prefixOf } from "./cache-client.js";
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

/** An app's own files below that are weighed in less time than it takes to save anything. Bytes on disk. */
const WORTH_SAVING = 16 * MIB;

/**
 * Starts to restore what the Actions cache has, which is waited for when the first layer is asked for. GitHub looks for it
 * among what runs on the same branch or pull request have saved, then on the base branch. Entries are not trusted: a layer is taken
 * only if its record is whole, says that it is the one that was asked for, and adds up.
 */
export async function openSharedStore(options: SharedStoreOptions): Promise<SharedStore> {
  const { local, selection, context, timeout = CACHE_TIMEOUT } = options;
  const [earlier, later] = await Promise.all([
    newEntry(context.scratch, LAYERS_DIRECTORY),
    newEntry(context.scratch, LAYERS_DIRECTORY),
  ]);
  const note = (text: string): void => {
    context.progress.note(text);
  };
  const inEarlier = { cwd: earlier, directory: LAYERS_DIRECTORY };
  const inLater = { cwd: later, directory: LAYERS_DIRECTORY };
  const restored = openStore(join(earlier, LAYERS_DIRECTORY), { note: () => undefined });
  const toSave = openStore(join(later, LAYERS_DIRECTORY), { note });
  const keys = cacheKeys(selection);

  const used = new Set<string>();
  const reused = { layers: new Set<string>(), answers: new Set<string>() };
  /** Answers that this run has found: newer than what an earlier run has left. */
  const found = new Set<string>();
  let isWorthSaving = false;

  const restoring = inCacheProcess("restore", keys.restore, inEarlier, context, timeout).then((problem) => {
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
    const problem = await inCacheProcess("save", [keys.save()], inLater, context, timeout);
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
  const these = prefixOf(any, selection);
  return { restore: [these, any], save: () => these + randomUUID() };
}
