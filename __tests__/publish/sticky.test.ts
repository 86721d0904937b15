import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { RefusedError } from "../../src/github/errors.js";
import { writeMarker, type Marker } from "../../src/publish/marker.js";
import { LONGEST_COMMENT, previous, publishComment, type CommentRequest } from "../../src/publish/sticky.js";
import { faults } from "../github-fake/faults.js";
import { sha } from "../github-fake/state.js";
import { rejection, REPOSITORY, setUp, type Setup } from "../github/support.js";

let setup: Setup;
beforeEach(async () => {
  setup = await setUp();
});
afterEach(async () => {
  await setup.fake.close();
});

const BOT = { user: "github-actions[bot]", byApp: true };
const CREATE = { method: "POST", path: /\/issues\/7\/comments/ };
const UPDATE = { method: "PATCH", path: /\/issues\/comments\// };

function marker(run: number, more: Partial<Marker> = {}): Marker {
  return { v: 1, key: ".", run, attempt: 1, head: sha("head"), apps: {}, ...more };
}

function request(run: number, text: string, more: Partial<CommentRequest> = {}): CommentRequest {
  const isFirstOfHead = (): Promise<boolean> => Promise.resolve(false);
  return { pullRequest: 7, marker: marker(run), text, create: true, isFirstOfHead, ...more };
}

/** The first line of a comment by this run. */
function line(run: number): string {
  return writeMarker(marker(run), 1_000);
}

/** What stands below the marker, in each comment on the pull request. */
function texts(): string[] {
  return setup.fake.state.repository(REPOSITORY).comments.map(({ body }) => body.split("\n").slice(1).join("\n"));
}

function deleteAll(): void {
  setup.fake.state.repository(REPOSITORY).comments.splice(0);
}

function writes(): number {
  return setup.fake.requests.filter(({ method, path }) => method !== "GET" && path !== "/graphql").length;
}

test("a run whose text differs in links to itself alone sends nothing: those of the first lead to the same", async () => {
  const { github } = setup;
  const text = (run: number, more = ""): string =>
    `Same.\n\n[Map](https://github.com/acme/app/actions/runs/${run}${more})`;
  await publishComment(request(1, text(1, "/artifacts/12")), github);
  const again = request(2, text(2, "/artifacts/345"), { isFirstOfHead: () => Promise.resolve(true) });
  expect(await publishComment(again, github)).toMatchObject({ state: "unchanged" });
  expect(texts()).toEqual([text(1, "/artifacts/12")]);
  const other = text(3, "/artifacts/6").replace("Map", "Summary");
  expect(await publishComment(request(3, other), github)).toMatchObject({ state: "updated" });
  expect(texts()).toEqual([other]);
});

test("the first run creates the comment, the next ones change it", async () => {
  const { github } = setup;
  const created = await publishComment(request(1, "one"), github);
  expect(created).toMatchObject({ state: "created", url: expect.stringContaining("#issuecomment-") });
  expect(await publishComment(request(2, "two"), github)).toEqual({ ...created, state: "updated" });
  expect(await publishComment(request(3, "three"), github)).toEqual({ ...created, state: "updated" });
  expect(texts()).toEqual(["three"]);
});

test("it is found behind 40 pages of others", async () => {
  const { fake, github } = setup;
  for (let count = 0; count < 3990; count++) fake.state.addComment(REPOSITORY, 7, "me too");
  await publishComment(request(1, "one"), github);
  for (let count = 0; count < 30; count++) fake.state.addComment(REPOSITORY, 7, "me too");
  expect(await publishComment(request(2, "two"), github)).toMatchObject({ state: "updated" });
  expect(fake.state.repository(REPOSITORY).comments.filter(({ user }) => user === BOT.user)).toHaveLength(1);
});

test("two jobs of one run with the same key are told of each other", async () => {
  const { github } = setup;
  expect(await publishComment(request(1, "one"), github)).toMatchObject({ contended: false });
  expect(await publishComment(request(1, "one"), github)).toMatchObject({ contended: false });
  expect(await publishComment(request(1, "two"), github)).toMatchObject({ state: "updated", contended: true });
  expect(await publishComment(request(2, "three"), github)).toMatchObject({ contended: false });
});

test("there is one for each key", async () => {
  const { github } = setup;
  for (const key of ["web", "worker"]) {
    await publishComment(request(1, key, { marker: marker(1, { key }) }), github);
  }
  await publishComment(request(2, "web again", { marker: marker(2, { key: "web" }) }), github);
  expect(texts()).toEqual(["web again", "worker"]);
});

test("where none is wanted there is none, but one that is there is kept true", async () => {
  const { github } = setup;
  expect(await publishComment(request(1, "nothing", { create: false }), github)).toEqual({ state: "not-wanted" });
  await publishComment(request(2, "much"), github);
  expect(await publishComment(request(3, "nothing", { create: false }), github)).toMatchObject({ state: "updated" });
  expect(texts()).toEqual(["nothing"]);
});

test("where GitHub does not tell whose the token is, the comment from before is still the only one", async () => {
  const { fake, client } = setup;
  fake.state.addToken("personal-token", { login: "ann", kind: "user" });
  await publishComment(request(1, "one"), client({ token: "personal-token" }));
  fake.inject({ path: /^\/graphql$/, fault: faults.badGateway(), times: Infinity });
  await publishComment(request(2, "two"), client({ token: "personal-token" }));
  expect(texts()).toEqual(["two"]);
});

describe("comments of others are left alone", () => {
  test("also with our marker", async () => {
    const { fake, github } = setup;
    fake.state.addComment(REPOSITORY, 7, `${line(9)}\nforged`, { user: "mallory" });
    expect(await previous(github, 7, ".")).toBeNull();
    expect(await publishComment(request(1, "ours"), github)).toMatchObject({ state: "created" });
    expect(texts()).toEqual(["forged", "ours"]);
  });

  test("as are those of other workflows by the same account", async () => {
    const { fake, github } = setup;
    fake.state.addComment(REPOSITORY, 7, "<!-- coverage -->\n98 %", BOT);
    fake.state.addComment(REPOSITORY, 7, `Quoted:\n${line(9)}`, BOT);
    await publishComment(request(1, "ours"), github);
    expect(texts()).toEqual(["98 %", line(9), "ours"]);
  });
});

describe("a text that stands there already", () => {
  const isFirstOfHead = (): Promise<boolean> => Promise.resolve(true);
  const again = request(2, "same", { marker: marker(2, { head: sha("second") }), isFirstOfHead });
  beforeEach(async () => {
    await publishComment(request(1, "same"), setup.github);
  });

  function push(name: string): void {
    const { pulls } = setup.fake.state.repository(REPOSITORY);
    const [pull] = pulls;
    if (pull === undefined) throw new Error("There is no pull request.");
    pulls.splice(0, 1, { ...pull, head: { ...pull.head, sha: sha(name) } });
  }

  test("is not sent again", async () => {
    push("second");
    const before = writes();
    expect(await publishComment(again, setup.github)).toMatchObject({ state: "unchanged" });
    expect(await publishComment(request(1, "same"), setup.github)).toMatchObject({ state: "unchanged" });
    expect(writes()).toBe(before);
  });

  test("is sent with sizes or an approval that are new", async () => {
    const sizes = { ".": { compressed: 10, delta: 1 } };
    for (const more of [{ apps: sizes }, { apps: sizes, approval: { event: 1, by: "ann", apps: sizes } }]) {
      push("second");
      const isFirstOfHead = (): never => {
        throw new Error("It need not be asked.");
      };
      const changed = { ...again, isFirstOfHead, marker: { ...again.marker, ...more } };
      expect(await publishComment(changed, setup.github)).toMatchObject({ state: "updated" });
      expect(await previous(setup.github, 7, ".")).toMatchObject(more);
    }
  });

  test("is sent where an older run for the same head may yet come, so that this one loses", async () => {
    const { github } = setup;
    expect(await publishComment(request(3, "same"), github)).toMatchObject({ state: "updated" });
    expect(await publishComment(request(2, "older"), github)).toMatchObject({ state: "outdated" });
    expect(texts()).toEqual(["same"]);
  });
});

describe("what is outdated is not written", () => {
  test("by an older run", async () => {
    const { github } = setup;
    await publishComment(request(5, "newer"), github);
    expect(await publishComment(request(4, "older"), github)).toEqual({
      state: "outdated",
      why: "A newer run has commented on #7 already.",
    });
    const attempt = (count: number): Marker => marker(5, { attempt: count });
    expect(await publishComment(request(5, "second", { marker: attempt(2) }), github)).toMatchObject({
      state: "updated",
    });
    expect(await publishComment(request(5, "first", { marker: attempt(1) }), github)).toMatchObject({
      state: "outdated",
    });
    expect(texts()).toEqual(["second"]);
  });

  test("for a head that is no longer the pull request's", async () => {
    const { github } = setup;
    const old = request(1, "old", { marker: marker(1, { head: sha("before") }) });
    expect(await publishComment(old, github)).toEqual({
      state: "outdated",
      why: "The head of #7 is another commit by now.",
    });
    await publishComment(request(2, "new"), github);
    const rerun = request(3, "old again", { marker: marker(3, { head: sha("before") }) });
    expect(await publishComment(rerun, github)).toMatchObject({ state: "outdated" });
    expect(texts()).toEqual(["new"]);
  });
});

describe("something happens in between", () => {
  test("the comment is deleted before it is changed", async () => {
    const { fake, github } = setup;
    await publishComment(request(1, "one"), github);
    fake.inject({ ...UPDATE, before: deleteAll });
    expect(await publishComment(request(2, "two"), github)).toMatchObject({ state: "created" });
    expect(texts()).toEqual(["two"]);
    fake.inject({ ...UPDATE, before: deleteAll });
    expect(await publishComment(request(3, "three", { create: false }), github)).toEqual({ state: "not-wanted" });
    expect(texts()).toEqual([]);
  });

  test.each([
    [1, 2],
    [4, 3],
  ])("run %s finds no comment, and when it creates one, run %s has done so: one is left", async (mine, other) => {
    const { fake, github } = setup;
    fake.inject({
      ...CREATE,
      before: async () => {
        await publishComment(request(other, `run ${other}`), github);
      },
    });
    await publishComment(request(mine, `run ${mine}`), github);
    expect(texts()).toEqual([`run ${Math.max(mine, other)}`]);
  });

  test("a comment that was left over is cleared away", async () => {
    const { fake, github } = setup;
    const [first] = [1, 2, 1].map((run) => fake.state.addComment(REPOSITORY, 7, `${line(run)}\nleft by ${run}`, BOT));
    expect(await previous(github, 7, ".")).toEqual(marker(2));
    expect(await publishComment(request(3, "three"), github)).toMatchObject({ state: "updated" });
    expect(fake.state.repository(REPOSITORY).comments.map(({ id }) => id)).toEqual([first?.id]);
    expect(texts()).toEqual(["three"]);
  });
});

describe("GitHub fails", () => {
  test.each([
    ["a cut before it was done", faults.cut("request")],
    ["a cut after it was done", faults.cut("answer")],
    ["a cut within the answer", faults.cut("body")],
    ["502", faults.badGateway()],
    ["a secondary limit", faults.secondaryLimit(5)],
    ["429", faults.tooManyRequests(1)],
  ])("when creating and when changing, by %s: there is one comment", async (_name, fault) => {
    const { fake, github } = setup;
    fake.inject({ ...CREATE, fault });
    expect(await publishComment(request(1, "one"), github)).toMatchObject({ state: "created" });
    expect(texts()).toEqual(["one"]);
    fake.inject({ ...UPDATE, fault });
    expect(await publishComment(request(2, "two"), github)).toMatchObject({ state: "updated" });
    expect(texts()).toEqual(["two"]);
  });

  test("while it is waited for, a newer run writes: its text stays", async () => {
    const { fake, github } = setup;
    await publishComment(request(1, "one"), github);
    fake.inject({
      ...UPDATE,
      fault: faults.secondaryLimit(60),
      before: async () => {
        await publishComment(request(3, "three"), github);
      },
    });
    expect(await publishComment(request(2, "two"), github)).toMatchObject({ state: "outdated" });
    expect(texts()).toEqual(["three"]);
  });

  test("a refusal is told, and leaves nothing", async () => {
    const { fake, client } = setup;
    fake.state.addToken("read-only", { permissions: { pull_requests: "read", contents: "read" } });
    const error = await rejection(publishComment(request(1, "one"), client({ token: "read-only" })));
    expect(error).toBeInstanceOf(RefusedError);
    expect(texts()).toEqual([]);
  });
});

test("sizes that have no room beside the text are left out", async () => {
  const { github } = setup;
  const apps = Object.fromEntries(Array.from({ length: 200 }, (_, app) => [`app-${app}`, { compressed: 1, delta: 0 }]));
  const long = request(1, "x".repeat(LONGEST_COMMENT - 1_000), { marker: marker(1, { apps }) });
  expect(await publishComment(long, github)).toMatchObject({ state: "created" });
  expect((await previous(github, 7, "."))?.apps).toEqual({});
  expect(await publishComment(long, github)).toMatchObject({ state: "unchanged" });
  expect(await publishComment({ ...long, text: "short" }, github)).toMatchObject({ state: "updated" });
  expect((await previous(github, 7, "."))?.apps).toEqual(apps);
});

test("a text that GitHub would not take is a bug", async () => {
  const error = await rejection(publishComment(request(1, "x".repeat(LONGEST_COMMENT)), setup.github));
  expect(error).toMatchObject({ message: expect.stringMatching(/^The comment has 65\d+ characters\.$/) });
  expect(writes()).toBe(0);
});

test("a list that does not have the new comment yet makes for no second one", async () => {
  const { github } = setup;
  let lists = 0;
  const lagging = { ...github, ownComments: async () => (++lists < 4 ? [] : github.ownComments(7)) };
  expect(await publishComment(request(1, "one"), lagging)).toMatchObject({ state: "created" });
  expect(texts()).toEqual(["one"]);
});

test("a text that GitHub changes is not sent over and over", async () => {
  const { github } = setup;
  const changed = (body: string): string => body.replace("one", "1");
  const changing = {
    ...github,
    createComment: (number: number, body: string) => github.createComment(number, changed(body)),
    updateComment: (id: number, body: string) => github.updateComment(id, changed(body)),
  };
  expect(await publishComment(request(1, "one"), changing)).toMatchObject({ state: "created" });
  expect(await publishComment(request(2, "one again"), changing)).toMatchObject({ state: "updated" });
  expect(writes()).toBe(2);
});

test("a text that GitHub keeps in another form is sent once", async () => {
  const { github } = setup;
  await publishComment(request(1, "a\r\nb\n\n"), github);
  const before = writes();
  expect(await publishComment(request(1, "a\nb"), github)).toMatchObject({ state: "unchanged" });
  expect(writes()).toBe(before);
});
