import { MOST_MEMORY, problemsOf, reportOf } from "../../bench/answer.js";
import { countsOf, type Counts } from "../../bench/counts.js";
import type { Comparison, Lab, Run } from "../../bench/lab.js";
import type { ReportLayer } from "../../src/model/report.js";

/** A run, and what it had others do. */
export interface Counted extends Run, Counts {}

export async function counted(lab: Lab, comparison: Comparison): Promise<Counted> {
  const run = await lab.compare(comparison);
  return { ...run, ...countsOf(run) };
}

/** What is wrong with the answer of a run, and with the memory it took. */
export function faultsOf(run: Run): string[] {
  const over = run.own > MOST_MEMORY ? [`${(run.own / 1e6).toFixed(0)} MB of memory`] : [];
  return [...problemsOf(run), ...over];
}

type SideName = "base" | "head";

function layersOf(side: SideName, run: Run): readonly ReportLayer[] {
  const { base, head } = reportOf(run);
  return (side === "base" ? base : head).layers;
}

/** Names of what has to be installed for a side, sorted. */
export function namesOn(side: SideName, run: Run): string[] {
  const layers = layersOf(side, run).filter(({ kind }) => kind === "distribution" || kind === "tool");
  return layers.map(({ name }) => name).sort();
}

export function layerOf(name: string, side: SideName, run: Run): ReportLayer {
  const found = layersOf(side, run).find((layer) => layer.name === name);
  if (found === undefined) throw new Error(`${name} is not on the ${side}`);
  return found;
}

/** Bytes of content that are compressed to weigh a side of which no layer is known. */
export function contentOf(side: SideName, run: Run): number {
  const layers = layersOf(side, run).filter(({ kind, measure }) => kind !== "runtime" || measure !== "estimated");
  return layers.reduce((bytes, { weight }) => bytes + weight.disk, 0);
}

/** The paths that were asked for more than `times` times, each once. */
export function repeated(paths: readonly string[], times = 1): string[] {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(path, (counts.get(path) ?? 0) + 1);
  return [...counts].flatMap(([path, count]) => (count > times ? path : []));
}
