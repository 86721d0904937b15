import type { Commit } from "../model/commit.js";
import { layerWeight, type LayerWeight } from "../model/layer-weight.js";
import type { Report, WeighedSide } from "../model/report.js";
import { sum, type Weight } from "../model/weight.js";

/** What a slug weighed. */
export interface Weighed {
  /** How it was weighed (see `wayOf`). */
  readonly way: string;
  /** When it was weighed, RFC 3339 with `Z`. */
  readonly weighed: string;
  /** In the order of the report. The slug is their sum. */
  readonly layers: readonly LayerWeight[];
}

/** What an app weighed at one commit. */
export interface Point extends Commit, Weighed {}

/** Characters of a commit's subject that are kept. */
const LONGEST_SUBJECT = 100;

/**
 * What is to be remembered of a report's head; null if it was not weighed.
 * @param figures stands for how a layer is weighed: what makes the figures of two releases of this tool comparable
 * @param weighed moment of the run, RFC 3339 with `Z`
 */
export function weighedOf({ head }: Report, figures: string, weighed: string): Weighed | null {
  if (head.state !== "weighed") return null;
  return { way: wayOf(head, figures), weighed, layers: head.layers.map(layerWeight) };
}

/** That as a point of a commit. */
export function pointAt({ sha, date, subject }: Commit, { way, weighed, layers }: Weighed): Point {
  return { sha, date, subject: Array.from(subject).slice(0, LONGEST_SUBJECT).join(""), way, weighed, layers };
}

/**
 * How a side was weighed. Between two that were weighed in different ways there is a step that no commit made: another stack has
 * another Python and other wheels, and what is estimated once and measured another time is not the same figure.
 */
export function wayOf({ stack, layers }: WeighedSide, figures: string): string {
  const estimated = layers.flatMap(({ kind, measure }) => (measure === "estimated" ? [kind] : []));
  return [stack, figures, ...[...new Set(estimated)].sort().map((kind) => ESTIMATED + kind)].join("; ");
}

/** Whether something of it was not measured. */
export function isEstimated({ way }: Weighed): boolean {
  return way.includes(ESTIMATED);
}

const ESTIMATED = "estimated ";

/** What the slug weighed. */
export function totalOf({ layers }: Pick<Weighed, "layers">): Weight {
  return sum(layers.map(({ weight }) => weight));
}
