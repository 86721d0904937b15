import { compareSides } from "../../src/compare/compare.js";
import { judge } from "../../src/judge/judge.js";
import { MIB } from "../../src/model/bytes.js";
import type { PageApp } from "../../src/model/page-data.js";
import type { Report } from "../../src/model/report.js";
import type { Side } from "../../src/model/slug.js";
import { buildReport } from "../../src/report/build-report.js";
import { mapFor, pageApp } from "../../src/report/page-report.js";

const BUDGET = { limit: 1000 * MIB, warnAt: [], maxIncrease: null, noiseFloor: 0, allowance: 0 };

/** The report of two sides. */
export function reportOf(base: Side, head: Side): Report {
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
  });
}

/** What a page about so many apps says of one. */
export function onPage(base: Side, head: Side, apps = 1): PageApp {
  const report = reportOf(base, head);
  return pageApp({ report, map: mapFor({ report, base, head }, apps) }, apps);
}
