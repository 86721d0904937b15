import { z } from "zod";
import { UserError } from "../errors.js";

/** A commit of a pull request's branch. */
export interface PullRequestHead {
  readonly sha: string;
  /** The branch, without `refs/heads/`. */
  readonly ref: string;
  /** `owner/name` of the repository that the branch is in; null if that was deleted. */
  readonly repository: string | null;
}

/** What a run is about, as the event that started it says. */
export type GitHubEvent =
  | {
      readonly kind: "pull-request";
      readonly number: number;
      readonly head: PullRequestHead;
      /** Whether the head has just become the pull request's. A force-push may have brought back one that other runs are about. */
      readonly hasNewHead: boolean;
      /** Labels that may have been applied while another commit was the head: of those it had, all but what came with this very event. */
      readonly earlierLabels: readonly string[];
    }
  | {
      readonly kind: "merge-queue";
      readonly baseSha: string;
      /** The pull request whose turn it is; null if the queue's branch does not say. */
      readonly pullRequest: number | null;
    }
  /** A commit by itself. */
  | { readonly kind: "push" | "dispatch" | "other" };

/** The run that a `workflow_run` event tells the end of. */
export interface EndedRun {
  readonly id: number;
  readonly attempt: number;
  /** The event that had started it. */
  readonly event: string;
  /** The commit and branch that GitHub, not the run, says it was about. */
  readonly head: PullRequestHead;
}

const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const name = z.string().min(1);
const repository = z.object({ full_name: name }).nullable();

// Of GitHub's payloads only what is used: https://docs.github.com/webhooks/webhook-events-and-payloads
const PULL_REQUEST = z.object({
  action: z.string(),
  label: z.object({ name: z.string() }).optional(),
  pull_request: z.object({
    number: z.int().positive(),
    head: z.object({ sha, ref: name, repo: repository }),
    labels: z.array(z.object({ name: z.string() })).default([]),
  }),
});
const MERGE_GROUP = z.object({ merge_group: z.object({ base_sha: sha, head_ref: z.string() }) });
const WORKFLOW_RUN = z.object({
  workflow_run: z.object({
    id: z.int().positive(),
    run_attempt: z.int().positive(),
    event: z.string(),
    head_sha: sha,
    head_branch: z.string().nullable(),
    head_repository: repository,
  }),
});

/**
 * Reads the event that a run was started by.
 * @param event its name (GITHUB_EVENT_NAME)
 * @param payload its parsed payload (the file at GITHUB_EVENT_PATH)
 * @throws UserError for `pull_request_target`, and for a payload that is not the event's
 */
export function readEvent(event: string, payload: unknown): GitHubEvent {
  switch (event) {
    case "pull_request": {
      const { action, label, pull_request } = parse(PULL_REQUEST, payload, event);
      return {
        kind: "pull-request",
        number: pull_request.number,
        head: headOf(pull_request.head),
        hasNewHead: ["opened", "synchronize"].includes(action),
        earlierLabels: pull_request.labels
          .map((each) => each.name)
          .filter((each) => action !== "opened" && !(action === "labeled" && each === label?.name)),
      };
    }
    case "merge_group": {
      const { base_sha, head_ref } = parse(MERGE_GROUP, payload, event).merge_group;
      // refs/heads/gh-readonly-queue/main/pr-104-2c4e5…: nothing else in the payload names the pull request.
      const number = /\/pr-([1-9]\d*)-[0-9a-f]+$/.exec(head_ref)?.[1];
      return { kind: "merge-queue", baseSha: base_sha, pullRequest: number === undefined ? null : Number(number) };
    }
    case "push":
      return { kind: "push" };
    case "workflow_dispatch":
      return { kind: "dispatch" };
    case "pull_request_target":
      throw new UserError(
        "Slugdiff does not run on pull_request_target.",
        "There, a stranger's code would be installed beside a token that may write. Use pull_request, and the comment action for pull requests from forks: see “Forks and Dependabot” in the README.",
      );
    default:
      return { kind: "other" };
  }
}

/**
 * Reads a `workflow_run` event.
 * @throws UserError for a payload that is none
 */
export function readEndedRun(payload: unknown): EndedRun {
  const run = parse(WORKFLOW_RUN, payload, "workflow_run").workflow_run;
  return {
    id: run.id,
    attempt: run.run_attempt,
    event: run.event,
    head: { sha: run.head_sha, ref: run.head_branch ?? "", repository: run.head_repository?.full_name ?? null },
  };
}

/** Whether distributions may be built: only where strangers' code is expected, and the token is as weak as theirs. */
export function mayBuild({ kind }: GitHubEvent): boolean {
  return kind !== "other";
}

function headOf({ sha, ref, repo }: z.infer<typeof PULL_REQUEST>["pull_request"]["head"]): PullRequestHead {
  return { sha, ref, repository: repo?.full_name ?? null };
}

function parse<T>(schema: z.ZodType<T>, payload: unknown, event: string): T {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `The payload of the event ${event} is not as GitHub sends it: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}.`,
    "Check what wrote the file at GITHUB_EVENT_PATH.",
  );
}
