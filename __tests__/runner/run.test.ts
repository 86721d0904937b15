import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { KIB } from "../../src/model/bytes.js";
import { readMarker } from "../../src/publish/marker.js";
import { LABEL, noise, REPOSITORY, Scene } from "./support.js";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ "model.bin": noise(50 * KIB) });
});
afterAll(() => scene.close());

const INPUTS = { "max-increase": "100K" };

describe("the action on a pull request", () => {
  test("weighs, from the merge commit alone, and says it wherever it is looked for", async () => {
    const pull = scene.push({ "model.bin": noise(130 * KIB) });
    const done = await scene.weigh(pull, { inputs: INPUTS });
    expect(done.failure).toBeNull();
    expect(done.outputs).toMatchObject({ verdict: "pass", report: expect.stringContaining(".json") });
    const [report] = done.reports;
    expect(report?.base.revision?.sha).toBe(pull.base.sha);
    expect(Number(done.outputs.delta)).toBe(report?.diff.total?.compressed);
    expect(done.summary).toContain("model.bin");

    expect(scene.comments).toHaveLength(1);
    const [comment] = scene.comments;
    expect(comment?.user).toBe("github-actions[bot]");
    expect(comment?.body).toContain("model.bin");
    expect(done.outputs["comment-url"]).toContain(String(comment?.id));
    expect(readMarker(comment?.body ?? "")).toMatchObject({ key: ".", head: pull.head.sha, attempt: 1 });

    const [checkRun] = scene.github.state.repository(REPOSITORY).checkRuns;
    expect(checkRun).toMatchObject({ name: "Slugdiff", conclusion: "success", headSha: pull.head.sha });
  });

  test("is red beyond what a change may add, and keeps its one comment true", async () => {
    const pull = scene.push({ "model.bin": noise(250 * KIB) });
    const done = await scene.weigh(pull, { inputs: INPUTS, action: { action: "synchronize", before: "0".repeat(40) } });
    expect(done.failure).toMatch(/more than the 100 KiB/);
    expect(done.outputs.verdict).toBe("fail");
    expect(scene.comments).toHaveLength(1);
    expect(scene.comments[0]?.body).toContain("🔴");
  });

  test("an approval by somebody who may write lets it through, until it grows again", async () => {
    const { state } = scene.github;
    state.repository(REPOSITORY).roles.set("octocat", "write").set("stranger", "read");
    const pull = state.pull(REPOSITORY, 7);
    const labeled = { action: "labeled", label: LABEL } as const;

    state.label(REPOSITORY, 7, "labeled", LABEL, "stranger");
    const refused = await scene.weigh(pull, { inputs: INPUTS, action: labeled });
    expect(refused.failure).not.toBeNull();
    expect(refused.reports[0]?.override).toMatchObject({ state: "refused", by: "stranger" });

    state.label(REPOSITORY, 7, "unlabeled", LABEL, "stranger");
    state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
    const approved = await scene.weigh(pull, { inputs: INPUTS, action: labeled });
    expect(approved.failure).toBeNull();
    expect(approved.outputs.verdict).toBe("warn");
    expect(scene.comments[0]?.body).toContain("octocat");

    // Main moves on, and the pull request by less than the noise floor: what was approved still is.
    scene.advanceMain({ "other.bin": noise(300 * KIB) });
    const moved = await scene.weigh(scene.push({ "small.bin": noise(10 * KIB) }), { inputs: INPUTS });
    expect(moved.failure).toBeNull();
    expect(moved.reports[0]?.override?.state).toBe("in-force");

    const grown = await scene.weigh(scene.push({ "more.bin": noise(90 * KIB) }), { inputs: INPUTS });
    expect(grown.failure).not.toBeNull();
    expect(grown.reports[0]?.override?.state).toBe("void");
    expect(scene.comments).toHaveLength(1);
  });

  test("a change that goes away leaves a comment that says so", async () => {
    const pull = scene.push({ "model.bin": null, "small.bin": null, "more.bin": null });
    const shrunk = await scene.weigh(pull, { inputs: INPUTS });
    expect(shrunk.failure).toBeNull();
    expect(scene.comments).toHaveLength(1);
    expect(readMarker(scene.comments[0]?.body ?? "")?.head).toBe(pull.head.sha);
  });

  test("a base that has moved on is said", async () => {
    const pull = scene.push({ "model.bin": noise(120 * KIB) }, 8);
    const workspace = scene.checkOutMerge(pull);
    const tip = scene.advanceMain({ "later.bin": noise(KIB) });
    await scene.weigh(pull, { workspace, inputs: INPUTS });
    const comment = scene.comments.find(({ issue }) => issue === 8);
    expect(comment?.body).toContain(tip.slice(0, 7));
    expect(comment?.body).toContain("[!WARNING]");
  });

  test("nothing worth saying makes no comment", async () => {
    const pull = scene.push({ "notes.txt": "a few words" }, 9);
    const done = await scene.weigh(pull, { inputs: INPUTS });
    expect(done.failure).toBeNull();
    expect(done.outputs["comment-url"]).toBe("");
    expect(scene.comments.filter(({ issue }) => issue === 9)).toEqual([]);
  });
});

describe("a token that may only read", () => {
  test("leaves the check complete, and a warning that names the permission", async () => {
    scene.github.state.addToken("reader", {
      permissions: { actions: "none", checks: "none", contents: "read", issues: "none", pull_requests: "read" },
    });
    const pull = scene.push({ "model.bin": noise(130 * KIB) }, 10);
    const done = await scene.weigh(pull, { inputs: INPUTS, token: "reader" });
    expect(done.failure).toBeNull();
    expect(done.reports).toHaveLength(1);
    expect(done.summary).toContain("model.bin");
    const warnings = done.said.filter(({ level }) => level === "warning").map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining("pull-requests: write")]);
  });

  test("no token at all", async () => {
    const pull = scene.github.state.pull(REPOSITORY, 10);
    const workspace = scene.checkOutMerge(pull);
    const done = await scene.weigh(pull, { workspace, inputs: { ...INPUTS, base: "HEAD" }, token: "" });
    expect(done.outputs.verdict).toBe("pass");
  });
});

test("in a container, whose user does not own the workspace, it works all the same", async () => {
  const pull = scene.push({ "model.bin": noise(130 * KIB) }, 13);
  const done = await scene.weigh(pull, { inputs: INPUTS, env: { GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" } });
  expect(done.failure).toBeNull();
  expect(done.reports[0]?.base.revision?.sha).toBe(pull.base.sha);
});

describe("other events", () => {
  test("in the merge queue only the limit counts, and an approval holds", async () => {
    const { state } = scene.github;
    const pull = scene.push({ "model.bin": noise(400 * KIB) }, 11);
    const inputs = { ...INPUTS, limit: "14M" };
    const red = await scene.weigh(pull, { inputs });
    expect(red.failure).toMatch(/over the limit/);
    state.label(REPOSITORY, 11, "labeled", LABEL, "octocat");
    const green = await scene.weigh(pull, { inputs, action: { action: "labeled", label: LABEL } });
    expect(green.failure).toBeNull();

    const workspace = scene.checkOutMerge(pull);
    const event = scene.events.mergeGroup({
      headSha: "f".repeat(40),
      baseSha: state.repository(REPOSITORY).branches.get("main") ?? "",
      number: 11,
    });
    const queued = await scene.weigh(pull, { event, workspace, inputs });
    expect(queued.failure).toBeNull();
    expect(queued.reports[0]?.verdict.findings.map(({ rule }) => rule)).not.toContain("max-increase");
    expect(queued.reports[0]?.override).toMatchObject({ state: "in-force", by: "octocat" });
  });

  test("a push is weighed by itself, and the limit always counts", async () => {
    const workspace = scene.checkOutMerge(scene.github.state.pull(REPOSITORY, 11));
    const event = scene.events.push({ after: "f".repeat(40) });
    const done = await scene.weigh(scene.github.state.pull(REPOSITORY, 11), {
      event,
      workspace,
      inputs: { limit: "1M" },
    });
    expect(done.failure).toMatch(/over the limit/);
    expect(done.reports[0]?.base).toMatchObject({ state: "absent", revision: null });
  });

  test("pull_request_target is refused before anything is weighed", async () => {
    const pull = scene.github.state.pull(REPOSITORY, 11);
    const event = scene.events.pullRequestTarget(pull);
    const done = await scene.weigh(pull, { event });
    expect(done.failure).toMatch(/pull_request_target/);
    expect(done.reports).toEqual([]);
  });

  test("a branch that is ahead of the event is refused: its parent is not the base", async () => {
    const event = scene.pullEvent(scene.push({ "a.bin": noise(400 * KIB) }, 12));
    const ahead = scene.push({ "b.txt": "b" }, 12);
    const done = await scene.weigh(ahead, { event, workspace: scene.checkOutHead(ahead) });
    expect(done.failure).toMatch(/is no merge of [0-9a-f]{7}/);
    expect(done.failure).toContain("leave out its `ref`");
    expect(done.reports).toEqual([]);
  });

  test("the pull request's own branch, checked out, is refused: it lacks what main has got since", async () => {
    const pull = scene.github.state.pull(REPOSITORY, 11);
    const done = await scene.weigh(pull, { workspace: scene.checkOutHead(pull) });
    expect(done.failure).toMatch(/own branch was checked out/);
  });
});
