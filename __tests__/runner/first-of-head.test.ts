import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { isFirstOfHead, type RunOfHead } from "../../src/runner/first-of-head.js";
import { faults } from "../github-fake/faults.js";
import { sha, type Branch } from "../github-fake/state.js";
import { REPOSITORY, setUp, type Setup } from "../github/support.js";

const HEAD: Branch = { ref: "feature", sha: sha("head"), repo: REPOSITORY };
const LIST = /\/actions\/runs\?/;

let setup: Setup;
let run: number;
beforeEach(async () => {
  setup = await setUp();
  run = setup.fake.state.nextId() + 100;
  setup.fake.state.addRun(REPOSITORY, { id: run, head: HEAD });
});
afterEach(() => setup.fake.close());

/** Asks about the run. @param more what is not as with a push that starts it for the first time */
function isFirst(more: Partial<RunOfHead> = {}): Promise<boolean> {
  const about = { pullRequest: 7, headSha: HEAD.sha, run: { id: run, attempt: 1 }, hasNewHead: true, ...more };
  return isFirstOfHead(about, setup.github);
}

test.each([
  ["a push", true],
  ["an event that nobody tells of", null],
])("the only run for a head, started by %s, is the first", async (_, hasNewHead) => {
  expect(await isFirst({ hasNewHead })).toBe(true);
});

test("newer runs, and those of other heads and workflows, do not count", async () => {
  const { state } = setup.fake;
  state.addRun(REPOSITORY, { id: run + 1, head: HEAD });
  state.addRun(REPOSITORY, { id: run - 1, head: { ...HEAD, sha: sha("before") } });
  state.addRun(REPOSITORY, { id: run - 2, head: HEAD, workflow: 99 });
  expect(await isFirst({ hasNewHead: null })).toBe(true);
});

test.each([
  ["a push, by force, that brings an old head back", true],
  ["an event that nobody tells of", null],
])("with an older run for the head it is not, though started by %s", async (_, hasNewHead) => {
  setup.fake.state.addRun(REPOSITORY, { id: run - 1, head: HEAD });
  expect(await isFirst({ hasNewHead })).toBe(false);
});

test.each<[string, Partial<RunOfHead>]>([
  ["a second attempt", { run: { id: 0, attempt: 2 } }],
  ["a run that a label started", { hasNewHead: false }],
])("%s is not, and nobody is asked", async (_, more) => {
  const before = setup.fake.requests.length;
  expect(await isFirst(more)).toBe(false);
  expect(setup.fake.requests).toHaveLength(before);
});

test.each([
  ["may not be read", true],
  ["do not hold the run itself yet", false],
])("where the runs %s, a new head is the first as long as nobody has pushed by force", async (_, isRefused) => {
  if (isRefused) setup.fake.inject({ path: LIST, fault: faults.forbidden(), times: Infinity });
  else setup.fake.state.repository(REPOSITORY).runs.splice(0);
  expect(await isFirst()).toBe(true);
  expect(await isFirst({ hasNewHead: null })).toBe(false);
  setup.fake.state.forcePushed(REPOSITORY, 7);
  expect(await isFirst()).toBe(false);
});

test("where GitHub tells nothing, it is not", async () => {
  setup.fake.inject({ path: /./, fault: faults.forbidden(), times: Infinity });
  expect(await isFirst()).toBe(false);
});
