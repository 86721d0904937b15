import type { Commit } from "../model/commit.js";
import type { HistoryPoint } from "../model/report.js";
import type { Weight } from "../model/weight.js";
import { stepBetween } from "./line.js";
import { totalOf, type Point } from "./point.js";

/** What came of weighing an app at a commit. */
export type Outcome =
  | { readonly state: "weighed"; readonly point: Point }
  | { readonly state: "absent"; readonly commit: Commit }
  | { readonly state: "unweighable"; readonly commit: Commit; readonly problem: string };

/** A commit, and what its app weighed there. */
export type HistoryRow = Commit &
  (
    | {
        readonly state: "weighed";
        readonly total: Weight;
        /** Compressed bytes more than at the weighed commit before; null where there is none, or `comparable` is false. */
        readonly step: number | null;
        /** Whether the weighed commit before, if there is one, was weighed in the same way. */
        readonly comparable: boolean;
        /** What made the step, largest first, at most ten. */
        readonly changes: HistoryPoint["changes"];
      }
    | { readonly state: "absent" }
    /** `problem`: a sentence. */
    | { readonly state: "unweighable"; readonly problem: string }
  );

/** What an app weighed at the commits that changed it, oldest first. */
export interface AppHistory {
  /** The slug root, relative to the repository. */
  readonly app: string;
  readonly rows: readonly HistoryRow[];
}

/** Outcomes, oldest first, as rows. A commit that was not weighed stands between two steps, and hides neither. */
export function rowsOf(outcomes: readonly Outcome[]): HistoryRow[] {
  let before: Point | null = null;
  const rows: HistoryRow[] = [];
  for (const outcome of outcomes) {
    if (outcome.state !== "weighed") {
      const { commit, ...rest } = outcome;
      rows.push({ ...commitOf(commit), ...rest });
      continue;
    }
    rows.push(weighedRow(outcome.point, before));
    before = outcome.point;
  }
  return rows;
}

function weighedRow(point: Point, before: Point | null): HistoryRow {
  const total = totalOf(point);
  const comparable = before === null || before.way === point.way;
  const known = comparable ? before : null;
  return {
    ...commitOf(point),
    state: "weighed",
    total,
    step: known === null ? null : total.compressed - totalOf(known).compressed,
    comparable,
    changes: known === null ? [] : stepBetween(known.layers, point.layers),
  };
}

function commitOf({ sha, date, subject }: Commit): Commit {
  return { sha, date, subject };
}
