import { compileGlob } from "../app/glob.js";
import { fromActionInputs } from "../config/fromActionInputs.js";
import { publishingOf, type Publishing } from "../config/publishing.js";
import { UserError } from "../errors.js";
import { readEndedRun, readEvent, type EndedRun } from "../events/event.js";
import { gatherReports } from "../gather/gather.js";
import type { Artifact, GitHub } from "../github/github.js";
import { withoutOverride } from "../judge/override.js";
import type { Report } from "../model/report.js";
import { renderGathered, type Link } from "../render/gathered.js";
import type { SignalSource } from "../system/signals.js";
import type { Actions } from "./actions.js";
import { gitHubOf } from "./connect.js";
import { readRunnerEnvironment, type RunnerEnvironment } from "./environment.js";
import type { RunOfHead } from "./first-of-head.js";
import { byEvent, byRuns, type IsAppliedToHead } from "./labelled-head.js";
import { pageLinks, runLink } from "./links.js";
import { logLine, runJob } from "./log.js";
import { postComment } from "./post-comment.js";
import { isOverride, settle } from "./settle.js";
import { suggest } from "./suggest.js";

/** GitHub shows no more warnings of a step. */
const MOST_PROBLEMS = 10;

/**
 * The comment action: gathers the reports that other jobs left as artifacts, of this run or of the one whose end started
 * this one, and writes them into one comment. The reports may come from a stranger's run: nothing in them says where the
 * comment goes, and all that is shown is rendered here. What GitHub refuses or fails to do is a warning: in a matrix this
 * job is the required one, and what was weighed stands.
 */
export async function runCommentAction(
  actions: Actions,
  env: Readonly<Record<string, string | undefined>>,
  signals: SignalSource,
): Promise<void> {
  await runJob(actions, signals, async (signal) => {
    const runner = await readRunnerEnvironment(env);
    const given = fromActionInputs(actions.getInput);
    const publishing = publishingOf(given);
    const github = gitHubOf(given, runner, actions, signal);
    if (github === null) {
      throw new UserError("There is no token.", "Leave the input github-token out to use the job's.");
    }
    actions.setOutput("comment-url", "");
    const origin = originOf(runner, publishing);
    const asked = { origin, isWanted: artifactFilter(actions), runner, publishing };
    try {
      actions.setOutput("comment-url", (await writeComment(asked, github, actions)) ?? "");
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      actions.warning(`The comment could not be written. ${error.message} ${error.hint}`);
    }
  });
}

interface Asked {
  readonly origin: Origin;
  /** By the artifact's name. */
  readonly isWanted: (name: string) => boolean;
  readonly runner: RunnerEnvironment;
  readonly publishing: Publishing;
}

/** Brings the comment up to date with what was left, and gives its address; null if there is none. */
async function writeComment(
  { origin, isWanted, runner, publishing }: Asked,
  github: GitHub,
  actions: Actions,
): Promise<string | null> {
  const target = typeof origin === "object" && "event" in origin ? await targetOf(origin, github) : origin;
  if (typeof target === "string") {
    actions.info(logLine(target));
    return null;
  }
  const { reports, problems, pages } = await gatherReports(target.run.id, isWanted, github);
  for (const problem of problems.slice(0, MOST_PROBLEMS)) actions.warning(problem);
  if (reports.length === 0) {
    const pattern = actions.getInput("artifact");
    actions.notice(
      `The run ${String(target.run.id)} left no report that can be used in artifacts called "${pattern}".`,
    );
    return null;
  }
  // Who approved what is asked anew: a report may say anything.
  const weighed = reports.map(withoutOverride);
  const { pullRequest, isAppliedToHead } = target;
  const comparesWithTip = weighed.every(({ base }) => isNamedByItself(base));
  const unsettled = { weighed, pullRequest, publishing, isAppliedToHead, comparesWithTip };
  const settled = await settle(unsettled, github, actions);
  const links = linksTo(target, pages, runner);
  const text = renderGathered(settled.reports, { ...settled.context, problems, links });
  const isOwnRun = target.run.id === runner.run.id;
  const url = await postComment({ ...target, isOwnRun, publishing, ...settled, text }, github, actions);
  if (publishing.suggest) await suggest({ ...target, reports: settled.reports }, github, actions);
  return url;
}

/**
 * Links to the pages that a run of this repository's own branches left. What a fork's run left may be any page, and a link that we
 * write would vouch for it: there the link is to the run, where GitHub says whose it is.
 */
function linksTo({ repository, run }: Target, pages: readonly Artifact[], runner: RunnerEnvironment): readonly Link[] {
  const { owner, name } = runner.repository;
  const isOwn = repository?.toLowerCase() === `${owner}/${name}`.toLowerCase();
  return isOwn && pages.length > 0 ? pageLinks(runner, run.id, pages) : [runLink({ ...runner, run })];
}

/** Whether a base is the parent that was found, not one that the workflow asked for by a name. */
function isNamedByItself({ revision }: Report["base"]): boolean {
  return revision?.ref === revision?.sha;
}

/** Where the comment goes, and the run that weighed. */
interface Target extends RunOfHead {
  /** `owner/name` of the repository that the head's branch is in; null if that was deleted. */
  readonly repository: string | null;
  readonly isAppliedToHead: IsAppliedToHead;
}

/** What started this run: a target at once, a run whose target is to be asked for, or why there is none, in a sentence. */
type Origin = Target | EndedRun | string;

function originOf({ event, run }: RunnerEnvironment, publishing: Publishing): Origin {
  if (event.name === "workflow_run") return readEndedRun(event.payload);
  const about = readEvent(event.name, event.payload);
  if (about.kind !== "pull-request")
    return `The event ${event.name} is about no pull request: there is nothing to comment on.`;
  const { number: pullRequest, head, hasNewHead } = about;
  const isAppliedToHead = byEvent(about, (name) => isOverride(name, publishing));
  return { pullRequest, headSha: head.sha, repository: head.repository, run, hasNewHead, isAppliedToHead };
}

/** The target, by what GitHub says and nobody else; or why there is none, in a sentence. */
async function targetOf(ended: EndedRun, github: GitHub): Promise<Target | string> {
  if (ended.event !== "pull_request") return `That run was about ${ended.event}: there is nothing to comment on.`;
  const { repository, ref, sha } = ended.head;
  if (repository === null) return "The fork that the run was about is gone.";
  const [pullRequest, ...others] = await github.pullRequestsOf({ repository, ref, sha });
  if (pullRequest === undefined) return `No open pull request has the head ${sha.slice(0, 7)} by now.`;
  if (others.length > 0) {
    const numbers = [pullRequest, ...others]
      .map(({ number }) => number)
      .sort((a, b) => a - b)
      .map((number) => `#${String(number)}`)
      .join(" and ");
    return `${numbers} have the same head, and the run does not say which of them it is about.`;
  }
  return {
    pullRequest: pullRequest.number,
    headSha: sha,
    repository,
    run: { id: ended.id, attempt: ended.attempt },
    hasNewHead: null,
    isAppliedToHead: byRuns(sha, ended.id, github),
  };
}

function artifactFilter(actions: Actions): (name: string) => boolean {
  const pattern = actions.getInput("artifact");
  const glob = compileGlob(pattern, { hidden: true, deepEnd: false });
  if (pattern === "" || glob === null) {
    throw new UserError(`The input artifact is no name or glob: "${pattern}".`, 'Write it as in "slugdiff*".');
  }
  return (name) => glob([name]);
}
