import type { CommentMode } from "../config/schema.js";
import type { Publishing } from "../config/publishing.js";
import { UserError } from "../errors.js";
import type { GitHub } from "../github/github.js";
import { isRed, isWorthSaying } from "../judge/worth.js";
import type { Report } from "../model/report.js";
import type { Marker } from "../publish/marker.js";
import { previous, publishComment } from "../publish/sticky.js";
import type { Actions } from "./actions.js";
import { sizesOf } from "./approval.js";
import { isFirstOfHead, type RunOfHead } from "./first-of-head.js";
import { logLine } from "./log.js";
import type { Settled } from "./settle.js";

export interface CommentRequest extends RunOfHead {
  /** Whether the run that has weighed is this one. Another's report may be written again, when it means something else by now. */
  readonly isOwnRun: boolean;
  readonly publishing: Publishing;
  readonly reports: readonly Report[];
  readonly approval: Settled["approval"];
  /** Markdown. */
  readonly text: string;
}

/**
 * Brings the pull request's comment up to date, and gives its address; null if there is none. A refusal is a warning,
 * never a failure: the check is complete without it.
 */
export async function postComment(
  request: CommentRequest,
  github: GitHub | null,
  actions: Actions,
): Promise<string | null> {
  const { pullRequest, headSha, run, isOwnRun, publishing, reports, approval, text } = request;
  if (publishing.comment === "never") return null;
  if (github === null) {
    actions.warning("There is no comment, as there is no token: leave the input github-token out to use the job's.");
    return null;
  }
  try {
    const marker: Marker = {
      v: 1,
      key: publishing.key,
      run: run.id,
      attempt: run.attempt,
      head: headSha,
      ...(approval === "unknown"
        ? // A later run must not take these sizes for what the label was applied to.
          { apps: {}, approval: (await previous(github, pullRequest, publishing.key))?.approval }
        : { apps: sizesOf(reports), approval }),
    };
    const create = isWanted(publishing.comment, reports);
    const published = await publishComment(
      { pullRequest, marker, text, create, isFirstOfHead: () => isFirstOfHead(request, github) },
      github,
    );
    switch (published.state) {
      case "created":
      case "updated":
      case "unchanged":
        if (published.contended && isOwnRun) {
          actions.warning(
            `Another job or step of this run has written the comment "${publishing.key}" as well, and only the last one's text stays. Give each a comment-key of its own.`,
          );
        }
        return published.url;
      case "not-wanted":
        return null;
      case "outdated":
        actions.info(logLine(`The comment was left as it is: ${published.why}`));
        return null;
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.warning(`The comment could not be written. ${error.message} ${error.hint}`);
    return null;
  }
}

/** Whether there is to be a comment where there is none yet. */
function isWanted(mode: CommentMode, reports: readonly Report[]): boolean {
  switch (mode) {
    case "always":
      return true;
    case "changes":
      return reports.some(isWorthSaying);
    case "failure":
      return reports.some(isRed);
    case "never":
      return false;
  }
}
