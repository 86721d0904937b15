import { getOctokit } from "@actions/github";
import { afterEach, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { faults } from "./faults.js";
import { startGitHub, type FakeGitHub } from "./server.js";
import { sha } from "./state.js";
import { zip } from "./zip.js";

const at = { owner: "acme", repo: "shop" } as const;
const on7 = { ...at, issue_number: 7 } as const;
const opened: FakeGitHub[] = [];

/** A GitHub with a repository, a pull request and tokens of every kind. */
async function shop(options: { readonly private?: boolean; readonly enterprise?: boolean } = {}) {
  const github = await startGitHub({ enterprise: options.enterprise ?? false });
  opened.push(github);
  const { state } = github;
  const repository = state.addRepository("acme/shop", { private: options.private ?? false });
  repository.branches.set("main", sha("base")).set("release/1.x", sha("old"));
  state.addRepository("stranger/shop", { fork: true });
  state.addPull("acme/shop");
  state.addToken("writes");
  state.addToken("reads", { permissions: { contents: "read", issues: "read", pull_requests: "read" } });
  state.addToken("elsewhere", { repositories: [] });
  state.addToken("person", { login: "maintainer", kind: "user" });
  const octokit = (token: string) => getOctokit(token, { baseUrl: github.apiUrl });
  return { github, state, repository, octokit };
}

/** What the API answers instead of what was asked for. */
async function refusal(promise: Promise<unknown>): Promise<{ status: number; message: string; headers: unknown }> {
  const failure: unknown = await promise.then(
    () => new Error("it was answered"),
    (error: unknown) => error,
  );
  const { status, message, response } = z
    .object({ status: z.number(), message: z.string(), response: z.object({ headers: z.unknown() }).optional() })
    .parse(failure);
  return { status, message, headers: response?.headers };
}

afterEach(async () => {
  for (const github of opened.splice(0)) await github.close();
});

describe("the fake of GitHub keeps to GitHub's published description", () => {
  test("comments come in pages that lead to each other", async () => {
    const { github, state, octokit } = await shop();
    for (let number = 1; number <= 250; number++) state.addComment("acme/shop", 7, `comment ${number}`);
    const { rest, paginate } = octokit("reads");
    const all = await paginate(rest.issues.listComments, { ...on7, per_page: 100 });
    expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 250 }, (_, index) => `comment ${index + 1}`));
    expect(github.requests.map(({ path }) => path)).toEqual([
      "/repos/acme/shop/issues/7/comments?per_page=100",
      "/repos/acme/shop/issues/7/comments?per_page=100&page=2",
      "/repos/acme/shop/issues/7/comments?per_page=100&page=3",
    ]);
    const { data } = await rest.issues.listComments(on7);
    expect(data).toHaveLength(30);
  });

  test("a comment is written, changed, read and removed under the token's own name", async () => {
    const { octokit, repository } = await shop();
    const { rest, graphql } = octokit("writes");
    const { data: made } = await rest.issues.createComment({ ...on7, body: "one" });
    expect(made.user?.login).toBe("github-actions[bot]");
    expect(await graphql("query { viewer { login } }")).toEqual({ viewer: { login: "github-actions[bot]" } });
    await rest.issues.updateComment({ ...at, comment_id: made.id, body: "two" });
    expect((await rest.issues.getComment({ ...at, comment_id: made.id })).data.body).toBe("two");
    await rest.issues.deleteComment({ ...at, comment_id: made.id });
    expect(repository.comments).toEqual([]);
    const { data: person } = await octokit("person").rest.users.getAuthenticated();
    expect(person.login).toBe("maintainer");
    expect(await refusal(rest.users.getAuthenticated())).toMatchObject({ status: 403 });
  });

  test("what a token may not do is refused, and the answer names the permission", async () => {
    const { octokit } = await shop();
    expect(await refusal(octokit("reads").rest.issues.createComment({ ...on7, body: "no" }))).toMatchObject({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration"),
      headers: { "x-accepted-github-permissions": "issues=write; pull_requests=write" },
    });
    expect(await refusal(octokit("unknown").rest.issues.listComments(on7))).toMatchObject({ status: 401 });
    expect((await octokit("elsewhere").rest.issues.listComments(on7)).data).toEqual([]);
  });

  test("a private repository is not there for others, and read with the right permission only", async () => {
    const { octokit } = await shop({ private: true });
    expect(await refusal(octokit("elsewhere").rest.pulls.get({ ...at, pull_number: 7 }))).toMatchObject({
      status: 404,
    });
    expect((await octokit("reads").rest.pulls.get({ ...at, pull_number: 7 })).data.number).toBe(7);
    expect(await refusal(octokit("reads").rest.checks.listForRef({ ...at, ref: "main" }))).toMatchObject({
      status: 403,
    });
  });

  test("what is too long is refused", async () => {
    const { octokit } = await shop();
    const { rest } = octokit("writes");
    const long = "x".repeat(65_537);
    expect(await refusal(rest.issues.createComment({ ...on7, body: long }))).toMatchObject({ status: 422 });
    const check = { ...at, name: "Slug size", head_sha: sha("head") };
    const output = { title: "t", summary: long };
    expect(await refusal(rest.checks.create({ ...check, output }))).toMatchObject({ status: 422 });
    const annotation = { path: "a", start_line: 1, end_line: 1, annotation_level: "warning" as const, message: "m" };
    const annotations = Array.from({ length: 51 }, () => annotation);
    const many = rest.checks.create({ ...check, output: { title: "t", summary: "s", annotations } });
    expect(await refusal(many)).toMatchObject({ status: 422 });
  });

  test("pull requests are found by head and by commit, a fork's by head alone", async () => {
    const { octokit, state } = await shop();
    state.addPull("acme/shop", { number: 8, head: { ref: "patch-1", repo: "stranger/shop", sha: sha("fork") } });
    state.addPull("acme/shop", { number: 9, state: "closed", head: { repo: null, sha: sha("gone") } });
    const { rest } = octokit("reads");
    const numbers = async (query: { head?: string; state?: "all" }) =>
      (await rest.pulls.list({ ...at, ...query })).data.map(({ number }) => number);
    expect(await numbers({})).toEqual([8, 7]);
    expect(await numbers({ head: "stranger:patch-1" })).toEqual([8]);
    expect(await numbers({ state: "all" })).toEqual([9, 8, 7]);
    const associated = async (text: string) =>
      (await rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: sha(text) })).data.map(
        ({ number }) => number,
      );
    expect(await associated("head")).toEqual([7]);
    expect(await associated("fork")).toEqual([]);
    expect((await rest.pulls.get({ ...at, pull_number: 9 })).data.head.repo).toBeNull();
  });

  test("labels, their history, roles and branches", async () => {
    const { octokit, state, repository } = await shop();
    repository.roles.set("boss", "maintain");
    state.label("acme/shop", 7, "labeled", "approved", "boss");
    state.label("acme/shop", 7, "unlabeled", "approved", "boss");
    state.label("acme/shop", 7, "labeled", "ready", "boss");
    const { rest } = octokit("reads");
    expect((await rest.issues.listLabelsOnIssue(on7)).data.map(({ name }) => name)).toEqual(["ready"]);
    const { data: events } = await rest.issues.listEvents(on7);
    expect(events.map(({ event, actor }) => `${event} ${actor.login}`)).toEqual([
      "labeled boss",
      "unlabeled boss",
      "labeled boss",
    ]);
    const role = async (username: string) =>
      (await rest.repos.getCollaboratorPermissionLevel({ ...at, username })).data;
    expect(await role("boss")).toMatchObject({ permission: "write", role_name: "maintain" });
    expect(await role("stranger")).toMatchObject({ permission: "read", role_name: "read" });
    expect((await rest.git.getRef({ ...at, ref: "heads/release/1.x" })).data.object.sha).toBe(sha("old"));
    expect((await rest.repos.getBranch({ ...at, branch: "release/1.x" })).data.commit.sha).toBe(sha("old"));
    expect(await refusal(rest.git.getRef({ ...at, ref: "heads/none" }))).toMatchObject({ status: 404 });
    expect((await rest.repos.get(at)).data.default_branch).toBe("main");
  });

  test("a check run begins, ends and is listed", async () => {
    const { octokit, repository } = await shop();
    const { rest } = octokit("writes");
    const { data: run } = await rest.checks.create({ ...at, name: "Slug size", head_sha: sha("head") });
    const annotations = [
      { path: "requirements.txt", start_line: 1, end_line: 1, annotation_level: "failure" as const, message: "m" },
    ];
    const output = { title: "t", summary: "s", annotations };
    await rest.checks.update({ ...at, check_run_id: run.id, conclusion: "failure", output });
    const { data } = await rest.checks.listForRef({ ...at, ref: sha("head"), check_name: "Slug size" });
    expect(data.check_runs.map(({ conclusion }) => conclusion)).toEqual(["failure"]);
    expect(repository.checkRuns[0]?.annotations).toHaveLength(1);
  });

  test("an artifact is found by name and downloaded from another host, which gets no token", async () => {
    const { github, octokit, state } = await shop();
    const run = state.addRun("acme/shop");
    const archive = zip([{ name: "report.json", content: "{}" }]);
    const other = state.addArtifact("acme/shop", run.id, "other", archive);
    const { id } = state.addArtifact("acme/shop", run.id, "slugdiff", archive);
    const { rest } = octokit("writes");
    expect((await rest.actions.getWorkflowRun({ ...at, run_id: run.id })).data.head_sha).toBe(sha("head"));
    const { data } = await rest.actions.listWorkflowRunArtifacts({ ...at, run_id: run.id, name: "slugdiff" });
    expect(data.artifacts.map((each) => each.id)).toEqual([id]);
    const got = await rest.actions.downloadArtifact({ ...at, artifact_id: id, archive_format: "zip" });
    expect(Buffer.from(z.instanceof(ArrayBuffer).parse(got.data))).toEqual(archive);
    expect(github.requests.at(-1)).toMatchObject({
      path: expect.stringMatching(/^\/blob\//),
      token: null,
      status: 200,
    });
    expect(github.requests.at(-2)).toMatchObject({ token: "writes", status: 302 });
    other.expired = true;
    const expired = rest.actions.downloadArtifact({ ...at, artifact_id: other.id, archive_format: "zip" });
    expect(await refusal(expired)).toMatchObject({ status: 410 });
  });

  test("addresses of an Enterprise Server", async () => {
    const { github, octokit, state } = await shop({ enterprise: true });
    expect(github.apiUrl).toMatch(/\/api\/v3$/);
    for (let number = 1; number <= 40; number++) state.addComment("acme/shop", 7, "x");
    const { rest, paginate, graphql } = octokit("reads");
    expect(await paginate(rest.issues.listComments, on7)).toHaveLength(40);
    expect(await graphql("query { viewer { login } }")).toEqual({ viewer: { login: "github-actions[bot]" } });
  });
});

describe("what goes wrong when a test says so", () => {
  test.each([
    ["401", faults.unauthorized(), 401],
    ["403", faults.forbidden(), 403],
    ["404", faults.notFound(), 404],
    ["409", faults.conflict(), 409],
    ["422", faults.unprocessable(), 422],
    ["429", faults.tooManyRequests(1), 429],
    ["a secondary limit", faults.secondaryLimit(1), 403],
    ["the primary limit", faults.primaryLimit(1), 403],
    ["500", faults.serverError(), 500],
    ["502 with HTML", faults.badGateway(), 502],
    ["a connection cut before anything", faults.cut("request"), 500],
    ["a connection cut before the answer", faults.cut("answer"), 500],
  ])("%s, once", async (_, fault, status) => {
    const { github, octokit } = await shop();
    github.inject({ method: "GET", path: /\/pulls\/7$/, fault });
    const { rest } = octokit("reads");
    expect(await refusal(rest.pulls.get({ ...at, pull_number: 7 }))).toMatchObject({ status });
    expect((await rest.pulls.get({ ...at, pull_number: 7 })).data.number).toBe(7);
  });

  test("a cut answer: what was asked for is done all the same", async () => {
    const { github, octokit, repository } = await shop();
    github.inject({ method: "POST", path: /\/comments$/, times: 2, fault: faults.cut("answer") });
    const { rest } = octokit("writes");
    await refusal(rest.issues.createComment({ ...on7, body: "there" }));
    expect(repository.comments.map(({ body }) => body)).toEqual(["there"]);
  });

  test("half an answer, a late one, and one that never ends", async () => {
    const { github, octokit, state } = await shop();
    for (let number = 1; number <= 30; number++) state.addComment("acme/shop", 7, "x".repeat(10_000));
    const { rest } = octokit("reads");
    github.inject({ path: /comments/, fault: faults.cut("body") });
    // Octokit takes half an answer for an empty text, and says nothing: whoever uses it has to look.
    expect((await rest.issues.listComments(on7)).data).toBe("");
    github.inject({ path: /comments/, fault: faults.slow(5) });
    expect((await rest.issues.listComments(on7)).data).toHaveLength(30);
    github.inject({ path: /comments/, fault: faults.neverEnding() });
    const patience = new AbortController();
    const endless = rest.issues.listComments({ ...on7, request: { signal: patience.signal } });
    patience.abort();
    await expect(endless).rejects.toThrow();
  });

  test("something happens between two requests", async () => {
    const { github, octokit, state } = await shop();
    const { rest } = octokit("reads");
    github.inject({
      path: /comments/,
      after: 1,
      before: () => {
        state.addComment("acme/shop", 7, "meanwhile");
      },
    });
    expect((await rest.issues.listComments(on7)).data).toHaveLength(0);
    expect((await rest.issues.listComments(on7)).data).toHaveLength(1);
  });

  test("what breaks the description is told at the end", async () => {
    const { github, octokit } = await shop();
    opened.splice(0);
    await refusal(octokit("writes").request("GET /repos/acme/shop/issues/7/comments?colour=red"));
    await refusal(octokit("writes").request("GET /repos/acme/shop/unknown"));
    await expect(github.close()).rejects.toThrow(/unknown query parameter colour[\s\S]*no such operation/);
  });
});
