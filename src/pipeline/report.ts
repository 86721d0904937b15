import { compareSides } from "../compare/compare.js";
import { budgetOf, reportedConfig, type EffectiveConfig } from "../config/effective.js";
import { judge } from "../judge/judge.js";
import type { Outside, Report, Unpinned } from "../model/report.js";
import type { Side } from "../model/slug.js";
import type { Occasion } from "../model/verdict.js";
import { HEROKU } from "../platforms/heroku.js";
import { buildReport } from "../report/build-report.js";
import { checkReport } from "../report/check-report.js";
import { VERSION } from "../version.js";
import type { Timings } from "./stage.js";

/** Two sides that were weighed, and by which rules. */
export interface Weighed {
  readonly app: string;
  readonly base: Side;
  readonly head: Side;
  readonly config: EffectiveConfig;
  readonly occasion: Occasion;
  /** Of the head. */
  readonly unpinned: Unpinned | null;
  /** In the base. */
  readonly outside: Outside | null;
}

/** Compares and judges two sides, and makes sure that the report adds up. */
export function reportOf({ app, base, head, config, occasion, unpinned, outside }: Weighed, timings: Timings): Report {
  const diff = compareSides(base, head);
  const slugs = [head, base].flatMap((side) => (side.state === "weighed" ? [side.slug] : []));
  const report = buildReport({
    version: VERSION,
    app,
    stack: slugs[0]?.stack ?? HEROKU.defaultStack,
    cutoff: config.cutoff,
    config: reportedConfig(config, HEROKU),
    base,
    head,
    diff,
    verdict: judge(base, head, diff, budgetOf(config, HEROKU), occasion),
    unpinned,
    outside,
    history: [],
    configChanges: config.notes,
    notes: [],
    timings: Object.fromEntries(Object.entries(timings).map(([step, ms]) => [step, Math.round(ms)])),
  });
  checkReport(report);
  return report;
}
