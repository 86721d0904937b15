import { noiseFloorOf } from "../judge/noise-floor.js";
import { LFS } from "../model/lfs.js";
import type { Advice, Report } from "../model/report.js";
import { ranked } from "./advice.js";
import { checkReport } from "./check-report.js";

/**
 * The report with advice: what is worth its lines, in the report's order.
 * @param advice in any order
 * @param notes sentences about what could not be found out for it
 * @throws Error, which is a bug, if the report does not add up with it
 */
export function withAdvice(report: Report, advice: readonly Advice[], notes: readonly string[]): Report {
  const shown = ranked(advice, noiseFloorOf(report));
  const isLfsAdvised = shown.some(({ id }) => id === LFS.advice);
  const advised = {
    ...report,
    notWeighed: report.notWeighed.filter(({ what }) => !(isLfsAdvised && what.startsWith(LFS.notWeighed))),
    advice: shown,
    notes: [...new Set([...report.notes, ...notes])],
  };
  checkReport(advised);
  return advised;
}
