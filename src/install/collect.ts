import type { InstalledDistribution } from "../model/distribution.js";
import type { Measure } from "../model/layer.js";
import { isReadyWheel, type DistributionSource, type ResolvedDistribution } from "../model/resolution.js";
import { PYTHON_HOME, sitePackages, type Target } from "../model/target.js";
import { inTarOrder, type TreeEntry } from "../model/tree.js";
import { bytecodePath, isCompiled } from "./bytecode.js";
import type { Laid } from "./layout.js";
import type { Changed } from "./normalise.js";
import { predictBytecode } from "./predict.js";
import { foldersOf, readEntry, type Found, type Survey } from "./survey.js";

/** Where one distribution was found. */
export interface Place {
  readonly distribution: ResolvedDistribution;
  readonly laid: Laid;
  readonly found: Found;
  readonly changed: Changed;
  /** Paths of the sources that Heroku compiles, in tar order. */
  readonly sources: readonly string[];
}

/** Paths of the `.py` files that are compiled at install time, in tar order. */
export function compilable({ tree }: Survey, { claims }: Found, target: Target): string[] {
  const packages = sitePackages(target.python.minor);
  const paths = [...claims.keys()].filter((path) => isCompiled(path, packages) && tree.get(path)?.kind === "file");
  return inTarOrder(paths.map((path) => ({ path }))).map(({ path }) => path);
}

/**
 * What one distribution has on disk by now.
 * @param compiled whether there is bytecode of its sources; else it is predicted
 */
export function collect(place: Place, minor: string, compiled: boolean): InstalledDistribution {
  const { distribution, found, changed, sources, laid } = place;
  const { tree, root } = laid.survey;
  const { name, source } = distribution;
  const own = new Map<string, TreeEntry>();
  const add = (entry: TreeEntry | null | undefined): void => {
    if (entry == null) return;
    own.set(entry.path, entry);
    for (const path of foldersOf(entry.path)) {
      if (own.has(path)) break; // Those that hold it are there, too.
      own.set(path, { path, kind: "directory", size: 0, executable: true });
    }
  };
  for (const path of found.claims.keys()) {
    const now = changed.get(path);
    // What lies behind a link is not in the tree.
    add(now === undefined ? tree.get(path) : now);
  }
  if (compiled) for (const path of sources) add(readEntry(root, bytecodePath(path, minor), name));
  const unclaimed: TreeEntry[] = [];
  if (laid.alone) {
    const stray = [...tree.values()].filter(({ path }) => !own.has(path) && !found.claims.has(path));
    for (const entry of stray) {
      // A repository's checkout belongs to its distribution, whose RECORD knows nothing of it.
      if (`${entry.path}/`.startsWith(`${PYTHON_HOME}/src/`)) add(entry);
    }
    unclaimed.push(...stray.filter(({ path }) => !own.has(path)));
  }
  const entries = inTarOrder([...own.values()]);
  const compiledFrom = new Set(sources);
  const uncompiled = compiled ? [] : entries.filter(({ path }) => compiledFrom.has(path));
  const { predicted, error } = predictBytecode(uncompiled, minor);
  return {
    name,
    version: found.metadata.version,
    root,
    entries,
    unclaimed: inTarOrder(unclaimed),
    measure: predicted.length > 0 ? "estimated" : measureOf(source),
    predicted,
    predictedError: error,
    metadata: { requires: found.metadata.requires, extras: found.metadata.extras },
  };
}

function measureOf(source: DistributionSource): Measure {
  return isReadyWheel(source) ? "measured" : "built";
}
