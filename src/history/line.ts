import { changesBetween } from "../compare/layers.js";
import type { LayerWeight } from "../model/layer-weight.js";
import type { HistoryPoint, Report } from "../model/report.js";
import { equal, ZERO } from "../model/weight.js";
import { totalOf, wayOf, type Point } from "./point.js";

/** Points that a report shows. */
const MOST_SHOWN = 30;

/** Layers that are named for a step. */
const MOST_CHANGES = 10;

/**
 * Up to which commit history is told. `line`: that commit and its first parents, the newest first. `date`: where the clone does not
 * say what its ancestors are, what was committed by then counts for them.
 */
export type Until =
  | { readonly by: "line"; readonly shas: readonly string[] }
  | { readonly by: "date"; readonly sha: string; readonly date: string };

/**
 * The points up to a commit, oldest first. They depend on that commit alone once all before it are weighed, so that what
 * is shown on a pull request is the same in each of its runs.
 * @param points in the order of `mergePoints`
 */
export function pointsUntil(points: readonly Point[], until: Until): Point[] {
  if (until.by === "date") {
    const before = points.filter(({ sha, date }) => sha !== until.sha && date <= until.date);
    return [...before, ...points.filter(({ sha }) => sha === until.sha)];
  }
  const place = new Map(until.shas.map((sha, at) => [sha, at]));
  return points
    .flatMap((point) => {
      const at = place.get(point.sha);
      return at === undefined ? [] : [{ point, at }];
    })
    .sort((a, b) => b.at - a.at)
    .map(({ point }) => point);
}

/**
 * The report with what its app weighed before. Shown is what was weighed as the report was, and nothing else: any other point would
 * make a step that no commit made.
 * @param points oldest first
 * @param figures as `pointOf` was given it
 */
export function withHistory(report: Report, points: readonly Point[], figures: string): Report {
  const { base, head } = report;
  const side = base.state === "weighed" ? base : head.state === "weighed" ? head : null;
  if (side === null) return report;
  const way = wayOf(side, figures);
  return { ...report, history: historyOf(points.filter((point) => point.way === way).slice(-MOST_SHOWN)) };
}

/** Points, oldest first, each with what changed since the one before. */
function historyOf(points: readonly Point[]): HistoryPoint[] {
  return points.map((point, at) => {
    const before = points[at - 1];
    const { sha, date, subject } = point;
    return {
      sha,
      date,
      subject,
      total: totalOf(point),
      changes: before === undefined ? [] : stepBetween(before.layers, point.layers),
    };
  });
}

/** The layers that weigh otherwise than before: the largest compressed delta first, at most ten. */
export function stepBetween(before: readonly LayerWeight[], after: readonly LayerWeight[]): HistoryPoint["changes"] {
  return changesBetween(before, after, ({ delta }) => !equal(delta, ZERO)).slice(0, MOST_CHANGES);
}
