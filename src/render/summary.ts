import type { Report } from "../model/report.js";
import { ROOMS } from "./sections.js";
import { several, single, type CommentContext, type Space } from "./several.js";

/** GitHub takes 1 MiB of each step. */
const SUMMARY: Space = {
  most: 1_000_000,
  lengthOf: (text) => Buffer.byteLength(text),
  rooms: [
    { rows: Infinity, items: Infinity, lines: Infinity, tips: Infinity, folds: "all" },
    { rows: 200, items: 100, lines: 50, tips: 20, folds: "all" },
    { rows: 50, items: 50, lines: 20, tips: 10, folds: "all" },
    ...ROOMS,
  ],
};

/** The whole reports for the job's summary, what differs from run to run among it, as far as there is space. */
export function renderSummary(reports: readonly Report[], context: CommentContext = {}): string {
  const [first, ...others] = reports;
  return first !== undefined && others.length === 0
    ? single(first, context, SUMMARY)
    : several(reports, context, SUMMARY);
}
