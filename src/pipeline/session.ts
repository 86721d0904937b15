import { join, resolve } from "node:path";
import type { Progress } from "../ports.js";
import type { Credentials } from "../revisions/credentials.js";
import { openRepository } from "../revisions/repository.js";
import { openBuilding, type BuildingPolicy } from "../sandbox/building.js";
import { openSharedStore } from "../store/actions-cache.js";
import { offersCache } from "../store/cache-client.js";
import { defaultCacheDir } from "../store/directory.js";
import { NO_STORE, openStore } from "../store/store.js";
import { createScratch } from "../system/scratch.js";
import { createTools } from "../tools/tools.js";
import { createWeigher } from "../weigh/weigher.js";
import type { Parts } from "./parts.js";

/** Where a run works. */
export interface SessionOptions {
  /** Directory of the user's repository, or one within it. */
  readonly repo: string;
  /** Whether `repo` is the top of a repository that is trusted though another user may own it. */
  readonly isTrusted?: boolean;
  /** For fetching what a clone lacks from a remote on their server; default: only what the user has configured. */
  readonly credentials?: Credentials;
  /** Whether anything is kept between runs. */
  readonly cache: boolean;
  /** Where it is kept; null for the user's cache directory. */
  readonly cacheDir: string | null;
  /**
   * Keeps layers in the Actions cache too, where the runner has one; null or left out: on disk alone. `selection` tells this
   * run's layers from those of other runs in the repository, such as the apps that it weighs.
   */
  readonly actionsCache?: { readonly selection: string } | null;
  readonly progress: Progress;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How distributions without a wheel are built. Default: here, with the user's own rights. */
  readonly building?: BuildingPolicy;
  /** Aborts the run; what it has in scratch is removed all the same. */
  readonly signal: AbortSignal;
}

/**
 * Makes what a run needs, lets `work` use it, and leaves nothing behind, however the work ends. What was learnt is saved to the
 * Actions cache when `work` has succeeded, which can take seconds: what people wait for belongs into `work`.
 */
export async function withSession<T>(options: SessionOptions, work: (parts: Parts) => Promise<T>): Promise<T> {
  const { repo, cache, cacheDir, progress, env, signal } = options;
  const ended = new AbortController();
  const scratch = await createScratch(env, signal);
  const kept = resolve(cacheDir ?? defaultCacheDir(env));
  const context = {
    scratch: scratch.directory,
    progress,
    signal: AbortSignal.any([signal, ended.signal]),
    // uv leaves locks of what it builds where temporary files are.
    env: { ...env, TMPDIR: scratch.directory },
    toolsDir: join(cache ? kept : scratch.directory, "tools"),
  };
  const tools = createTools(context);
  const python = async (): Promise<string | null> => (await tools.interpreters.findAny("3.8"))?.path ?? null;
  const weigher = createWeigher({ python, signal: context.signal });
  const builder = openBuilding(options.building ?? { kind: "here" }, context);
  try {
    void tools.warmUp();
    const repository = await openRepository(repo, context, options);
    const note = (text: string): void => {
      progress.note(text);
    };
    const local = cache ? openStore(join(kept, "layers"), { note }) : NO_STORE;
    const { actionsCache } = options;
    const shared =
      cache && actionsCache && offersCache(env)
        ? await openSharedStore({ local, selection: actionsCache.selection, context })
        : null;
    const result = await work({
      repository,
      store: shared?.store ?? local,
      tools,
      weigher,
      building: builder.building,
      context,
    });
    await shared?.save();
    return result;
  } finally {
    // What one failed stage has left running must not write into a directory that is being removed.
    ended.abort(new Error("the run has ended"));
    await weigher.close();
    await builder.ended();
    await scratch.remove();
  }
}
