import type { Publishing } from "../config/publishing.js";
import { UserError } from "../errors.js";
import type { GitHubEvent } from "../events/event.js";
import type { CheckRun, GitHub } from "../github/github.js";
import { isRed } from "../judge/worth.js";
import type { Annotation } from "../model/annotation.js";
import type { Report } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import { worst } from "../model/verdict.js";
import { checkRunOf, MOST_ANNOTATIONS } from "../publish/check-run.js";
import { annotationsOf } from "../render/annotations.js";
import { renderGathered, titleOf } from "../render/gathered.js";
import { renderSummary } from "../render/summary.js";
import type { Actions } from "./actions.js";
import type { RunnerEnvironment } from "./environment.js";
import { runLink } from "./links.js";
import { logLine } from "./log.js";
import { setFigures, writeFiles } from "./outputs.js";
import { postComment } from "./post-comment.js";
import type { Settled } from "./settle.js";
import { suggest } from "./suggest.js";

/** Apps whose reasons are in the job's annotation; the summary has all. */
const MOST_REASONS = 10;

export interface Publication {
  readonly event: GitHubEvent;
  readonly runner: RunnerEnvironment;
  readonly publishing: Publishing;
  readonly settled: Settled;
  /** Of the apps that the reports are about, in their order. */
  readonly maps: readonly MapNode[];
}

/** Writes the result wherever people and later steps look for it; the job's own result comes last. */
export async function publish(publication: Publication, github: GitHub | null, actions: Actions): Promise<void> {
  const { event, runner, publishing, settled, maps } = publication;
  const { reports, context, approval } = settled;
  const title = titleOf(reports);
  const text = renderGathered(reports, { ...context, links: [runLink(runner)] });
  actions.info(logLine(title));
  await writeFiles({ reports, maps, text, key: publishing.key }, runner.temp, actions);
  setFigures(reports, actions);
  await addSummary(renderSummary(reports, context), actions);

  const annotations = reports.flatMap(annotationsOf).slice(0, MOST_ANNOTATIONS);
  const checkRun = checkRunOf({
    name: publishing.key === "." ? "Slugdiff" : `Slugdiff (${publishing.key})`,
    headSha: event.kind === "pull-request" ? event.head.sha : runner.sha,
    status: worst(reports.map(({ verdict }) => verdict.status)),
    title,
    summary: text,
    annotations,
  });
  // A check run shows its annotations by itself.
  const isShown = github !== null && (await addCheckRun(checkRun, github, actions));
  if (!isShown) for (const annotation of annotations) annotate(annotation, actions);

  let url: string | null = null;
  if (event.kind === "pull-request") {
    const { number: pullRequest, head, hasNewHead } = event;
    const about = { pullRequest, headSha: head.sha, run: runner.run, isOwnRun: true, hasNewHead };
    const request = { ...about, publishing, reports, approval, text };
    url = await postComment(request, github, actions);
    if (publishing.suggest) await suggest({ ...about, reports }, github, actions);
  }
  actions.setOutput("comment-url", url ?? "");

  const red = reports.filter(isRed);
  if (red.length > 0) actions.setFailed(reasonsOf(red));
}

/** A summary that can't be written, as on a runner that has none or with a full disk, does not cost the result. */
async function addSummary(text: string, actions: Actions): Promise<void> {
  try {
    await actions.summary.addRaw(text).write();
  } catch (error) {
    actions.warning(`The job summary could not be written. ${String(error)}`);
  }
}

/** Adds a check run where the token may add one, and tells whether it did. */
async function addCheckRun(checkRun: CheckRun, github: GitHub, actions: Actions): Promise<boolean> {
  try {
    await github.createCheckRun(checkRun);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.info(logLine(`No check run was added. ${error.message}`));
    return false;
  }
}

function annotate({ level, path, line, title, message }: Annotation, actions: Actions): void {
  const properties = { file: path, startLine: line, title };
  if (level === "failure") actions.error(message, properties);
  else if (level === "warning") actions.warning(message, properties);
  else actions.notice(message, properties);
}

/** Why the job is red, an app a line. */
function reasonsOf(red: readonly Report[]): string {
  const lines = red.slice(0, MOST_REASONS).map(reasonOf);
  const more = red.length - lines.length;
  return [...lines, ...(more > 0 ? [`And ${more} more: see the job summary.`] : [])].join("\n");
}

function reasonOf({ app, verdict }: Report): string {
  const reasons = verdict.findings.filter(({ status }) => status === verdict.status).map(({ message }) => message);
  return (app === "." ? "" : `${app}: `) + reasons.join(" ");
}
