import type { Report } from "../model/report.js";
import { ROOMS } from "./sections.js";
import { single, type CommentContext, type Space } from "./several.js";

/** GitHub takes 65,536 characters in a comment; JavaScript counts some twice, and whoever publishes adds a line. */
export const COMMENT: Space = { most: 60_000, lengthOf: (text) => text.length, rooms: ROOMS };

/**
 * The report as a comment: heading, figures, what grew, findings, and folds for the rest. Holds nothing that differs
 * between two runs of the same change (times, what was remembered, the moment of the run), so that an unchanged
 * comment is not sent again. Rows that don't fit are folded whole; totals stay true. Ends with a line break.
 */
export function renderMarkdown(report: Report, context: CommentContext = {}): string {
  return single(report, context, COMMENT);
}
