import { describe, expect, test } from "@jest/globals";
import { mayBuild, readEndedRun, readEvent } from "../../src/events/event.js";

const SHA = "3f2c1ab".padEnd(40, "0");
const BASE = "9d01c22".padEnd(40, "0");
const FORK = { sha: SHA, ref: "feature/x", repo: { full_name: "stranger/app" } };

const pullRequest = (overrides: object = {}, more: object = {}): unknown => ({
  action: "synchronize",
  number: 7,
  ...more,
  pull_request: { number: 7, head: FORK, base: { ref: "main", sha: BASE }, labels: [], ...overrides },
});

describe("a pull request", () => {
  test("names its head, and where that is", () => {
    expect(readEvent("pull_request", pullRequest())).toEqual({
      kind: "pull-request",
      number: 7,
      head: { sha: SHA, ref: "feature/x", repository: "stranger/app" },
      hasNewHead: true,
      earlierLabels: [],
    });
  });

  test("whose fork was deleted", () => {
    const event = readEvent("pull_request", pullRequest({ head: { ...FORK, repo: null } }));
    expect(event).toMatchObject({ head: { repository: null } });
  });

  test.each([
    ["opened", "with its labels", true, []],
    ["synchronize", "with labels that it had", true, ["bug", "approved"]],
    ["labeled", "with one more", false, ["bug"]],
    ["unlabeled", "with one less", false, ["bug", "approved"]],
  ])("%s %s: which of them an earlier head may have had", (action, _, hasNewHead, earlierLabels) => {
    const labels = [{ name: "bug" }, { name: "approved" }];
    const label = { name: action === "labeled" ? "approved" : "docs" };
    const event = readEvent("pull_request", pullRequest({ labels }, { action, label }));
    expect(event).toMatchObject({ earlierLabels, hasNewHead });
  });

  test("reopened has a head that other runs have seen", () => {
    expect(readEvent("pull_request", pullRequest({}, { action: "reopened" }))).toMatchObject({ hasNewHead: false });
  });
});

describe("the merge queue", () => {
  const group = (head_ref: string): unknown => ({ merge_group: { base_sha: BASE, head_sha: SHA, head_ref } });

  test.each([
    ["refs/heads/gh-readonly-queue/main/pr-104-2c4e5f", 104],
    ["refs/heads/gh-readonly-queue/release/pr-1-x/pr-12-2c4e5f", 12],
    ["refs/heads/main", null],
  ])("%s", (ref, pullRequest) => {
    expect(readEvent("merge_group", group(ref))).toEqual({ kind: "merge-queue", baseSha: BASE, pullRequest });
  });
});

test.each([
  ["push", "push", true],
  ["workflow_dispatch", "dispatch", true],
  ["schedule", "other", false],
  ["issue_comment", "other", false],
  ["workflow_run", "other", false],
])("%s weighs the commit by itself", (name, kind, builds) => {
  const event = readEvent(name, {});
  expect(event).toEqual({ kind });
  expect(mayBuild(event)).toBe(builds);
});

test("pull_request_target is refused, and the way to do it named", () => {
  expect(() => readEvent("pull_request_target", pullRequest())).toThrow(/does not run on pull_request_target/);
});

test.each([
  ["pull_request", {}, /pull_request .*Invalid input/],
  ["pull_request", pullRequest({ head: { ...FORK, sha: "HEAD; rm -rf /" } }), /pull_request\.head\.sha/],
  ["merge_group", null, /merge_group/],
])("a payload of %s that is none is refused", (name, payload, words) => {
  expect(() => readEvent(name, payload)).toThrow(words);
});

test("a run that has ended names its head by what GitHub says", () => {
  const workflow_run = {
    id: 30,
    run_attempt: 2,
    event: "pull_request",
    head_sha: SHA,
    head_branch: "feature/x",
    head_repository: { full_name: "stranger/app" },
    pull_requests: [],
  };
  expect(readEndedRun({ action: "completed", workflow_run })).toEqual({
    id: 30,
    attempt: 2,
    event: "pull_request",
    head: { sha: SHA, ref: "feature/x", repository: "stranger/app" },
  });
});
