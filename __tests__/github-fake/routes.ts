/** The operations of GitHub's REST API that the fake answers, over its state. */
import { z } from "zod";
import type { Operation } from "./contract.js";
import { changesBetween, mayStandOn, type FileChange } from "./diff.js";
import { getBlob, getTree, patchRef, postCommit, postRef, postTree, treeOf } from "./git-objects.js";
import * as objects from "./objects.js";
import type { Json, Urls } from "./objects.js";
import type { CheckRun, Comment, Permission, Pull, Repository, State, Token, WorkflowRun } from "./state.js";

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to one operation, with what its handler needs. */
export interface Call {
  readonly state: State;
  readonly urls: Urls;
  readonly token: Token;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The address on the other host where an artifact's bytes are had, without a token. */
  readonly blobUrl: (artifact: number) => string;
}

interface Route {
  /** One of these permissions is enough. What is public is read without any, unless `always`. */
  readonly needs: readonly Permission[];
  readonly access: "read" | "write";
  readonly always?: boolean;
  readonly handle: (call: Call, repository: Repository) => Answer;
}

const CONVERSATION: readonly Permission[] = ["issues", "pull_requests"];

export function error(status: number, message: string, more: Json = {}): Answer {
  const body = { message, documentation_url: "https://docs.github.com/rest", status: String(status), ...more };
  return { status, body };
}

/** The answer to a request that is not as GitHub describes it. */
export function invalidRequest(problems: readonly string[]): Answer {
  const errors = problems.map((message) => ({ resource: "Request", code: "invalid", message }));
  return error(422, "Invalid request.", { errors });
}

const notFound = (): Answer => error(404, "Not Found");

const invalid = (resource: string, field: string, message: string): Answer =>
  error(422, "Validation Failed", { errors: [{ resource, code: "unprocessable", field, message }] });

/** One page of a list and the `Link` header that leads to the others. */
function paged<T>(
  { query, urls }: Call,
  path: string,
  all: readonly T[],
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(query.get("per_page") ?? 30)));
  const page = Math.max(1, Number(query.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string): string => {
    const parameters = new URLSearchParams(query);
    parameters.set("page", String(to));
    return `<${urls.api}${path}?${parameters.toString()}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return {
    items: all.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
}

function list<T>(call: Call, path: string, all: readonly T[], show: (item: T) => Json): Answer {
  const { items, headers } = paged(call, path, all);
  return { status: 200, headers, body: items.map(show) };
}

function wrapped<T>(call: Call, path: string, name: string, all: readonly T[], show: (item: T) => Json): Answer {
  const { items, headers } = paged(call, path, all);
  return { status: 200, headers, body: { total_count: all.length, [name]: items.map(show) } };
}

const numberOf = (call: Call, name: string): number => Number(call.parameters[name]);
const textOf = (call: Call, name: string): string => call.parameters[name] ?? "";

const BODY = z.object({ body: z.string() });
/** In UTF-16 units: never laxer than GitHub, which counts characters. */
const LONGEST_COMMENT = 65_536;

function commentBody(body: unknown): string | Answer {
  const { body: text } = BODY.parse(body);
  if (text.trim() === "") return invalid("IssueComment", "data", "Body cannot be blank");
  if (text.length > LONGEST_COMMENT) {
    return invalid("IssueComment", "data", "Body is too long (maximum is 65536 characters)");
  }
  return text;
}

function withPull(call: Call, { pulls }: Repository, name: string, then: (pull: Pull) => Answer): Answer {
  const pull = pulls.find(({ number }) => number === numberOf(call, name));
  return pull === undefined ? notFound() : then(pull);
}

function withComment(call: Call, { comments }: Repository, then: (comment: Comment) => Answer): Answer {
  const comment = comments.find(({ id }) => id === numberOf(call, "comment_id"));
  return comment === undefined ? notFound() : then(comment);
}

const REVIEW = z.object({
  commit_id: z.string(),
  event: z.literal("COMMENT"),
  body: z.string(),
  comments: z.array(
    z.object({
      path: z.string(),
      body: z.string(),
      line: z.number(),
      side: z.literal("RIGHT"),
      start_line: z.number().optional(),
      start_side: z.literal("RIGHT").optional(),
    }),
  ),
});

/** What a pull request changes; nothing where only the API knows the repository. */
function changesOf({ base, head }: Pull, { git }: Repository): FileChange[] {
  return git === null ? [] : changesBetween(git, base.sha, head.sha);
}

/** Makes a review with its comments; all of it, or none where one of them stands where none may. */
function createReview(call: Call, repository: Repository, pull: Pull): Answer {
  const { commit_id: commit, body, comments } = REVIEW.parse(call.body);
  const changes = changesOf(pull, repository);
  const refusals = [
    ...(body.trim() === "" ? ["Body cannot be blank"] : []),
    ...(commit === pull.head.sha ? [] : ["Commit is not part of the pull request"]),
    ...comments.flatMap(({ path, body: text, line, start_line: start = line }) => {
      const patch = changes.find((change) => change.path === path)?.patch ?? null;
      if (text.trim() === "" || text.length > LONGEST_COMMENT) return ["Body is invalid"];
      return mayStandOn(patch, start, line) ? [] : ["Line could not be resolved"];
    }),
    ...(comments.some(({ line, start_line: start }) => start !== undefined && start >= line)
      ? ["Start line must precede the end line"]
      : []),
  ];
  if (refusals.length > 0) return error(422, "Unprocessable Entity", { errors: refusals });
  const { state, token, urls } = call;
  const review = state.nextId();
  for (const { path, body: text, line, start_line: startLine = null } of comments) {
    const now = state.tick();
    const author = { user: token.login, byApp: token.kind === "installation", createdAt: now, updatedAt: now };
    const place = { issue: pull.number, review, path, startLine, line, commit };
    repository.reviewComments.push({ id: state.nextId(), body: text, ...author, ...place });
  }
  return { status: 200, body: objects.review(review, body, token, pull, urls) };
}

const TEXT = z.string().nullish();
const CHECK_RUN = z.object({
  name: z.string().optional(),
  head_sha: z.string().optional(),
  status: z.string().optional(),
  conclusion: TEXT,
  details_url: TEXT,
  external_id: TEXT,
  started_at: TEXT,
  completed_at: TEXT,
  output: z
    .object({
      title: TEXT,
      summary: TEXT,
      text: TEXT,
      annotations: z
        .array(
          z.object({
            path: z.string(),
            start_line: z.number(),
            end_line: z.number(),
            annotation_level: z.string(),
            message: z.string(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** Changes a check run by what was sent; annotations add up over updates, as GitHub keeps them. */
function changeCheckRun(run: CheckRun, body: unknown, state: State): void {
  const sent = CHECK_RUN.parse(body);
  run.name = sent.name ?? run.name;
  run.status = sent.conclusion != null ? "completed" : (sent.status ?? run.status);
  run.conclusion = sent.conclusion ?? run.conclusion;
  run.detailsUrl = sent.details_url ?? run.detailsUrl;
  run.externalId = sent.external_id ?? run.externalId;
  run.startedAt = sent.started_at ?? run.startedAt;
  run.completedAt = sent.completed_at ?? (run.status === "completed" ? (run.completedAt ?? state.tick()) : null);
  if (sent.output === undefined) return;
  const { title, summary, text, annotations } = sent.output;
  run.output = { title: title ?? null, summary: summary ?? null, text: text ?? null };
  run.annotations.push(...(annotations ?? []));
}

const repo = "/repos/{owner}/{repo}";

export const ROUTES: Readonly<Record<Operation, Route>> = {
  [`get ${repo}`]: {
    needs: [],
    access: "read",
    handle: ({ urls }, repository) => ({ status: 200, body: objects.fullRepository(repository, urls) }),
  },
  [`get ${repo}/issues/{issue_number}/comments`]: {
    needs: CONVERSATION,
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "issue_number", ({ number }) => {
        const path = `/repos/${repository.fullName}/issues/${number}/comments`;
        const comments = repository.comments.filter(({ issue }) => issue === number);
        return list(call, path, comments, (each) => objects.comment(each, repository.fullName, call.urls));
      }),
  },
  [`post ${repo}/issues/{issue_number}/comments`]: {
    needs: CONVERSATION,
    access: "write",
    handle: (call, repository) =>
      withPull(call, repository, "issue_number", ({ number }) => {
        const body = commentBody(call.body);
        if (typeof body !== "string") return body;
        const { login, kind } = call.token;
        const author = { user: login, byApp: kind === "installation" };
        const comment = call.state.addComment(repository.fullName, number, body, author);
        return { status: 201, body: objects.comment(comment, repository.fullName, call.urls) };
      }),
  },
  [`get ${repo}/issues/comments/{comment_id}`]: {
    needs: CONVERSATION,
    access: "read",
    handle: (call, repository) =>
      withComment(call, repository, (comment) => ({
        status: 200,
        body: objects.comment(comment, repository.fullName, call.urls),
      })),
  },
  [`patch ${repo}/issues/comments/{comment_id}`]: {
    needs: CONVERSATION,
    access: "write",
    handle: (call, repository) =>
      withComment(call, repository, (comment) => {
        const body = commentBody(call.body);
        if (typeof body !== "string") return body;
        comment.body = body;
        comment.updatedAt = call.state.tick();
        return { status: 200, body: objects.comment(comment, repository.fullName, call.urls) };
      }),
  },
  [`delete ${repo}/issues/comments/{comment_id}`]: {
    needs: CONVERSATION,
    access: "write",
    handle: (call, repository) =>
      withComment(call, repository, (comment) => {
        repository.comments.splice(repository.comments.indexOf(comment), 1);
        return { status: 204 };
      }),
  },
  [`get ${repo}/issues/{issue_number}/events`]: {
    needs: CONVERSATION,
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "issue_number", ({ number }) => {
        const path = `/repos/${repository.fullName}/issues/${number}/events`;
        const events = repository.issueEvents.filter(({ issue }) => issue === number);
        return list(call, path, events, (each) => objects.issueEvent(each, repository.fullName, call.urls));
      }),
  },
  [`get ${repo}/issues/{issue_number}/labels`]: {
    needs: CONVERSATION,
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "issue_number", ({ number, labels }) => {
        const path = `/repos/${repository.fullName}/issues/${number}/labels`;
        return list(call, path, labels, (name) => objects.label(name, repository.fullName, call.urls));
      }),
  },
  [`get ${repo}/pulls`]: {
    needs: ["pull_requests"],
    access: "read",
    handle: (call, repository) => {
      const state = call.query.get("state") ?? "open";
      const head = call.query.get("head");
      const base = call.query.get("base");
      const pulls = repository.pulls
        .filter((pull) => state === "all" || pull.state === state)
        // GitHub ignores a filter that is not `owner:branch`.
        .filter((pull) => head?.includes(":") !== true || `${ownerOf(pull.head.repo)}:${pull.head.ref}` === head)
        .filter((pull) => base === null || pull.base.ref === base)
        .toSorted((a, b) => (call.query.get("direction") === "asc" ? a.number - b.number : b.number - a.number));
      const path = `/repos/${repository.fullName}/pulls`;
      return list(call, path, pulls, (pull) => objects.pullSimple(pull, call.state, call.urls));
    },
  },
  [`get ${repo}/pulls/{pull_number}`]: {
    needs: ["pull_requests"],
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "pull_number", (pull) => ({
        status: 200,
        body: objects.pullRequest(pull, call.state, call.urls),
      })),
  },
  [`get ${repo}/pulls/{pull_number}/files`]: {
    needs: ["pull_requests"],
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "pull_number", (pull) => {
        const path = `/repos/${repository.fullName}/pulls/${pull.number}/files`;
        const changes = changesOf(pull, repository);
        return list(call, path, changes, (change) => objects.changedFile(change, pull, call.urls));
      }),
  },
  [`get ${repo}/pulls/{pull_number}/comments`]: {
    needs: ["pull_requests"],
    access: "read",
    handle: (call, repository) =>
      withPull(call, repository, "pull_number", ({ number }) => {
        const path = `/repos/${repository.fullName}/pulls/${number}/comments`;
        const comments = repository.reviewComments.filter(({ issue }) => issue === number);
        return list(call, path, comments, (each) => objects.reviewComment(each, repository.fullName, call.urls));
      }),
  },
  [`post ${repo}/pulls/{pull_number}/reviews`]: {
    needs: ["pull_requests"],
    access: "write",
    handle: (call, repository) =>
      withPull(call, repository, "pull_number", (pull) => createReview(call, repository, pull)),
  },
  [`delete ${repo}/pulls/comments/{comment_id}`]: {
    needs: ["pull_requests"],
    access: "write",
    handle: (call, repository) => {
      const at = repository.reviewComments.findIndex(({ id }) => id === numberOf(call, "comment_id"));
      if (at === -1) return notFound();
      repository.reviewComments.splice(at, 1);
      return { status: 204 };
    },
  },
  [`get ${repo}/commits/{commit_sha}/pulls`]: {
    needs: ["pull_requests"],
    access: "read",
    handle: (call, repository) => {
      const commit = textOf(call, "commit_sha");
      // Known for commits that are in this repository: those of a fork's branches are not listed.
      const pulls = repository.pulls.filter(
        ({ head, mergeCommit }) => (head.sha === commit && head.repo === repository.fullName) || mergeCommit === commit,
      );
      const path = `/repos/${repository.fullName}/commits/${commit}/pulls`;
      return list(call, path, pulls, (pull) => objects.pullSimple(pull, call.state, call.urls));
    },
  },
  [`get ${repo}/commits/{ref}/check-runs`]: {
    needs: ["checks"],
    access: "read",
    handle: (call, repository) => {
      const ref = textOf(call, "ref");
      const sha = repository.branches.get(ref.replace(/^heads\//, "")) ?? ref;
      const name = call.query.get("check_name");
      const runs = repository.checkRuns.filter((run) => run.headSha === sha && (name === null || run.name === name));
      const path = `/repos/${repository.fullName}/commits/${ref}/check-runs`;
      return wrapped(call, path, "check_runs", runs, (run) => objects.checkRun(run, repository.fullName, call.urls));
    },
  },
  [`get ${repo}/git/ref/{ref}`]: {
    needs: ["contents"],
    access: "read",
    handle: (call, repository) => {
      const ref = textOf(call, "ref");
      const sha = ref.startsWith("heads/") ? repository.branches.get(ref.slice("heads/".length)) : undefined;
      if (sha === undefined) return notFound();
      return { status: 200, body: objects.gitRef(ref, sha, repository.fullName, call.urls) };
    },
  },
  [`get ${repo}/git/trees/{tree_sha}`]: { needs: ["contents"], access: "read", handle: getTree },
  [`get ${repo}/git/blobs/{file_sha}`]: { needs: ["contents"], access: "read", handle: getBlob },
  [`post ${repo}/git/trees`]: { needs: ["contents"], access: "write", handle: postTree },
  [`post ${repo}/git/commits`]: { needs: ["contents"], access: "write", handle: postCommit },
  [`post ${repo}/git/refs`]: { needs: ["contents"], access: "write", handle: postRef },
  [`patch ${repo}/git/refs/{ref}`]: { needs: ["contents"], access: "write", handle: patchRef },
  [`get ${repo}/branches/{branch}`]: {
    needs: ["contents"],
    access: "read",
    handle: (call, repository) => {
      const name = textOf(call, "branch");
      const sha = repository.branches.get(name);
      if (sha === undefined) return error(404, "Branch not found");
      return {
        status: 200,
        body: objects.branchWithProtection(name, sha, treeOf(sha, repository), repository.fullName, call.urls),
      };
    },
  },
  [`get ${repo}/collaborators/{username}/permission`]: {
    needs: [],
    access: "read",
    handle: (call, repository) => {
      const login = textOf(call, "username");
      const role = repository.roles.get(login) ?? (repository.private ? "none" : "read");
      return { status: 200, body: objects.collaborator(login, role, call.urls) };
    },
  },
  [`post ${repo}/check-runs`]: {
    needs: ["checks"],
    access: "write",
    handle: (call, repository) => {
      const { name = "", head_sha: headSha = "" } = CHECK_RUN.parse(call.body);
      const run: CheckRun = {
        id: call.state.nextId(),
        headSha,
        name,
        status: "queued",
        conclusion: null,
        detailsUrl: null,
        externalId: null,
        startedAt: call.state.tick(),
        completedAt: null,
        output: { title: null, summary: null, text: null },
        annotations: [],
      };
      changeCheckRun(run, call.body, call.state);
      repository.checkRuns.push(run);
      return { status: 201, body: objects.checkRun(run, repository.fullName, call.urls) };
    },
  },
  [`patch ${repo}/check-runs/{check_run_id}`]: {
    needs: ["checks"],
    access: "write",
    handle: (call, repository) => {
      const run = repository.checkRuns.find(({ id }) => id === numberOf(call, "check_run_id"));
      if (run === undefined) return notFound();
      changeCheckRun(run, call.body, call.state);
      return { status: 200, body: objects.checkRun(run, repository.fullName, call.urls) };
    },
  },
  [`get ${repo}/actions/runs`]: {
    needs: ["actions"],
    access: "read",
    handle: (call, repository) => {
      const [sha, event] = [call.query.get("head_sha"), call.query.get("event")];
      // The newest first, as GitHub lists them.
      const runs = repository.runs
        .filter((run) => (sha === null || run.head.sha === sha) && (event === null || run.event === event))
        .toSorted((a, b) => b.id - a.id);
      const path = `/repos/${repository.fullName}/actions/runs`;
      const show = (run: WorkflowRun): Json => objects.workflowRun(run, repository, call.state, call.urls);
      return wrapped(call, path, "workflow_runs", runs, show);
    },
  },
  [`get ${repo}/actions/runs/{run_id}`]: {
    needs: ["actions"],
    access: "read",
    handle: (call, repository) => {
      const run = repository.runs.find(({ id }) => id === numberOf(call, "run_id"));
      if (run === undefined) return notFound();
      return { status: 200, body: objects.workflowRun(run, repository, call.state, call.urls) };
    },
  },
  [`get ${repo}/actions/runs/{run_id}/artifacts`]: {
    needs: ["actions"],
    access: "read",
    handle: (call, repository) => {
      const id = numberOf(call, "run_id");
      if (!repository.runs.some((run) => run.id === id)) return notFound();
      const name = call.query.get("name");
      const artifacts = repository.artifacts.filter(
        (each) => each.runId === id && (name === null || each.name === name),
      );
      const path = `/repos/${repository.fullName}/actions/runs/${id}/artifacts`;
      return wrapped(call, path, "artifacts", artifacts, (each) => objects.artifact(each, repository, call.urls));
    },
  },
  [`get ${repo}/actions/artifacts/{artifact_id}/{archive_format}`]: {
    needs: ["actions"],
    access: "read",
    always: true,
    handle: (call, repository) => {
      const artifact = repository.artifacts.find(({ id }) => id === numberOf(call, "artifact_id"));
      if (artifact === undefined || textOf(call, "archive_format") !== "zip") return notFound();
      if (artifact.expired) return error(410, "Artifact has expired");
      return { status: 302, headers: { location: call.blobUrl(artifact.id) } };
    },
  },
};

function ownerOf(fullName: string | null): string {
  return fullName?.split("/")[0] ?? "";
}
