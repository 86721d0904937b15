import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { RefusedError } from "../../src/github/errors.js";
import { faults } from "../github-fake/faults.js";
import { sha } from "../github-fake/state.js";
import { rejection, REPOSITORY, setUp, TOKEN, type Setup } from "./support.js";

let setup: Setup;
beforeEach(async () => {
  setup = await setUp();
});
afterEach(async () => {
  await setup.fake.close();
});

describe("comments", () => {
  test("its own ones are told from others' over all pages, oldest first", async () => {
    const { fake, github } = setup;
    for (let count = 0; count < 250; count++) {
      const mine = count % 100 === 50;
      fake.state.addComment(
        REPOSITORY,
        7,
        `comment ${count}`,
        mine ? { user: "github-actions[bot]", byApp: true } : {},
      );
    }
    const comments = await github.ownComments(7);
    expect(comments.map(({ body }) => body)).toEqual(["comment 50", "comment 150"]);
    expect(comments[0]?.url).toContain("/octo/app/pull/7#issuecomment-");
  });

  test("whose the token is decides what is its own", async () => {
    const { fake, client } = setup;
    fake.state.addToken("personal-token", { login: "ann", kind: "user" });
    fake.state.addComment(REPOSITORY, 7, "by ann", { user: "ann" });
    fake.state.addComment(REPOSITORY, 7, "by the bot", { user: "github-actions[bot]", byApp: true });
    const own = await client({ token: "personal-token" }).ownComments(7);
    expect(own.map(({ body }) => body)).toEqual(["by ann"]);
  });

  test("where GitHub does not tell whose the token is, it is taken for a job's, and the log says so", async () => {
    const { fake, client, log } = setup;
    fake.state.addToken("no-graphql", { graphql: false });
    fake.state.addComment(REPOSITORY, 7, "by the bot", { user: "github-actions[bot]", byApp: true });
    fake.state.addComment(REPOSITORY, 7, "by ann", { user: "ann" });
    const own = await client({ token: "no-graphql" }).ownComments(7);
    expect(own.map(({ body }) => body)).toEqual(["by the bot"]);
    expect(log).toEqual([expect.stringContaining("github-actions[bot]")]);
  });

  test("are created, changed and deleted; one that is gone is no error", async () => {
    const { fake, github } = setup;
    const created = await github.createComment(7, "first");
    expect(await github.updateComment(created.id, "second")).toMatchObject({ id: created.id, body: "second" });
    await github.deleteComment(created.id);
    await github.deleteComment(created.id);
    expect(await github.updateComment(created.id, "third")).toBeNull();
    expect(fake.state.repository(REPOSITORY).comments).toEqual([]);
  });
});

describe("pull requests", () => {
  test("one is read with its head, base and labels", async () => {
    const { fake, github } = setup;
    fake.state.label(REPOSITORY, 7, "labeled", "approved", "ann");
    const { createdAt } = fake.state.pull(REPOSITORY, 7);
    expect(await github.pullRequest(7)).toEqual({
      number: 7,
      isOpen: true,
      head: { sha: sha("head"), ref: "feature", repository: REPOSITORY },
      base: { ref: "main", sha: sha("base") },
      labels: ["approved"],
      createdAt,
    });
  });

  test("one whose fork is gone has no head repository", async () => {
    const { fake, github } = setup;
    fake.state.addPull(REPOSITORY, { number: 8, head: { repo: null } });
    expect((await github.pullRequest(8)).head.repository).toBeNull();
  });

  test("those of a head are found by commit, branch and repository together", async () => {
    const { fake, github } = setup;
    fake.state.addRepository("fork/app", { fork: true });
    const head = { ref: "topic/a b#c", sha: sha("theirs"), repo: "fork/app" };
    fake.state.addPull(REPOSITORY, { number: 11, head });
    fake.state.addPull(REPOSITORY, { number: 12, head: { ...head, sha: sha("else") } });
    fake.state.addPull(REPOSITORY, { number: 13, head: { ...head, ref: "else" } });
    fake.state.addPull(REPOSITORY, { number: 14, head, state: "closed" });
    fake.state.addPull(REPOSITORY, { number: 15, head: { ...head, repo: REPOSITORY } });
    const found = await github.pullRequestsOf({ repository: "fork/App", ref: head.ref, sha: head.sha });
    expect(found.map(({ number }) => number)).toEqual([11]);
  });
});

describe("branches", () => {
  test("the tip of one, whatever its name", async () => {
    const { fake, github } = setup;
    fake.state.repository(REPOSITORY).branches.set("release/1.0 #2", sha("tip"));
    expect(await github.branchTip("release/1.0 #2")).toBe(sha("tip"));
  });

  test("one that is not there, or may not be read, has none", async () => {
    const { fake, github, client } = setup;
    expect(await github.branchTip("gone")).toBeNull();
    fake.state.addRepository("octo/private", { private: true }).branches.set("main", sha("tip"));
    fake.state.addToken("no-contents", { permissions: { pull_requests: "write" } });
    const poor = client({ token: "no-contents", repository: { owner: "octo", name: "private" } });
    expect(await poor.branchTip("main")).toBeNull();
  });
});

describe("labels", () => {
  test("the last time that one was applied counts, with who did it", async () => {
    const { fake, github } = setup;
    fake.state.label(REPOSITORY, 7, "labeled", "Approved", "ann");
    fake.state.label(REPOSITORY, 7, "unlabeled", "Approved", "ann");
    const last = fake.state.label(REPOSITORY, 7, "labeled", "Approved", "bob");
    fake.state.label(REPOSITORY, 7, "labeled", "other", "eve");
    expect(await github.labelling(7, "approved")).toEqual({ id: last.id, by: "bob", at: last.createdAt });
  });

  test("one that was removed since, or never applied, is not there", async () => {
    const { fake, github } = setup;
    fake.state.label(REPOSITORY, 7, "labeled", "approved", "ann");
    fake.state.label(REPOSITORY, 7, "unlabeled", "approved", "eve");
    expect(await github.labelling(7, "approved")).toBeNull();
    expect(await github.labelling(7, "never")).toBeNull();
  });

  test("force-pushes stand among the same events", async () => {
    const { fake, github } = setup;
    fake.state.label(REPOSITORY, 7, "labeled", "approved", "ann");
    expect(await github.wasForcePushed(7)).toBe(false);
    fake.state.forcePushed(REPOSITORY, 7);
    expect(await github.wasForcePushed(7)).toBe(true);
  });

  test("events of later pages count", async () => {
    const { fake, github } = setup;
    for (let count = 0; count < 130; count++) fake.state.label(REPOSITORY, 7, "labeled", `label-${count}`, "ann");
    expect(await github.labelling(7, "label-129")).toMatchObject({ by: "ann" });
  });
});

test.each([
  ["admin", true],
  ["maintain", true],
  ["write", true],
  ["triage", false],
  ["read", false],
  ["none", false],
] as const)("whoever has the role %s may write: %s", async (role, may) => {
  setup.fake.state.repository(REPOSITORY).roles.set("ann", role);
  expect(await setup.github.mayWrite("ann")).toBe(may);
});

test("an account that does not exist may not write", async () => {
  const { fake, github } = setup;
  fake.inject({ path: /\/collaborators\//, fault: { ...NOT_A_USER } });
  expect(await github.mayWrite("dependabot[bot]")).toBe(false);
});

describe("runs", () => {
  test("those about pull requests with a head, over all pages", async () => {
    const { fake, github } = setup;
    const head = { ref: "feature", sha: sha("head"), repo: REPOSITORY };
    const runs = Array.from({ length: 130 }, (_, at) =>
      fake.state.addRun(REPOSITORY, { head, workflow: 1 + (at % 2) }),
    );
    fake.state.addRun(REPOSITORY, { head, event: "push" });
    fake.state.addRun(REPOSITORY, { head: { ...head, sha: sha("other") } });
    const found = await github.runsAt(head.sha);
    const byId = [...found].sort((one, other) => one.id - other.id);
    expect(byId).toEqual(runs.map(({ id, workflow, createdAt }) => ({ id, workflow, createdAt })));
  });

  test("a server that does not know the filter, and lists others too, is not taken at its word", async () => {
    const { fake, github } = setup;
    const run = (id: number, head: string) => ({
      id,
      workflow_id: 1,
      head_sha: sha(head),
      created_at: "2026-11-22T12:00:00Z",
    });
    const body = JSON.stringify({ total_count: 2, workflow_runs: [run(2, "head"), run(1, "other")] });
    const headers = { "content-type": "application/json; charset=utf-8" };
    fake.inject({ path: /\/actions\/runs\?/, fault: { kind: "answer", status: 200, headers, body } });
    expect((await github.runsAt(sha("head"))).map(({ id }) => id)).toEqual([2]);
  });

  test("in a private repository they take a permission, which the error names", async () => {
    const { fake, client } = setup;
    fake.state.addRepository("octo/private", { private: true });
    fake.state.addToken("no-actions", { permissions: { pull_requests: "write" } });
    const poor = client({ token: "no-actions", repository: { owner: "octo", name: "private" } });
    const error = await rejection(poor.runsAt(sha("head")));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ permission: "actions: read" });
  });
});

test("a check run is complete at once, with its annotations", async () => {
  const { fake, github } = setup;
  const annotation = {
    path: "requirements.txt",
    line: 14,
    level: "warning",
    title: "Slug size",
    message: "+1 MiB",
  } as const;
  const { url } = await github.createCheckRun({
    name: "Slug size",
    headSha: sha("head"),
    conclusion: "failure",
    title: "Over the limit",
    summary: "**much**",
    annotations: [annotation],
  });
  expect(url).toContain("/octo/app/");
  expect(fake.state.repository(REPOSITORY).checkRuns).toMatchObject([
    {
      name: "Slug size",
      status: "completed",
      conclusion: "failure",
      output: { title: "Over the limit", summary: "**much**" },
      annotations: [{ path: "requirements.txt", start_line: 14, end_line: 14, annotation_level: "warning" }],
    },
  ]);
});

describe("artifacts", () => {
  test("those of a run are listed over all pages, without expired ones", async () => {
    const { fake, github } = setup;
    const run = fake.state.addRun(REPOSITORY);
    const other = fake.state.addRun(REPOSITORY);
    for (let count = 0; count < 120; count++) {
      fake.state.addArtifact(REPOSITORY, run.id, `slugdiff-${count}`, Buffer.alloc(10)).expired = count % 2 === 1;
    }
    fake.state.addArtifact(REPOSITORY, other.id, "of another run", Buffer.alloc(10));
    const artifacts = await github.artifacts(run.id);
    expect(artifacts).toHaveLength(60);
    expect(artifacts[1]).toMatchObject({ name: "slugdiff-2", bytes: 10 });
  });

  test("one is downloaded whole, and the token stays with GitHub", async () => {
    const { fake, github } = setup;
    const zip = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const { id } = fake.state.addArtifact(REPOSITORY, 5, "slugdiff", zip);
    expect((await github.downloadArtifact(id, zip.length)).equals(zip)).toBe(true);
    const blob = fake.requests.find(({ path }) => path.startsWith("/blob/"));
    expect(blob?.token).toBeNull();
  });

  test("one that is larger than allowed is refused, whatever size was claimed", async () => {
    const { fake, github } = setup;
    const artifact = fake.state.addArtifact(REPOSITORY, 5, "slugdiff", Buffer.alloc(3_000_000));
    artifact.sizeInBytes = 10;
    const error = await rejection(github.downloadArtifact(artifact.id, 2_000_000));
    expect(error).toMatchObject({ name: "UserError", message: expect.stringContaining("1.9 MiB") });
  });

  test("one that breaks off is fetched again", async () => {
    const { fake, github, waits } = setup;
    const zip = Buffer.alloc(100_000, "x");
    const { id } = fake.state.addArtifact(REPOSITORY, 5, "slugdiff", zip);
    fake.inject({ path: /^\/blob\//, fault: faults.cut("body") });
    expect((await github.downloadArtifact(id, 200_000)).equals(zip)).toBe(true);
    expect(waits).toEqual([1]);
  });
});

test("an Enterprise Server is asked at its own addresses", async () => {
  const enterprise = await setUp({ enterprise: true });
  enterprise.fake.state.addToken("ann's", { login: "ann", kind: "user" });
  enterprise.fake.state.addComment(REPOSITORY, 7, "by ann", { user: "ann" });
  for (const apiUrl of [enterprise.fake.apiUrl, `${enterprise.fake.apiUrl}/`]) {
    expect(await enterprise.client({ token: "ann's", apiUrl }).ownComments(7)).toHaveLength(1);
  }
  await enterprise.fake.close();
});

test("without a token there is an error that says so", () => {
  expect(() => setup.client({ token: "" })).toThrow("no token");
});

test("no error shows the token or the request", async () => {
  const { fake, client } = setup;
  const secret = "ghs_unknown_to_github";
  const error = await rejection(client({ token: secret }).createComment(7, "a body"));
  expect(error).toBeInstanceOf(RefusedError);
  const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
  expect(all).not.toContain(secret);
  expect(all).not.toContain("a body");
  expect(fake.requests).toHaveLength(1);
  expect(TOKEN).not.toBe(secret);
});

const NOT_A_USER = {
  kind: "answer",
  status: 404,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message: "dependabot[bot] is not a user" }),
} as const;
