import type { GitHubEvent } from "../events/event.js";
import type { GitHub, Labelling, PullRequest } from "../github/github.js";
import type { Marker } from "../publish/marker.js";

/** When a label was applied, and what is known of the pull request since. */
export interface LabelledPull {
  readonly labelling: Labelling;
  /** As it is now. */
  readonly pullRequest: PullRequest;
  /** What our comment says by now; null if there is none. */
  readonly previous: Marker | null;
}

/** Tells whether the label was applied while the commit that was weighed was the head: then what it weighs is what was approved. */
export type IsAppliedToHead = (labelled: LabelledPull) => Promise<boolean>;

/** Where what was weighed is no pull request's head. */
export const NO_HEAD: IsAppliedToHead = () => Promise.resolve(false);

/**
 * As the event tells that started the run: a label that the pull request did not have before this head has come since.
 * @param isLabel whether this is the name of the label in question
 */
export function byEvent(
  { head, earlierLabels }: Extract<GitHubEvent, { kind: "pull-request" }>,
  isLabel: (name: string) => boolean,
): IsAppliedToHead {
  return ({ pullRequest }) => Promise.resolve(pullRequest.head.sha === head.sha && !earlierLabels.some(isLabel));
}

/**
 * How long after a pull request was opened its first run is there, and the labels that it was opened with are on it. GitHub
 * applies those by events of their own, and starts runs some seconds later. Milliseconds.
 */
const OPENING = 60_000;

/**
 * As GitHub tells of another run, whose event is not known: the label is no older than the first run for the head, or came with
 * the pull request itself. GitHub says nowhere when a branch was pushed to; a run comes seconds later, never before.
 * @param run the one that has weighed
 */
export function byRuns(headSha: string, run: number, github: Pick<GitHub, "runsAt">): IsAppliedToHead {
  return async ({ labelling, pullRequest, previous }) => {
    if (pullRequest.head.sha !== headSha) return false;
    const runs = await github.runsAt(headSha);
    const own = runs.find(({ id }) => id === run);
    // By a force-push the head may have come back: then what counts began after the other one was commented on.
    const other = previous !== null && previous.head !== headSha ? previous.run : null;
    const times = runs
      .filter(({ id, workflow }) => workflow === own?.workflow && (other === null || id > other))
      .map(({ createdAt }) => Date.parse(createdAt));
    const began = Math.min(...times);
    const [applied, opened] = [Date.parse(labelling.at), Date.parse(pullRequest.createdAt)];
    if (applied >= began) return true;
    return other === null && began - opened <= OPENING && applied - opened <= OPENING;
  };
}
