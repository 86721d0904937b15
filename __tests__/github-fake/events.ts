/** What GitHub writes to `GITHUB_EVENT_PATH`, of the shape that its webhooks have. Each is checked against that before it is given out. */
import { githubContract } from "./contract.js";
import * as objects from "./objects.js";
import type { Json, Urls } from "./objects.js";
import type { Comment, Pull, Repository, State } from "./state.js";

export interface Event {
  /** As `GITHUB_EVENT_NAME`. */
  readonly name: string;
  /** As the file at `GITHUB_EVENT_PATH`. */
  readonly payload: Json;
}

type PullAction =
  | { readonly action: "opened" | "reopened" | "closed" }
  | { readonly action: "synchronize"; readonly before: string }
  | { readonly action: "labeled" | "unlabeled"; readonly label: string };

export const NO_COMMIT = "0".repeat(40);

/** Builders of events on one repository. */
export function eventsOf(fullName: string, state: State, urls: Urls) {
  const where = (): Repository => state.repository(fullName);
  const common = (sender: string): Json => ({
    repository: objects.repository(where(), urls),
    sender: objects.user(sender, urls),
  });

  const pullPayload = (pull: Pull, change: PullAction, sender: string): Json => {
    const more = change.action === "synchronize" ? { before: change.before, after: pull.head.sha } : {};
    const label = "label" in change ? { label: objects.label(change.label, fullName, urls) } : {};
    const shown = { ...objects.pullRequest(pull, state, urls) };
    const payload = {
      action: change.action,
      number: pull.number,
      pull_request: shown,
      ...more,
      ...label,
      ...common(sender),
    };
    return checked(`pull-request-${change.action}`, payload);
  };

  return {
    /** By default opened by its author. Whose branch it is, and whether Dependabot's, is the pull request's own matter. */
    pullRequest: (
      pull: Pull,
      { sender = pull.user, ...change }: (PullAction | { readonly action?: undefined }) & { sender?: string } = {},
    ): Event => ({
      name: "pull_request",
      payload: pullPayload(pull, change.action === undefined ? { action: "opened" } : change, sender),
    }),

    /** The same payload in the context of the base branch, with its secrets. */
    pullRequestTarget: (pull: Pull): Event => ({
      name: "pull_request_target",
      payload: pullPayload(pull, { action: "opened" }, pull.user),
    }),

    mergeGroup: ({ headSha, baseSha, number }: { headSha: string; baseSha: string; number: number }): Event => {
      const base = where().defaultBranch;
      const mergeGroup = {
        head_sha: headSha,
        head_ref: `refs/heads/gh-readonly-queue/${base}/pr-${number}-${baseSha}`,
        base_sha: baseSha,
        base_ref: `refs/heads/${base}`,
        head_commit: commit(headSha),
      };
      const payload = { action: "checks_requested", merge_group: mergeGroup, ...common("github-merge-queue[bot]") };
      return { name: "merge_group", payload: checked("merge-group-checks-requested", payload) };
    },

    push: ({ before = NO_COMMIT, after, ref }: { before?: string; after: string; ref?: string }): Event => {
      const head = { ...commit(after), distinct: true, url: `${urls.server}/${fullName}/commit/${after}` };
      const payload = {
        ref: ref ?? `refs/heads/${where().defaultBranch}`,
        before,
        after,
        base_ref: null,
        created: before === NO_COMMIT,
        deleted: false,
        forced: false,
        compare: `${urls.server}/${fullName}/compare/${before}...${after}`,
        commits: [head],
        head_commit: head,
        pusher: { name: "author", email: "author@example.com" },
        ...common("author"),
      };
      return { name: "push", payload: checked("push", payload) };
    },

    workflowDispatch: (inputs: Readonly<Record<string, string>> = {}): Event => {
      const ref = `refs/heads/${where().defaultBranch}`;
      const payload = { inputs, ref, workflow: ".github/workflows/slug-size.yml", ...common("author") };
      return { name: "workflow_dispatch", payload: checked("workflow-dispatch", payload) };
    },

    schedule: (): Event => ({
      name: "schedule",
      payload: { schedule: "0 4 * * 1", workflow: ".github/workflows/slug-size.yml", ...common("author") },
    }),

    /** That a run of the state has ended; with what GitHub knows of it, its head commit and head repository above all. */
    workflowRun: (id: number): Event => {
      const repository = where();
      const run = repository.runs.find((each) => each.id === id);
      if (run === undefined) throw new Error(`${fullName} has no run ${id}`);
      const html = `${urls.server}/${fullName}`;
      const path = ".github/workflows/slug-size.yml";
      const payload = {
        action: "completed",
        workflow_run: objects.workflowRun(run, repository, state, urls),
        workflow: {
          id: run.workflow,
          node_id: "V18x",
          name: run.name,
          path,
          state: "active",
          created_at: run.createdAt,
          updated_at: run.createdAt,
          url: `${urls.api}/repos/${fullName}/actions/workflows/${run.workflow}`,
          html_url: `${html}/blob/main/${path}`,
          badge_url: `${html}/workflows/${encodeURIComponent(run.name)}/badge.svg`,
        },
        ...common("author"),
      };
      return { name: "workflow_run", payload: checked("workflow-run-completed", payload) };
    },

    issueComment: (pull: Pull, comment: Comment): Event => {
      const issue = `${urls.api}/repos/${fullName}/issues/${pull.number}`;
      const reactions = {
        total_count: 0,
        "+1": 0,
        "-1": 0,
        laugh: 0,
        hooray: 0,
        confused: 0,
        heart: 0,
        rocket: 0,
        eyes: 0,
      };
      const simple = objects.pullSimple(pull, state, urls);
      const payload = {
        action: "created",
        issue: {
          ...simple,
          url: issue,
          repository_url: `${urls.api}/repos/${fullName}`,
          labels_url: `${issue}/labels{/name}`,
          events_url: `${issue}/events`,
          comments: 1,
          reactions: { url: `${issue}/reactions`, ...reactions },
          pull_request: {
            url: simple.url,
            html_url: simple.html_url,
            diff_url: simple.diff_url,
            patch_url: simple.patch_url,
          },
        },
        comment: objects.comment(comment, fullName, urls),
        ...common(comment.user),
      };
      return { name: "issue_comment", payload: checked("issue-comment-created", payload) };
    },
  };
}

function commit(sha: string): Json {
  const author = { name: "Author", email: "author@example.com" };
  return { id: sha, tree_id: sha, message: "x", timestamp: "2026-11-22T12:00:00Z", author, committer: author };
}

function checked(name: string, payload: Json): Json {
  const wrong = githubContract().event(name, payload);
  if (wrong.length > 0) throw new Error(`${name} is not of GitHub's shape:\n${wrong.join("\n")}`);
  return payload;
}
