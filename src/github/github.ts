import { z } from "zod";
import { UserError } from "../errors.js";
import type { Annotation } from "../model/annotation.js";
import { mib } from "../model/format.js";
import {
  ARTIFACT,
  BRANCH,
  CHANGED_FILE,
  COMMENT,
  CREATED_CHECK_RUN,
  ISSUE_EVENT,
  PERMISSION,
  PULL_REQUEST,
  VIEWER,
  WORKFLOW_RUN,
} from "./answers.js";
import { branchFiles, type BranchFiles } from "./branch-file.js";
import { createClient } from "./client.js";
import { errorOf, RefusedError, type Purpose } from "./errors.js";
import { FailedRequest } from "./failure.js";
import type {
  Artifact,
  ChangedFile,
  CheckRun,
  IssueComment,
  Labelling,
  PullRequest,
  Review,
  WorkflowRun,
} from "./objects.js";
import { CLOCK, type Clock } from "./retry.js";

export type * from "./objects.js";

export interface GitHubOptions {
  readonly token: string;
  /** `GITHUB_API_URL`; an Enterprise Server has its own. */
  readonly apiUrl: string;
  readonly repository: { readonly owner: string; readonly name: string };
  readonly signal: AbortSignal;
  /** Takes one line for the job's log, such as that a request is tried again. */
  readonly log: (line: string) => void;
}

/**
 * What is asked of GitHub about one repository. Everything throws a `UserError` where GitHub can't be reached or fails, and a
 * `RefusedError` where the token may not do it. What reads, or can be done twice, is tried again; see `retrying`.
 */
export interface GitHub extends BranchFiles {
  /** The comments on a pull request by the token's own identity, over all pages, oldest first. */
  ownComments(pullRequest: number): Promise<readonly IssueComment[]>;
  /** Not repeated by itself, as it may have been done: see `retrying`. */
  createComment(pullRequest: number, body: string): Promise<IssueComment>;
  /** Null if the comment is gone. Not repeated by itself, as a newer text may stand there by then: see `retrying`. */
  updateComment(id: number, body: string): Promise<IssueComment | null>;
  /** That it is gone already is no error. */
  deleteComment(id: number): Promise<void>;
  pullRequest(number: number): Promise<PullRequest>;
  /** The files that a pull request changes, over all pages; GitHub tells of 3,000 at most. */
  changedFiles(pullRequest: number): Promise<readonly ChangedFile[]>;
  /** The comments on lines of a pull request by the token's own identity, over all pages, oldest first; outdated ones too. */
  ownReviewComments(pullRequest: number): Promise<readonly IssueComment[]>;
  /** Not repeated by itself, as it may have been done: see `retrying`. */
  createReview(pullRequest: number, review: Review): Promise<void>;
  /** That it is gone already is no error. */
  deleteReviewComment(id: number): Promise<void>;
  /** The open pull requests of this repository whose head is exactly this commit of this branch of this repository (`owner/name`). */
  pullRequestsOf(head: {
    readonly repository: string;
    readonly ref: string;
    readonly sha: string;
  }): Promise<readonly PullRequest[]>;
  /** The commit that a branch points to now; null if there is no such branch, or it may not be read. */
  branchTip(branch: string): Promise<string | null>;
  /** How the label came to be on the pull request: when it was last applied; null if it was removed since, or never was. */
  labelling(pullRequest: number, label: string): Promise<Labelling | null>;
  /** Whether the pull request's branch was ever pushed to by force. Without that, no commit can be its head a second time. */
  wasForcePushed(pullRequest: number): Promise<boolean>;
  /** Whether a user may write to the repository, by their permission in it. */
  mayWrite(login: string): Promise<boolean>;
  createCheckRun(run: CheckRun): Promise<{ readonly url: string | null }>;
  /** The runs of any workflow about a pull request with this head commit, over all pages. */
  runsAt(headSha: string): Promise<readonly WorkflowRun[]>;
  /** The artifacts of a workflow run that have not expired, over all pages. */
  artifacts(runId: number): Promise<readonly Artifact[]>;
  /**
   * An artifact's zip.
   * @throws UserError if it has more than `most` bytes: no more are taken, whatever size was announced
   */
  downloadArtifact(id: number, most: number): Promise<Buffer>;
  /** Does a sequence of reads and writes, again from its start where a write in it failed in a way that may pass. */
  retrying<T>(sequence: () => Promise<T>): Promise<T>;
}

/** What a job's own token writes as. */
const JOB_IDENTITY = "github-actions[bot]";

/** How long the bytes of an artifact may take. */
const DOWNLOAD_LIMIT = 5 * 60_000;

/** @param clock tests have their own */
export function createGitHub(options: GitHubOptions, clock: Clock = CLOCK): GitHub {
  const { octokit, repeating, retrying } = createClient(options, clock);
  const { signal, log } = options;
  const repo = { owner: options.repository.owner, repo: options.repository.name };
  let identity: Promise<string> | undefined;

  /** Sends, and reads the answer; what fails is told as what it was for. */
  async function ask<T>(purpose: Purpose, answer: z.ZodType<T>, send: () => Promise<unknown>): Promise<T> {
    let data: unknown;
    try {
      data = await send();
    } catch (error) {
      throw error instanceof FailedRequest ? errorOf(error, purpose, clock.now()) : error;
    }
    const parsed = answer.safeParse(data);
    if (parsed.success) return parsed.data;
    throw new UserError(
      `Slugdiff could not ${purpose.to}: what came back is not what GitHub answers.`,
      `Look for a proxy that answers in place of ${new URL(options.apiUrl).host}.`,
    );
  }

  /** As `ask`; null where GitHub answers 404. */
  async function find<T>(purpose: Purpose, answer: z.ZodType<T>, send: () => Promise<unknown>): Promise<T | null> {
    try {
      return await ask(purpose, answer, send);
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return null;
      throw error;
    }
  }

  async function askWhoWeAre(): Promise<string> {
    try {
      // `GET /user` is closed to a job's token.
      return VIEWER.parse(await octokit.graphql("query { viewer { login } }")).viewer.login;
    } catch {
      signal.throwIfAborted();
      log(`GitHub does not tell whose the token is. It is taken for one of ${JOB_IDENTITY}.`);
      return JOB_IDENTITY;
    }
  }

  /** Those of a list of comments that are by the token's own identity, oldest first. */
  async function ownOf(purpose: Purpose, send: () => Promise<unknown>): Promise<IssueComment[]> {
    identity ??= askWhoWeAre();
    const login = await identity;
    const comments = await ask(purpose, z.array(COMMENT), send);
    return comments
      .filter(({ by }) => by === login)
      .map(({ id, body, url }) => ({ id, body, url }))
      .sort((one, other) => one.id - other.id);
  }

  async function download(id: number, most: number): Promise<Buffer> {
    const limit = clock.timeLimit(DOWNLOAD_LIMIT);
    const response = await octokit.request("GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/zip", {
      ...repo,
      artifact_id: id,
      request: { signal: limit, parseSuccessResponseBody: false },
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of BYTES.parse(response.data)) {
        bytes += chunk.length;
        if (bytes > most) break;
        chunks.push(chunk);
      }
    } catch {
      signal.throwIfAborted();
      throw new FailedRequest({
        kind: "unreachable",
        why: limit.aborted ? "it took too long" : "its answer broke off",
      });
    }
    if (bytes > most) {
      throw new UserError(`The artifact ${id} has more than ${mib(most)}.`, "Only Slugdiff's own reports can be used.");
    }
    return Buffer.concat(chunks, bytes);
  }

  async function eventsOf(pullRequest: number): Promise<z.infer<typeof ISSUE_EVENT>[]> {
    return ask({ to: `read the events of #${pullRequest}`, needs: "pull-requests: read" }, z.array(ISSUE_EVENT), () =>
      octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/events", {
        ...repo,
        issue_number: pullRequest,
        per_page: 100,
      }),
    );
  }

  return {
    retrying,
    ...branchFiles({ octokit, repo, ask, find }),

    ownComments: (pullRequest) =>
      ownOf({ to: `read the comments of #${pullRequest}`, needs: "pull-requests: read" }, () =>
        octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
          ...repo,
          issue_number: pullRequest,
          per_page: 100,
        }),
      ),

    createComment: async (pullRequest, body) => {
      const purpose = { to: `comment on #${pullRequest}`, needs: "pull-requests: write" };
      const { by, ...comment } = await ask(purpose, COMMENT, async () => {
        const parameters = { ...repo, issue_number: pullRequest, body };
        return (await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", parameters)).data;
      });
      // Whose the token is: where GitHub would not tell, comments from before are found from now on.
      if (by !== null) identity = Promise.resolve(by);
      return comment;
    },

    updateComment: (id, body) =>
      find({ to: "change its comment", needs: "pull-requests: write" }, COMMENT, async () => {
        const parameters = { ...repo, comment_id: id, body };
        return (await octokit.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", parameters)).data;
      }),

    deleteComment: async (id) => {
      await find({ to: "delete a comment of its own", needs: "pull-requests: write" }, z.unknown(), () =>
        octokit.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...repo, comment_id: id }),
      );
    },

    pullRequest: (number) =>
      ask({ to: `read #${number}`, needs: "pull-requests: read" }, PULL_REQUEST, async () => {
        const parameters = { ...repo, pull_number: number };
        return (await octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", parameters)).data;
      }),

    changedFiles: (pullRequest) =>
      ask({ to: `read what #${pullRequest} changes`, needs: "pull-requests: read" }, z.array(CHANGED_FILE), () =>
        octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
          ...repo,
          pull_number: pullRequest,
          per_page: 100,
        }),
      ),

    ownReviewComments: (pullRequest) =>
      ownOf({ to: `read the review comments of #${pullRequest}`, needs: "pull-requests: read" }, () =>
        octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
          ...repo,
          pull_number: pullRequest,
          per_page: 100,
        }),
      ),

    createReview: async (pullRequest, { headSha, text, comments }) => {
      await ask({ to: `review #${pullRequest}`, needs: "pull-requests: write" }, z.unknown(), () =>
        octokit.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", {
          ...repo,
          pull_number: pullRequest,
          commit_id: headSha,
          event: "COMMENT",
          body: text,
          comments: comments.map(reviewCommentOf),
        }),
      );
    },

    deleteReviewComment: async (id) => {
      await find({ to: "delete a review comment of its own", needs: "pull-requests: write" }, z.unknown(), () =>
        octokit.request("DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}", { ...repo, comment_id: id }),
      );
    },

    pullRequestsOf: async ({ repository, ref, sha }) => {
      const [owner = ""] = repository.split("/");
      const found = await ask(
        { to: "look for the pull request", needs: "pull-requests: read" },
        z.array(PULL_REQUEST),
        () =>
          octokit.paginate("GET /repos/{owner}/{repo}/pulls", {
            ...repo,
            state: "open",
            head: `${owner}:${ref}`,
            per_page: 100,
          }),
      );
      // The filter goes by the owner, who may have several forks.
      return found.filter(
        ({ isOpen, head }) =>
          isOpen && head.sha === sha && head.ref === ref && sameName(head.repository ?? "", repository),
      );
    },

    branchTip: async (branch) => {
      try {
        const found = await find({ to: `read the branch ${branch}`, needs: "contents: read" }, BRANCH, async () => {
          const parameters = { ...repo, branch };
          return (await octokit.request("GET /repos/{owner}/{repo}/branches/{branch}", parameters)).data;
        });
        return found?.commit.sha ?? null;
      } catch (error) {
        if (error instanceof RefusedError && error.status === 403) return null;
        throw error;
      }
    },

    labelling: async (pullRequest, label) => {
      const last = (await eventsOf(pullRequest))
        .filter(({ event, label: its }) => isLabelEvent(event) && sameName(its?.name ?? "", label))
        .sort((one, other) => one.id - other.id)
        .at(-1);
      return last?.event === "labeled" ? { id: last.id, by: last.actor?.login ?? null, at: last.created_at } : null;
    },

    wasForcePushed: async (pullRequest) =>
      (await eventsOf(pullRequest)).some(({ event }) => event === "head_ref_force_pushed"),

    mayWrite: async (login) => {
      const found = await find(
        { to: `ask for the permission of ${login}`, needs: "metadata: read" },
        PERMISSION,
        async () => {
          const parameters = { ...repo, username: login };
          const route = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
          return (await octokit.request(route, parameters)).data;
        },
      );
      return found !== null && WRITERS.has(found.permission);
    },

    createCheckRun: async ({ name, headSha, conclusion, title, summary, annotations }) => {
      const purpose = { to: `create the check run "${name}"`, needs: "checks: write" };
      const parameters = {
        ...repo,
        name,
        head_sha: headSha,
        status: "completed",
        conclusion,
        output: { title, summary, annotations: annotations.map(annotationOf) },
      } as const;
      // Of several with one name GitHub shows the last, so that it may have been created already does no harm.
      const { html_url } = await retrying(() =>
        ask(purpose, CREATED_CHECK_RUN, async () => {
          return (await octokit.request("POST /repos/{owner}/{repo}/check-runs", parameters)).data;
        }),
      );
      return { url: html_url };
    },

    runsAt: async (headSha) => {
      const purpose = { to: `list the runs for ${headSha.slice(0, 7)}`, needs: "actions: read" };
      const found = await ask(purpose, z.array(WORKFLOW_RUN), () =>
        octokit.paginate("GET /repos/{owner}/{repo}/actions/runs", {
          ...repo,
          head_sha: headSha,
          event: "pull_request",
          per_page: 100,
        }),
      );
      // A server that does not know the filter lists all runs.
      return found
        .filter((run) => run.headSha === headSha)
        .map(({ id, workflow, createdAt }) => ({ id, workflow, createdAt }));
    },

    artifacts: async (runId) => {
      const found = await ask(
        { to: `list the artifacts of the run ${runId}`, needs: "actions: read" },
        z.array(ARTIFACT),
        () =>
          octokit.paginate("GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts", {
            ...repo,
            run_id: runId,
            per_page: 100,
          }),
      );
      return found.filter(({ expired }) => !expired).map(({ id, name, bytes }) => ({ id, name, bytes }));
    },

    downloadArtifact: (id, most) =>
      ask({ to: `download the artifact ${id}`, needs: "actions: read" }, z.instanceof(Buffer), () =>
        repeating(() => download(id, most)),
      ),
  };
}

const WRITERS: ReadonlySet<string> = new Set(["admin", "maintain", "write"]);

/** The body of an answer that was not read yet. */
const BYTES = z.custom<AsyncIterable<Uint8Array>>(
  (data) => typeof data === "object" && data !== null && Symbol.asyncIterator in data,
);

function isLabelEvent(event: string): boolean {
  return event === "labeled" || event === "unlabeled";
}

/** GitHub's names of repositories and labels are the same in upper and lower case. */
function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function annotationOf({ path, line, level, title, message }: Annotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}

/** GitHub takes no range of one line. */
function reviewCommentOf({ path, start, end, body }: Review["comments"][number]) {
  const range = start === end ? {} : { start_line: start, start_side: "RIGHT" };
  return { path, body, line: end, side: "RIGHT", ...range };
}
