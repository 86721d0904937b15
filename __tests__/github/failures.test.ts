import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { PassingError, RefusedError } from "../../src/github/errors.js";
import { failureOf } from "../../src/github/failure.js";
import type { GitHub } from "../../src/github/github.js";
import { CLOCK, delayBeforeRetry } from "../../src/github/retry.js";
import { faults, type Fault } from "../github-fake/faults.js";
import { rejection, REPOSITORY, setUp, type Setup } from "./support.js";

let setup: Setup;
beforeEach(async () => {
  setup = await setUp();
});
afterEach(async () => {
  await setup.fake.close();
});

const PULL = /^\/repos\/octo\/app\/pulls\/7$/;
const COMMENTS = /\/issues\/7\/comments/;

const passing: readonly (readonly [string, () => Fault, number])[] = [
  ["500", faults.serverError, 1],
  ["502", faults.badGateway, 1],
  ["503 with Retry-After", () => answer(503, { "retry-after": "20" }), 20],
  ["429", () => faults.tooManyRequests(7), 7],
  ["429 without a time", () => answer(429), 60],
  ["a secondary limit", () => faults.secondaryLimit(30), 30],
  ["a connection cut before the request", () => faults.cut("request"), 1],
  ["a connection cut before the answer", () => faults.cut("answer"), 1],
  ["a connection cut within the answer", () => faults.cut("body"), 1],
];

test.each(passing)("reading goes on after %s", async (_name, fault, seconds) => {
  const { fake, github, waits, log } = setup;
  fake.inject({ path: PULL, fault: fault() });
  expect((await github.pullRequest(7)).number).toBe(7);
  expect(waits).toEqual([seconds]);
  expect(log).toEqual([expect.stringMatching(new RegExp(`^GitHub.*: trying again in ${seconds} s\\.$`))]);
});

test("a limit that is over soon is waited for, one that is not ends it, with the time when it is over", async () => {
  const { fake, github, waits } = setup;
  fake.inject({ path: PULL, fault: faults.primaryLimit(10) });
  await github.pullRequest(7);
  expect(waits[0]).toBeGreaterThanOrEqual(10);
  expect(waits[0]).toBeLessThanOrEqual(12);

  fake.inject({ path: PULL, fault: faults.primaryLimit(3000) });
  const error = await rejection(github.pullRequest(7));
  expect(error).toMatchObject({
    name: "UserError",
    message: "Slugdiff could not read #7: GitHub's rate limit is reached.",
    hint: expect.stringMatching(/^Run the job again after \d\d:\d\d UTC\.$/),
  });
  expect(waits).toHaveLength(1);
});

test.each(passing)("it is tried three times, then %s is an error", async (_name, fault) => {
  const { fake, github, waits } = setup;
  fake.inject({ path: PULL, fault: fault(), times: 99 });
  const error = await rejection(github.pullRequest(7));
  expect(error).toBeInstanceOf(UserError);
  expect(error).not.toBeInstanceOf(RefusedError);
  expect(fake.requests.filter(({ path }) => PULL.test(path))).toHaveLength(3);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThanOrEqual(120);
});

test("what waits too long in all is not tried again", () => {
  const limited = { kind: "limited", seconds: 70 } as const;
  expect(delayBeforeRetry(limited, 1, 0)).toBe(70);
  expect(delayBeforeRetry(limited, 2, 70)).toBeNull();
});

test("an answer that does not come in time is asked for again", async () => {
  const { fake, github, waits, expire } = setup;
  fake.inject({ path: PULL, fault: faults.neverEnding(), before: expire });
  expect((await github.pullRequest(7)).number).toBe(7);
  expect(waits).toEqual([1]);
});

describe("when the run is ended", () => {
  test("a request is given up with the reason", async () => {
    const { fake, client, waits } = setup;
    const ended = new AbortController();
    const github = client({ signal: ended.signal });
    const reason = new Error("ended by SIGTERM");
    fake.inject({
      path: PULL,
      fault: faults.neverEnding(),
      before: () => {
        ended.abort(reason);
      },
    });
    expect(await rejection(github.pullRequest(7))).toBe(reason);
    expect(await rejection(github.pullRequest(7))).toBe(reason);
    expect(await rejection(github.ownComments(7))).toBe(reason);
    expect(waits).toEqual([]);
  });

  test("waiting is given up with the reason", async () => {
    const ended = new AbortController();
    const reason = new Error("ended by SIGTERM");
    const waiting = rejection(CLOCK.sleep(600_000, ended.signal));
    ended.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await rejection(CLOCK.sleep(600_000, ended.signal))).toBe(reason);
  });
});

describe("a page of a list", () => {
  beforeEach(() => {
    for (let count = 0; count < 150; count++) setup.fake.state.addComment(REPOSITORY, 7, "x", BOT);
  });

  test.each(passing)("is asked for again after %s", async (_name, fault) => {
    const { fake, github } = setup;
    fake.inject({ path: /comments\?.*page=2/, fault: fault() });
    expect(await github.ownComments(7)).toHaveLength(150);
  });

  test("that GitHub refuses makes no shorter list", async () => {
    const { fake, github } = setup;
    fake.inject({ path: /comments\?.*page=2/, fault: faults.conflict() });
    expect(await rejection(github.ownComments(7))).toMatchObject({ message: expect.stringContaining("409") });
  });
});

describe("a write", () => {
  const creations = (): number =>
    setup.fake.requests.filter(({ method, path }) => method === "POST" && path.includes("/issues/7/comments")).length;

  test.each(passing)("is not repeated by itself after %s", async (_name, fault) => {
    const { fake, github } = setup;
    fake.inject({ method: "POST", path: COMMENTS, fault: fault() });
    expect(await rejection(github.createComment(7, "text"))).toBeInstanceOf(PassingError);
    expect(creations()).toBe(1);
  });

  test("is repeated with what leads to it", async () => {
    const { fake, github, waits } = setup;
    fake.inject({ method: "POST", path: COMMENTS, fault: faults.cut("answer") });
    const sequence = async (github: GitHub): Promise<unknown> => {
      const [comment] = await github.ownComments(7);
      return comment ?? (await github.createComment(7, "text"));
    };
    expect(await github.retrying(() => sequence(github))).toMatchObject({ body: "text" });
    expect(fake.state.repository(REPOSITORY).comments).toHaveLength(1);
    expect(waits).toEqual([1]);
  });

  test("that goes on failing is an error after three times", async () => {
    const { fake, github } = setup;
    fake.inject({ method: "POST", path: COMMENTS, fault: faults.badGateway(), times: 99 });
    const error = await rejection(github.retrying(() => github.createComment(7, "text")));
    expect(error).toMatchObject({ message: "Slugdiff could not comment on #7: GitHub answered 502." });
    expect(creations()).toBe(3);
  });

  test("is not tried again because a read in the same sequence was in vain", async () => {
    const { fake, github } = setup;
    fake.inject({ path: PULL, fault: faults.badGateway(), times: 99 });
    await rejection(github.retrying(() => github.pullRequest(7)));
    expect(fake.requests).toHaveLength(3);
  });

  test("a check run may be created twice, as GitHub shows the last", async () => {
    const { fake, github } = setup;
    fake.inject({ path: /check-runs/, fault: faults.cut("answer") });
    await github.createCheckRun({
      name: "Slug size",
      headSha: "a".repeat(40),
      conclusion: "success",
      title: "Fine",
      summary: "",
      annotations: [],
    });
  });

  test("a deletion that was done and not heard of is done", async () => {
    const { fake, github } = setup;
    const { id } = fake.state.addComment(REPOSITORY, 7, "x", BOT);
    fake.inject({ method: "DELETE", path: /comments/, fault: faults.cut("answer") });
    await github.deleteComment(id);
  });
});

describe("refusals", () => {
  test("a token that may only read is told the permission and the two workflows", async () => {
    const { fake, client, waits } = setup;
    fake.state.addToken("read-only", { permissions: { pull_requests: "read", contents: "read" } });
    const error = await rejection(client({ token: "read-only" }).createComment(7, "text"));
    expect(error).toMatchObject({
      name: "RefusedError",
      status: 403,
      permission: "pull-requests: write",
      message:
        'GitHub does not let the token comment on #7: it answered 403, "Resource not accessible by integration".',
      hint: expect.stringMatching(/`pull-requests: write`.*Dependabot.*two workflows/),
    });
    expect(waits).toEqual([]);
  });

  test("what only reads is told what to add", async () => {
    const { fake, github } = setup;
    fake.inject({ path: PULL, fault: answer(403, { "x-accepted-github-permissions": "pull_requests=read" }) });
    const error = await rejection(github.pullRequest(7));
    expect(error).toMatchObject({ permission: "pull-requests: read", hint: expect.not.stringContaining("Dependabot") });
  });

  test.each([
    ["pull_requests=write; issues=write", "pull-requests: write"],
    ["issues=write; pull_requests=write", "pull-requests: write"],
    ["contents=write,issues=write; statuses=write", "contents: write, issues: write"],
    ["::add-mask::=write", "pull-requests: write"],
    ["", "pull-requests: write"],
  ])("GitHub's own list of permissions counts, as far as it is one: %j", async (accepted, permission) => {
    const { fake, github } = setup;
    fake.inject({
      method: "POST",
      path: COMMENTS,
      fault: answer(403, { "x-accepted-github-permissions": accepted }),
    });
    expect(await rejection(github.createComment(7, "text"))).toMatchObject({ permission });
  });

  test("a pull request that is not there, or is hidden, is told as either", async () => {
    const error = await rejection(setup.github.pullRequest(99));
    expect(error).toMatchObject({
      status: 404,
      message: expect.stringContaining("not there, or the token may not see it"),
    });
  });

  test("a wrong token is told apart from a weak one", async () => {
    const error = await rejection(setup.client({ token: "expired" }).pullRequest(7));
    expect(error).toMatchObject({ status: 401, hint: expect.stringContaining("github-token") });
  });

  test("nobody is told to add a permission that no workflow can name", async () => {
    const { fake, github } = setup;
    fake.inject({ path: /collaborators/, fault: answer(403, { "x-accepted-github-permissions": "metadata=read" }) });
    const error = await rejection(github.mayWrite("ann"));
    expect(error).toMatchObject({ permission: "metadata: read", hint: expect.not.stringContaining("permissions") });
  });

  test("what GitHub does not take is told with its words, and not repeated", async () => {
    const { fake, github } = setup;
    const error = await rejection(github.retrying(() => github.createComment(7, "x".repeat(65_537))));
    expect(error).toMatchObject({ name: "UserError", message: expect.stringContaining("422") });
    expect(fake.requests).toHaveLength(1);
  });

  test("words of GitHub's are shown without credentials", async () => {
    const { fake, github } = setup;
    fake.inject({ path: PULL, fault: answer(403, {}, "see https://ann:hunter22@example.org/") });
    const error = await rejection(github.pullRequest(7));
    expect(error).toMatchObject({ message: expect.stringContaining('"see https://example.org/"') });
  });
});

describe("answers that are none of GitHub's", () => {
  test.each([
    ["HTML", { "content-type": "text/html" }, "<html>Log in</html>"],
    ["JSON of something else", { "content-type": "application/json" }, '{"hello":1}'],
    ["nothing", {}, ""],
  ])("%s", async (_name, headers, body) => {
    const { fake, github } = setup;
    fake.inject({ path: PULL, fault: { kind: "answer", status: 200, headers, body } });
    const error = await rejection(github.pullRequest(7));
    expect(error).toMatchObject({
      name: "UserError",
      hint: expect.stringContaining("proxy that answers in place of 127.0.0.1"),
    });
  });
});

test("nobody at the address", async () => {
  const { fake, waits } = setup;
  const other = await setUp();
  await other.fake.close();
  const github = setup.client({ apiUrl: other.fake.apiUrl });
  const error = await rejection(github.pullRequest(7));
  expect(error).toMatchObject({
    message: expect.stringMatching(/^Slugdiff could not read #7: GitHub could not be reached \(.*ECONNREFUSED/),
  });
  expect(waits).toEqual([1, 4]);
  expect(fake.requests).toEqual([]);
});

test("an error that is none of a request's stays what it is", () => {
  expect(failureOf(new TypeError("x is not a function"), 0)).toBeNull();
  expect(failureOf("text", 0)).toBeNull();
});

const BOT = { user: "github-actions[bot]", byApp: true };

function answer(status: number, headers: Record<string, string> = {}, message = "Some words"): Fault {
  const body = JSON.stringify({ message });
  return { kind: "answer", status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body };
}
