import { compareBytes } from "../model/tree.js";
import type { Point } from "./point.js";
import type { History } from "./record.js";

/** An app has no more points than this. A layer costs a few bytes in each, so that they stay far below a megabyte. */
export const MOST_POINTS = 200;

/**
 * Points of several memories as one: each commit once, as it was weighed last; by date, then by name. It does not matter in
 * which order or how often memories are merged, so runs at the same time lose nothing that either has read.
 */
export function mergePoints(...lists: readonly (readonly Point[])[]): Point[] {
  const bySha = new Map<string, Point>();
  for (const point of lists.flat()) {
    const other = bySha.get(point.sha);
    if (other === undefined || isNewer(point, other)) bySha.set(point.sha, point);
  }
  return [...bySha.values()].sort((a, b) => compareBytes(a.date, b.date) || compareBytes(a.sha, b.sha));
}

/** Histories as one: each app has all its points. */
export function mergeHistories(...histories: readonly History[]): History {
  const apps = new Set(histories.flatMap((history) => [...history.keys()]));
  return new Map([...apps].map((app) => [app, mergePoints(...histories.map((history) => history.get(app) ?? []))]));
}

/** Moments are in the order of their texts. Of what was weighed at the same one any will do, but it must be the same for all. */
function isNewer(point: Point, other: Point): boolean {
  const order = compareBytes(point.weighed, other.weighed);
  return order === 0 ? JSON.stringify(point) > JSON.stringify(other) : order > 0;
}

/**
 * A history with one point more for each of these apps; null if it says all of that already.
 * @param points by app
 */
export function remembering(history: History, points: ReadonlyMap<string, Point>): History | null {
  const news = [...points].filter(([app, point]) => {
    const known = history.get(app)?.find(({ sha }) => sha === point.sha);
    return known === undefined || !saysTheSame(known, point);
  });
  if (news.length === 0) return null;
  return new Map([
    ...history,
    ...news.map(([app, point]) => [app, thinned(mergePoints(history.get(app) ?? [], [point]))] as const),
  ]);
}

/** Whether two memories of a commit say the same of it, whenever that was found out. */
function saysTheSame(one: Point, other: Point): boolean {
  return JSON.stringify({ ...one, weighed: null }) === JSON.stringify({ ...other, weighed: null });
}

/** At most `MOST_POINTS` of the points, which are in their order: where there are more, the older half loses every second one. */
export function thinned(points: readonly Point[]): Point[] {
  let kept = [...points];
  while (kept.length > MOST_POINTS) {
    const half = Math.floor(kept.length / 2);
    kept = kept.filter((_, at) => at >= half || at % 2 === 0);
  }
  return kept;
}
