import { SideError } from "../errors.js";
import { install } from "../install/install.js";
import { preinstalled, type ToolSet } from "../install/preinstalled.js";
import type { InstalledDistribution, WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import { entriesWeight } from "../model/layer.js";
import { inWords, isReadyWheel, type ResolvedDistribution } from "../model/resolution.js";
import type { TargetOptions } from "../model/options.js";
import { homeDirectories } from "../model/target.js";
import { inTarOrder } from "../model/tree.js";
import { allowed, type Building } from "../sandbox/building.js";
import { layerStoreKey } from "../store/key.js";
import { mapAtOnce } from "../system/at-once.js";
import { removeTree } from "../system/remove-tree.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import type { Weigher } from "../weigh/weigher.js";
import type { CheckedOutApp } from "./checked-out.js";
import { layerOf, unstoredKey } from "./layers.js";
import type { Plan } from "./plan.js";
import type { Shared } from "./shared.js";
import { stage } from "./stage.js";

/** The key of a distribution's layer. What comes from the app's own directory is weighed anew in each run. */
function distributionKey(distribution: ResolvedDistribution, { target, interpreter }: Plan, root: string): string {
  const { name, source } = distribution;
  const content = contentOf(distribution);
  if (content === null) return unstoredKey(`${root} ${name}`);
  return layerStoreKey({
    content,
    python: target.python.minor,
    interpreter: interpreter?.version ?? null,
    platform: target.stack,
    bytecode: interpreter === null ? "predicted" : "compiled",
    compressor: COMPRESSOR,
    builder: isReadyWheel(source) ? null : `${interpreter?.version ?? "none"} on ${process.platform}-${process.arch}`,
  });
}

/** Null for one that no hash stands for. */
function contentOf({ name, source }: ResolvedDistribution): string | null {
  switch (source.kind) {
    case "wheel":
    case "sdist":
    case "archive":
      return source.sha256 === null ? null : `sha256:${source.sha256}`;
    case "vcs":
      // One commit can hold several distributions.
      return `git:${source.commit} ${name} ${source.editable ? "editable" : "built"}`;
    case "directory":
      return null;
  }
}

/** Weighs what was installed, predicted bytecode included. */
async function weighInstalled(
  installed: InstalledDistribution,
  minor: string,
  weigher: Weigher,
  onBytes: (bytes: number) => void,
): Promise<WeighedLayer> {
  const { root, predicted } = installed;
  const home = new Set(homeDirectories(minor));
  const claimed = installed.entries.filter(({ path }) => !home.has(path));
  const [own, stray] = await Promise.all([
    weigher.weigh({ root, entries: claimed }, onBytes),
    weigher.weigh({ root, entries: installed.unclaimed }, onBytes),
  ]);
  const entries = predicted.length === 0 ? own.entries : inTarOrder([...own.entries, ...predicted]);
  return {
    version: installed.version,
    measure: installed.measure,
    weight: entriesWeight(entries),
    error: installed.predictedError,
    entries,
    unclaimed: stray.entries,
    metadata: installed.metadata,
  };
}

/** A layer to be put into the slug, and where it came from. */
export interface Installed {
  readonly distribution: ResolvedDistribution;
  readonly kind: "distribution" | "tool";
  readonly weighed: WeighedLayer;
}

/** Layers of the app's distributions and of what Heroku pre-installs, the unknown ones installed by one call each. */
export async function weighDistributions(
  { root }: CheckedOutApp,
  plan: Plan,
  { builds, cutoff }: TargetOptions,
  shared: Shared,
): Promise<Installed[]> {
  const { target, resolution } = plan;
  const { tools, context, building } = shared.parts;
  const toolSet = preinstalled(resolution.packageManager, target, tools, context);
  const own = new Set(resolution.distributions.map(({ name }) => name));
  const job = { plan, root, building: allowed(builds, building), cutoff };
  const groups = await Promise.all([
    weighGroup(
      {
        ...job,
        kind: "distribution",
        distributions: resolution.distributions,
        environment: null,
        lock: () => Promise.resolve(resolution.pylock),
      },
      shared,
    ),
    // A pre-installed tool that the app pins itself is replaced by the app's.
    weighGroup(
      { ...job, ...toolSet, kind: "tool", distributions: toolSet.distributions.filter(({ name }) => !own.has(name)) },
      shared,
    ),
  ]);
  return groups.flat();
}

/** Distributions that come from one lock. */
interface Group extends ToolSet {
  readonly kind: Installed["kind"];
  readonly plan: Plan;
  /** Absolute path of the app. */
  readonly root: string;
  readonly building: Building;
  readonly cutoff: string;
}

async function weighGroup(group: Group, { parts, layers, predict, timings }: Shared): Promise<readonly Installed[]> {
  const { kind, plan, root, distributions, environment, building, cutoff } = group;
  const { target, interpreter } = plan;
  const { tools, context, weigher } = parts;
  const wanted = new Map(
    distributions.map((distribution) => [distributionKey(distribution, plan, root), distribution]),
  );
  if (predict !== null) return predictGroup(kind, wanted, await layers.known(new Set(wanted.keys())), predict);
  const found = await layers.all(new Set(wanted.keys()), async (missing, add) => {
    const unknown = [...wanted].filter(([key]) => missing.has(key));
    const keys = new Map(unknown.map(([key, { name }]) => [name, key]));
    const names = unknown.map(([, distribution]) => distribution);
    const pylock = await stage("resolve", timings, group.lock);
    const request = { pylock, wanted: names, environment, target, interpreter, app: root, building, cutoff };
    weigher.warmUp();
    await stage("install", timings, async () => {
      const activity = context.progress.start(`Weighing ${inWords(names)}`, null, "bytes");
      const roots = new Set<string>();
      let total = 0;
      await install(request, tools, context, async (installed) => {
        roots.add(installed.root);
        const weighed = await stage("weigh", timings, () =>
          weighInstalled(installed, target.python.minor, weigher, (bytes) => {
            total += bytes;
            activity.advance(bytes);
          }),
        );
        await add(keys.get(installed.name) ?? installed.name, weighed);
      });
      activity.end(mib(total));
      // What a hundred apps install does not fit on a disk at once.
      for (const each of roots) await removeTree(each);
    });
  });
  return [...wanted].map(([key, distribution]): Installed => ({
    distribution,
    kind,
    weighed: layerOf(found, key, distribution.name),
  }));
}

/** Distributions at once: each takes a request or two. */
const PREDICTED_AT_ONCE = 8;

/** The layers that are known, and what the others are likely to be. */
async function predictGroup(
  kind: Installed["kind"],
  wanted: ReadonlyMap<string, ResolvedDistribution>,
  known: ReadonlyMap<string, WeighedLayer>,
  predict: NonNullable<Shared["predict"]>,
): Promise<readonly Installed[]> {
  return mapAtOnce([...wanted], PREDICTED_AT_ONCE, async ([key, distribution]): Promise<Installed> => {
    const weighed = known.get(key) ?? (await predict(distribution));
    if (weighed !== null) return { distribution, kind, weighed };
    const text = `What ${distribution.name} weighs can't be predicted.`;
    throw new SideError("unweighable", "weigh", text, "Have it installed and weighed.");
  });
}
