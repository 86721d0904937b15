import { createHash } from "node:crypto";
import type { GitHub, Review } from "../github/github.js";

/** A change to suggest on lines of a pull request. */
export interface Suggestion {
  /** What tells it from others wherever it comes to stand: as long as this is the same, it is made once. */
  readonly identity: string;
  /** Relative to the top of the repository. */
  readonly path: string;
  /** Numbers of the first and the last line, from 1. */
  readonly start: number;
  readonly end: number;
  /** Markdown. */
  readonly text: string;
}

export interface SuggestionsRequest {
  readonly pullRequest: number;
  /** The commit whose lines they are on. */
  readonly headSha: string;
  readonly suggestions: readonly Suggestion[];
}

/**
 * Makes the suggestions that were never made on this pull request, in one review, and tells how many these are; null if its head
 * is another commit by now. What stands there already is left alone, also if it is outdated or resolved.
 *
 * Runs that look at the same time both make them: so everyone looks again after writing, and of each the oldest stays.
 */
export async function publishSuggestions(
  { pullRequest, headSha, suggestions }: SuggestionsRequest,
  github: Reviews,
): Promise<number | null> {
  const wanted = suggestions.map(({ identity, path, start, end, text }) => {
    const marker = markerOf(identity);
    return { marker, comment: { path, start, end, body: `${marker}\n${text}` } };
  });
  /** Which comments say each of what is wanted, oldest first. */
  const find = async (): Promise<number[][]> => {
    const own = await github.ownReviewComments(pullRequest);
    return wanted.map(({ marker }) => own.filter(({ body }) => body.startsWith(marker)).map(({ id }) => id));
  };
  return github.retrying(async () => {
    const there = await find();
    const comments: Review["comments"] = wanted
      .filter((_, at) => there[at]?.length === 0)
      .map(({ comment }) => comment);
    if (comments.length === 0) return 0;
    const { head } = await github.pullRequest(pullRequest);
    if (head.sha !== headSha) return null;
    await github.createReview(pullRequest, { headSha, text: HEADING, comments });
    for (const [, ...others] of await find()) {
      for (const id of others) await github.deleteReviewComment(id);
    }
    return comments.length;
  });
}

const HEADING = "Slugdiff: this pull request could make a smaller slug.";

/** What of GitHub it takes. */
type Reviews = Pick<GitHub, "ownReviewComments" | "createReview" | "deleteReviewComment" | "pullRequest" | "retrying">;

/** The first line of a suggestion, which nobody sees. */
function markerOf(identity: string): string {
  return `<!-- slugdiff suggests ${createHash("sha256").update(identity).digest("hex").slice(0, 32)} -->`;
}
