import { mib } from "../model/format.js";
import { LFS } from "../model/lfs.js";
import type { Report, ReportDiff } from "../model/report.js";
import { roundOne, scaleFor, shown, shownSigned, type Scale } from "./rounding.js";
import { MIB } from "../model/bytes.js";

export type Known = Extract<ReportDiff, { state: "known" }>;
export type Finding = Report["verdict"]["findings"][number];

/** Mebibytes to a tenth: the scale of every size of a whole slug. */
export const WHOLE: Scale = scaleFor(MIB, []);

/** The figures that the headline and the first table share, as they are shown. */
export interface Figures {
  /** Head minus base; null if it is unknown, or nothing was compared. */
  readonly diff: Known | null;
  /** The unit of the delta, and of the rows that sum to it. */
  readonly scale: Scale;
  /** Bytes that are added to a weighed side for what only a real build can know. */
  readonly allowance: number;
  /** Bytes; null if no limit was judged. */
  readonly limit: number | null;
  /** Something in the slug was not weighed, and no allowance stands for it. */
  readonly atLeast: boolean;
}

/** What the report has to show of a whole slug. */
export function figuresOf(report: Report): Figures {
  const { base, head, diff, verdict, notWeighed, advice } = report;
  const limit = verdict.findings.find(({ rule }) => rule === "limit");
  const allowance =
    limit !== undefined && limit.value !== null && head.state === "weighed" ? limit.value - head.total.compressed : 0;
  // `weigh` has no base at all: a side that is absent from no revision.
  const compared = !(base.state === "absent" && base.revision === null);
  const known = diff.state === "known" && compared ? diff : null;
  const rows = known?.layers.map(({ delta }) => delta.compressed) ?? [];
  return {
    diff: known,
    scale: scaleFor(known?.total.compressed ?? 0, rows),
    allowance,
    limit: limit?.limit ?? null,
    atLeast: (notWeighed.length > 0 || advice.some(({ id }) => id === LFS.advice)) && allowance === 0,
  };
}

/** A size of a whole slug: `1,046.2 MiB`. */
export function size(bytes: number): string {
  return shown(roundOne(bytes, WHOLE), WHOLE);
}

/**
 * A base's size such that base plus delta is head, each as it is shown. Head and delta are rounded as they are; the base
 * may be one step off.
 */
export function sizeBefore(head: number, delta: number): string {
  return shown(roundOne(head, WHOLE) - roundOne(delta, WHOLE), WHOLE);
}

/** The delta, in the unit of its rows: `+298.4 MiB`; `0 MiB` if there is none. */
export function deltaText(delta: number, scale: Scale): string {
  return delta === 0 ? "0 MiB" : shownSigned(roundOne(delta, scale), scale);
}

/** A delta of disk bytes, with its sign; finer than the table's unit only if it would be nothing there. */
export function diskDelta(delta: number): string {
  return deltaText(delta, scaleFor(delta, []));
}

/**
 * What is left under a limit, such that size plus headroom is the limit, each as it is shown; what would be shown as
 * nothing is said exactly.
 */
export function headroom(limit: number, bytes: number): string {
  const steps = roundOne(limit, WHOLE) - roundOne(bytes, WHOLE);
  const left = limit - bytes;
  return steps === 0 || Math.sign(steps) !== Math.sign(left) ? mib(left) : shown(steps, WHOLE);
}
