import { rm } from "node:fs/promises";
import { install } from "../install/install.js";
import { preinstalled } from "../install/preinstalled.js";
import type { InstalledDistribution, WeighedLayer } from "../model/distribution.js";
import { mib } from "../model/format.js";
import { entryWeight } from "../model/layer.js";
import { inWords, isReadyWheel, type ResolvedDistribution } from "../model/resolution.js";
import type { TargetOptions } from "../model/options.js";
import { homeDirectories } from "../model/target.js";
import { byTarOrder } from "../model/tree.js";
import { sum } from "../model/weight.js";
import { allowed } from "../sandbox/building.js";
import { layerStoreKey } from "../store/key.js";
import { COMPRESSOR } from "../weigh/zlib.js";
import type { Weigher } from "../weigh/weigher.js";
import type { CheckedOutApp } from "./checked-out.js";
import { layerOf, unstoredKey } from "./layers.js";
import type { Plan } from "./plan.js";
import { once, type Shared } from "./shared.js";
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
  const entries = [...own.entries, ...predicted].sort(byTarOrder);
  return {
    version: installed.version,
    measure: installed.measure,
    weight: sum(entries.map(entryWeight)),
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

/** Layers of the app's distributions and of what Heroku pre-installs, the unknown ones installed by one call. */
export async function weighDistributions(
  { root }: CheckedOutApp,
  plan: Plan,
  { builds, cutoff }: TargetOptions,
  { parts, layers, toolSets, timings }: Shared,
): Promise<Installed[]> {
  const { target, interpreter, resolution } = plan;
  const { tools, context, weigher } = parts;
  const building = allowed(builds, parts.building);
  const own = new Set(resolution.distributions.map(({ name }) => name));
  const toolSet = await stage("resolve", timings, () =>
    once(toolSets, `${resolution.packageManager} ${target.stack} ${target.python.full}`, () =>
      preinstalled(resolution.packageManager, target, tools, context),
    ),
  );
  const groups = [
    { kind: "distribution" as const, resolution },
    // A pre-installed tool that the app pins itself is replaced by the app's.
    {
      kind: "tool" as const,
      resolution: { ...toolSet, distributions: toolSet.distributions.filter(({ name }) => !own.has(name)) },
    },
  ];
  const results = groups.map(async ({ kind, resolution }) => {
    const wanted = new Map(
      resolution.distributions.map((distribution) => [distributionKey(distribution, plan, root), distribution]),
    );
    const found = await layers.all(new Set(wanted.keys()), async (missing) => {
      const unknown = [...wanted].filter(([key]) => missing.has(key)).map(([, distribution]) => distribution);
      const request = { resolution, wanted: unknown, target, interpreter, app: root, building, cutoff };
      const installed = await stage("install", timings, () => install(request, tools, context));
      const keys = new Map([...wanted].map(([key, { name }]) => [name, key]));
      return stage("weigh", timings, async () => {
        const bytes = installed.flatMap(({ entries, unclaimed }) => [...entries, ...unclaimed].map(({ size }) => size));
        const total = bytes.reduce((a, b) => a + b, 0);
        const activity = context.progress.start(`Weighing ${inWords(unknown)}`, total, "bytes");
        const onBytes = activity.advance.bind(activity);
        const weighed = installed.map(
          async (each) =>
            [
              keys.get(each.name) ?? each.name,
              await weighInstalled(each, target.python.minor, weigher, onBytes),
            ] as const,
        );
        const made = new Map(await Promise.all(weighed));
        activity.end(mib(total));
        // What a hundred apps install does not fit on a disk at once.
        const roots = new Set(installed.map((each) => each.root));
        for (const each of roots) await rm(each, { recursive: true, force: true, maxRetries: 3 });
        return made;
      });
    });
    return [...wanted].map(([key, distribution]): Installed => ({
      distribution,
      kind,
      weighed: layerOf(found, key, distribution.name),
    }));
  });
  return (await Promise.all(results)).flat();
}
