import { noiseFloorOf } from "../judge/noise-floor.js";
import type { Annotation } from "../model/annotation.js";
import { pathInRepository } from "../model/app-path.js";
import { mib, signedMib } from "../model/format.js";
import type { Report, ReportLayerDelta } from "../model/report.js";
import { visible } from "./visible.js";

/** Lines that are remarked on, the most costly ones; GitHub shows ten of a kind in a step. */
const MOST = 10;

/** Distributions that a remark names. */
const NAMED = 3;

/**
 * Remarks on the manifest lines that made the slug grow, the most costly first: each with all that it brings along,
 * itself and what it requires. Growth within the noise floor is not worth one. Their level is that of the verdict.
 */
export function annotationsOf(report: Report): Annotation[] {
  const { diff, verdict, app } = report;
  if (diff.state === "unknown") return [];
  const floor = noiseFloorOf(report);
  const level = verdict.status === "fail" ? "failure" : verdict.status === "warn" ? "warning" : "notice";
  return [...byLine(diff.layers)]
    .map(([place, layers]) => ({ place, layers, growth: layers.reduce((sum, { delta }) => sum + delta.compressed, 0) }))
    .filter(({ growth }) => growth > floor)
    .sort((a, b) => b.growth - a.growth)
    .slice(0, MOST)
    .map(({ place, layers, growth }) => ({
      path: pathInRepository(app, place.file),
      line: place.line,
      level,
      title: `Slug ${signedMib(growth)}`,
      message: `This line adds ${mib(growth)} to the compressed slug: ${inWords(layers)}.`,
    }));
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** The changed layers by the line that asks for them. */
function byLine(layers: readonly ReportLayerDelta[]): Map<Place, ReportLayerDelta[]> {
  const found = new Map<string, [Place, ReportLayerDelta[]]>();
  for (const layer of layers) {
    // What was removed is explained by a line of the base, which the head may not have.
    if (layer.change === "unchanged" || layer.change === "removed") continue;
    const [origin = ""] = layer.why;
    const [, file, line] = /^(.+):([1-9]\d*)$/.exec(origin) ?? [];
    if (file === undefined || line === undefined) continue;
    const entry = found.get(origin) ?? [{ file, line: Number(line) }, []];
    entry[1].push(layer);
    found.set(origin, entry);
  }
  return new Map(found.values());
}

/** `nvidia-nccl-cu13 +240.1 MiB, xgboost +57.3 MiB and 3 more`. */
function inWords(layers: readonly ReportLayerDelta[]): string {
  const largest = [...layers].sort((a, b) => b.delta.compressed - a.delta.compressed);
  const named = largest.slice(0, NAMED).map(({ name, delta }) => `${visible(name, 80)} ${signedMib(delta.compressed)}`);
  const more = layers.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${String(more)} more` : "");
}
