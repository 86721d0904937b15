import type { Report } from "../model/report.js";
import { noiseFloorOf } from "./noise-floor.js";

/**
 * Whether a report says anything that somebody has to know: it is no plain pass, the change is unknown, it is overridden, or
 * some layer moved by more than the noise floor (also where others make up for it).
 */
export function isWorthSaying(report: Report): boolean {
  const { verdict, diff, override } = report;
  if (verdict.status !== "pass" || override !== null || diff.state === "unknown") return true;
  const noise = noiseFloorOf(report);
  return diff.layers.some(({ delta }) => Math.abs(delta.compressed) > noise) || Math.abs(diff.total.compressed) > noise;
}

/** Who made nothing worse, and is not over a limit, is left alone. */
export function isAdviceDue(report: Report): boolean {
  const { verdict, diff } = report;
  return verdict.status !== "pass" || diff.state === "unknown" || diff.total.compressed > noiseFloorOf(report);
}

/** Whether a report turns the check red. */
export function isRed({ verdict: { status } }: Report): boolean {
  return status === "fail" || status === "indeterminate";
}
