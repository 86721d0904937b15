import type { Publishing } from "../config/publishing.js";
import { UserError } from "../errors.js";
import type { GitHub, Labelling, PullRequest } from "../github/github.js";
import { withOverride } from "../judge/override.js";
import type { Report } from "../model/report.js";
import type { Marker } from "../publish/marker.js";
import { previous } from "../publish/sticky.js";
import type { CommentContext } from "../render/gathered.js";
import type { Actions } from "./actions.js";
import { approvalOf } from "./approval.js";
import type { IsAppliedToHead } from "./labelled-head.js";
import { logLine } from "./log.js";

export interface Unsettled {
  readonly weighed: readonly Report[];
  /** The pull request that it is about; null if it is about none. */
  readonly pullRequest: number | null;
  readonly publishing: Publishing;
  /** For the override label. */
  readonly isAppliedToHead: IsAppliedToHead;
  /** Whether the base is to be what the pull request would be merged into. */
  readonly comparesWithTip: boolean;
}

/** The reports as they are judged on the pull request, and what its comment has to say and to remember. */
export interface Settled {
  readonly reports: readonly Report[];
  readonly context: CommentContext;
  /** `unknown` where GitHub would not say: then what the comment remembers stays. */
  readonly approval: Marker["approval"] | "unknown";
}

/** The key of a comment about a single app at the top, and of the one that the comment action writes. */
const DEFAULT_KEY = ".";

/**
 * Asks GitHub what the state of the pull request means for the reports: its override label, and where its base is by now.
 * Without a token, or an answer, they stand as they are.
 */
export async function settle(unsettled: Unsettled, github: GitHub | null, actions: Actions): Promise<Settled> {
  const { weighed, pullRequest: number, publishing, isAppliedToHead, comparesWithTip } = unsettled;
  const asMeasured: Settled = { reports: weighed, context: { baseOutdated: null }, approval: undefined };
  if (github === null || number === null) return asMeasured;
  try {
    const pullRequest = await github.pullRequest(number);
    const context = { baseOutdated: comparesWithTip ? await outdated(pullRequest, weighed, github, actions) : null };
    // As GitHub writes it.
    const label = pullRequest.labels.find((name) => isOverride(name, publishing));
    if (label === undefined) return { ...asMeasured, context };
    const previous = await remembering(number, publishing.key, github);
    const labelled = {
      pullRequest: number,
      label,
      previous,
      isAppliedToHead: (labelling: Labelling) => isAppliedToHead({ labelling, pullRequest, previous }),
      reports: weighed,
    };
    const { approval, record } = await approvalOf(labelled, github);
    return { reports: weighed.map((report) => withOverride(report, approval)), context, approval: record };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = `Whether the label ${publishing.overrideLabel} approves this could not be asked. ${error.message} ${error.hint}`;
    // It only matters to whom the check is red.
    if (weighed.some(({ verdict }) => verdict.status === "fail")) actions.warning(text);
    else actions.info(logLine(text));
    return { ...asMeasured, approval: "unknown" };
  }
}

/** Whether a label is the one that lets an increase through. To GitHub, upper and lower case are the same. */
export function isOverride(name: string, { overrideLabel }: Publishing): boolean {
  return name.toLowerCase() === overrideLabel.toLowerCase();
}

/**
 * The comment that remembers approvals. Where each app has a job of its own that does not comment (a matrix), it is the
 * one that the comment action writes about all of them.
 */
async function remembering(pullRequest: number, key: string, github: GitHub): Promise<Marker | null> {
  const own = await previous(github, pullRequest, key);
  return own ?? (key === DEFAULT_KEY ? null : previous(github, pullRequest, DEFAULT_KEY));
}

/** Where the base branch is by now, if that is not what the pull request was compared with; null also if it can't be asked. */
async function outdated(
  { base }: PullRequest,
  [report]: readonly Report[],
  github: GitHub,
  actions: Actions,
): Promise<NonNullable<CommentContext["baseOutdated"]> | null> {
  const compared = report?.base.revision?.sha;
  if (compared == null) return null;
  try {
    const tip = await github.branchTip(base.ref);
    return tip === null || tip === compared ? null : { branch: base.ref, tip };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.info(logLine(`Whether ${base.ref} has moved on could not be asked. ${error.message}`));
    return null;
  }
}
