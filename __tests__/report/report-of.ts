import { compareSides } from "../../src/compare/compare.js";
import { judge } from "../../src/judge/judge.js";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import type { Side } from "../../src/model/slug.js";
import { buildReport, type Findings } from "../../src/report/build-report.js";

const BUDGET = { limit: 1000 * MIB, warnAt: [], maxIncrease: null, noiseFloor: 0, allowance: 0 };

/** The report of two sides. @param given what is otherwise than in most */
export function reportOf(base: Side, head: Side, given: Partial<Findings> = {}): Report {
  const diff = compareSides(base, head);
  return buildReport({
    version: "1.2.3",
    app: ".",
    stack: "heroku-24",
    cutoff: "2026-11-22T14:03:00Z",
    config: { limit: "1000M", "warn-at": ["500M", "300M"], "max-increase": null },
    base,
    head,
    diff,
    verdict: judge(base, head, diff, BUDGET, "comparison"),
    unpinned: null,
    outside: null,
    history: [],
    configChanges: [],
    notes: [],
    timings: {},
    ...given,
  });
}
