import { fromActionInputs } from "../config/fromActionInputs.js";
import { publishingOf } from "../config/publishing.js";
import type { Given } from "../config/schema.js";
import { readDefaultBranch } from "../events/default-branch.js";
import { mayBuild, readEvent, type GitHubEvent } from "../events/event.js";
import { withSession, type SessionOptions } from "../pipeline/session.js";
import { policyOfJob, type BuildingPolicy } from "../sandbox/building.js";
import type { SignalSource } from "../system/signals.js";
import type { Actions } from "./actions.js";
import { gitHubOf } from "./connect.js";
import { readRunnerEnvironment, type RunnerEnvironment } from "./environment.js";
import { byEvent, NO_HEAD } from "./labelled-head.js";
import { openHistory } from "./history.js";
import { progressIn, runJob } from "./log.js";
import { publish } from "./publish.js";
import { isOverride, settle } from "./settle.js";
import { weighEvent } from "./weigh.js";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The action: weighs what the event is about, settles what the pull request's label lets through, says all of it where
 * people look, sets the job's result, and remembers what the default branch weighs.
 */
export async function runAction(actions: Actions, env: Environment, signals: SignalSource): Promise<void> {
  await runJob(actions, signals, async (signal) => {
    const runner = await readRunnerEnvironment(env);
    const event = readEvent(runner.event.name, runner.event.payload);
    const branch = readDefaultBranch(runner.event.name, runner.event.payload);
    const given = fromActionInputs(actions.getInput);
    const publishing = publishingOf(given);
    const github = gitHubOf(given, runner, actions, signal);
    const building = policyOfJob(runner.event.name, mayBuild(event));
    const session = {
      ...sessionOf(given, runner, building, publishing.key),
      progress: progressIn(actions),
      env,
      signal,
    };
    await withSession(session, async (parts) => {
      const about = { branch, publishing, cache: session.cache, sha: runner.sha, now: new Date() };
      const history = openHistory(about, parts, github, actions);
      const apps = await weighEvent(event, given, parts);
      const weighed = apps.map(({ report }) => report);
      const unsettled = {
        weighed: await history.show(weighed),
        pullRequest: pullRequestOf(event),
        publishing,
        isAppliedToHead:
          event.kind === "pull-request" ? byEvent(event, (name) => isOverride(name, publishing)) : NO_HEAD,
        comparesWithTip: event.kind === "pull-request" && given.base === undefined,
      };
      const settled = await settle(unsettled, github, actions);
      await publish({ event, runner, publishing, settled, maps: apps.map(({ map }) => map) }, github, actions);
      await history.remember(weighed);
    });
  });
}

function sessionOf(
  given: Given,
  { workspace, serverUrl }: RunnerEnvironment,
  building: BuildingPolicy,
  selection: string,
): Omit<SessionOptions, "progress" | "env" | "signal"> {
  const token = given["github-token"];
  return {
    repo: workspace,
    // In a job with a container of its own, the runner's user owns the workspace, and the container's runs the job.
    isTrusted: true,
    cache: given.cache ?? true,
    cacheDir: null,
    actionsCache: { selection },
    building,
    ...(token === undefined ? {} : { credentials: { serverUrl, token } }),
  };
}

function pullRequestOf(event: GitHubEvent): number | null {
  switch (event.kind) {
    case "pull-request":
      return event.number;
    case "merge-queue":
      return event.pullRequest;
    case "push":
    case "dispatch":
    case "other":
      return null;
  }
}
