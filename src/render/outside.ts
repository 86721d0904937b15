import { mib } from "../model/format.js";
import { noiseFloorOf } from "../judge/noise-floor.js";
import type { Report } from "../model/report.js";
import { code, joined, name, own, type Spans } from "./span.js";
import { versionsOf } from "./tables.js";

/** Layers that are named. */
const NAMED = 3;

/** What the world outside did to the base, in a sentence, so that nobody takes it for this change's doing; null if it is not felt. */
export function outsideSentence(report: Report): Spans | null {
  const { outside, base } = report;
  if (outside === null || Math.abs(outside.delta.compressed) <= noiseFloorOf(report)) return null;
  const { since, delta, layers } = outside;
  const named = layers
    .slice(0, NAMED)
    .map((layer) => [
      name(layer.name),
      own(" "),
      ...versionsOf(layer),
      own(layer.fromVersion === null ? " came" : layer.toVersion === null ? " went" : ""),
    ]);
  const rest = layers.length - named.length;
  return [
    own("Apart from this change: "),
    ...(base.revision === null ? [own("the base")] : [code(base.revision.ref)]),
    own(` itself weighs ${mib(Math.abs(delta.compressed))} ${delta.compressed > 0 ? "more" : "less"} than it did on `),
    own(`${since.slice(0, 10)}, with the same requirements (`),
    ...joined(named, ", "),
    own(`${rest > 0 ? ` and ${rest.toLocaleString("en-US")} more` : ""}).`),
  ];
}
