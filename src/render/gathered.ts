import type { Report } from "../model/report.js";
import { headlineOf } from "./headline.js";
import { plain } from "./layout.js";
import { COMMENT, renderMarkdown } from "./markdown.js";
import { several, type CommentContext } from "./several.js";
import { membersOf, totalHeadline } from "./totals.js";
import { visible } from "./visible.js";

export type { CommentContext, Link } from "./several.js";

/** The reports of several apps as one comment, with what `renderMarkdown` promises; of one app the same as that. */
export function renderGathered(reports: readonly Report[], context: CommentContext = {}): string {
  const [first, ...others] = reports;
  return first !== undefined && others.length === 0
    ? renderMarkdown(first, context)
    : several(reports, context, COMMENT);
}

/** Characters that GitHub takes in the title of a check run. */
const LONGEST_TITLE = 255;

/** The first line about one or several apps as plain text, for where no Markdown is read. */
export function titleOf(reports: readonly Report[]): string {
  return visible(lineOf(reports), LONGEST_TITLE);
}

function lineOf(reports: readonly Report[]): string {
  const [first, ...others] = reports;
  if (first === undefined || others.length > 0) return plain(totalHeadline(membersOf(reports)).text);
  const { delta, says } = headlineOf(first);
  const subject = first.app === "." ? "Slug" : `Slug of ${visible(first.app, 80)}`;
  return `${subject}${delta === null ? "" : ` ${delta}`}: ${says}`;
}
