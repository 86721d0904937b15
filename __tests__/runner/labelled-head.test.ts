import { describe, expect, test } from "@jest/globals";
import type { PullRequest, WorkflowRun } from "../../src/github/github.js";
import type { Marker } from "../../src/publish/marker.js";
import { byEvent, byRuns } from "../../src/runner/labelled-head.js";

const HEAD = "a".repeat(40);
const OTHER = "b".repeat(40);

/** A moment of the day when the pull request was opened. */
const at = (time: string): string => `2026-11-22T${time}Z`;

const pullRequest = (sha = HEAD): PullRequest => ({
  number: 7,
  isOpen: true,
  head: { sha, ref: "feature", repository: "acme/app" },
  base: { sha: OTHER, ref: "main" },
  labels: ["approved"],
  createdAt: at("12:00:00"),
});

const labelling = (time: string) => ({ id: 500, by: "octocat", at: at(time) });

const marker = (run: number, head: string): Marker => ({ v: 1, key: ".", run, attempt: 1, head, apps: {} });

describe("by the event", () => {
  const event = (earlierLabels: readonly string[]) =>
    byEvent(
      {
        kind: "pull-request",
        number: 7,
        head: { sha: HEAD, ref: "feature", repository: "acme/app" },
        hasNewHead: false,
        earlierLabels,
      },
      (name) => name === "approved",
    );
  const labelled = { labelling: labelling("13:00:00"), pullRequest: pullRequest(), previous: null };

  test("a label that was not there before it was applied to its head", async () => {
    expect(await event(["bug"])(labelled)).toBe(true);
  });

  test("one that was may have been applied to another", async () => {
    expect(await event(["bug", "approved"])(labelled)).toBe(false);
  });

  test("so may one that came when the head was another already", async () => {
    expect(await event([])({ ...labelled, pullRequest: pullRequest(OTHER) })).toBe(false);
  });
});

describe("by the runs", () => {
  const run = (id: number, time: string, workflow = 1): WorkflowRun => ({ id, workflow, createdAt: at(time) });
  const isApplied = (
    time: string,
    runs: readonly WorkflowRun[],
    { previous = null, head = HEAD }: { readonly previous?: Marker | null; readonly head?: string } = {},
  ): Promise<boolean> => {
    const github = { runsAt: (sha: string) => Promise.resolve(sha === HEAD ? runs : []) };
    const weighed = Math.max(...runs.map(({ id }) => id));
    return byRuns(HEAD, weighed, github)({ labelling: labelling(time), pullRequest: pullRequest(head), previous });
  };

  test("a label that was applied after the head's first run", async () => {
    expect(await isApplied("13:00:05", [run(2, "13:00:07"), run(1, "13:00:05")])).toBe(true);
  });

  test("not one that was there before the push, however shortly", async () => {
    expect(await isApplied("13:00:04", [run(2, "13:00:07"), run(1, "13:00:05")])).toBe(false);
  });

  test("another workflow's runs tell nothing", async () => {
    expect(await isApplied("13:00:04", [run(1, "13:00:00", 9), run(2, "13:00:05")])).toBe(false);
  });

  test.each([
    ["by whoever opened the pull request", "12:00:00"],
    ["by a bot some seconds later", "12:00:09"],
  ])("one that was applied %s, before any run was there", async (_, time) => {
    expect(await isApplied(time, [run(1, "12:00:10"), run(2, "12:00:11")])).toBe(true);
  });

  test("not one that was, if the head's first run came much later: it is not the first head", async () => {
    expect(await isApplied("12:00:00", [run(1, "12:30:00")])).toBe(false);
  });

  test("not one that was, if another head has a comment already", async () => {
    expect(await isApplied("12:00:00", [run(2, "12:00:20")], { previous: marker(1, OTHER) })).toBe(false);
  });

  test("of a head that is back by a force-push, what came after the other head's comment", async () => {
    const runs = [run(1, "12:00:05"), run(3, "14:00:00")];
    expect(await isApplied("13:00:00", runs, { previous: marker(2, OTHER) })).toBe(false);
    expect(await isApplied("14:00:00", runs, { previous: marker(2, OTHER) })).toBe(true);
    expect(await isApplied("13:00:00", runs, { previous: marker(1, HEAD) })).toBe(true);
  });

  test("none, once the head is another", async () => {
    expect(await isApplied("14:00:00", [run(1, "13:00:00")], { head: OTHER })).toBe(false);
  });
});
