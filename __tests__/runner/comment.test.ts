import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { renderJson } from "../../src/render/json.js";
import { faults } from "../github-fake/faults.js";
import { sha, type Pull, type WorkflowRun } from "../github-fake/state.js";
import { zip } from "../github-fake/zip.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";
import { LABEL, REPOSITORY, Scene } from "./support.js";

const FORK = "stranger/app";

function report(app = ".", name = "torch", overrides: Partial<Report> = {}): Report {
  const base = makeSide([makeLayer("flask", 1)]);
  return makeReport(base, makeSide([makeLayer("flask", 1), makeLayer(name, 40)]), { app, ...overrides });
}

/** The links at the end of a comment: what they say, and where they lead. */
function linksIn(body = ""): (readonly [text: string, url: string])[] {
  const last = body.trimEnd().split("\n").at(-1) ?? "";
  return [...last.matchAll(/\[([^\]]*)\]\(([^)]*)\)/g)].map(([, text = "", url = ""]) => [text, url] as const);
}

let scene: Scene;
let pull: Pull;
let run: WorkflowRun;
beforeEach(async () => {
  scene = await Scene.open();
  const { state } = scene.github;
  state.addRepository(FORK, { fork: true });
  pull = state.addPull(REPOSITORY, { head: { repo: FORK, ref: "feature" } });
  run = state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
});
afterEach(() => scene.close());

/** Leaves an artifact of the run, as actions/upload-artifact does. */
function leave(name: string, ...files: readonly (readonly [name: string, content: string])[]): void {
  const entries = files.map(([path, content]) => ({ name: path, content: Buffer.from(content) }));
  scene.github.state.addArtifact(REPOSITORY, run.id, name, zip(entries));
}

const workflowRun = (inputs: Readonly<Record<string, string>> = {}) =>
  scene.comment({ event: scene.events.workflowRun(run.id), inputs });

describe("after a fork's run", () => {
  test("the report is rendered here, and posted on the pull request that GitHub names", async () => {
    leave("slugdiff", ["slugdiff-report.json", renderJson(report())]);
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(scene.comments).toEqual([expect.objectContaining({ issue: 7, user: "github-actions[bot]" })]);
    expect(scene.comments[0]?.body).toContain("torch");
    expect(done.outputs["comment-url"]).toContain(String(scene.comments[0]?.id));
  });

  test("several jobs' reports are one comment, with a section for each app", async () => {
    for (const app of ["web", "worker", "admin"])
      leave(`slugdiff-${app}`, ["slugdiff-report.json", renderJson(report(app))]);
    leave("coverage", ["coverage.json", "{}"]);
    const done = await workflowRun();
    expect(done.said.filter(({ level }) => level === "warning")).toEqual([]);
    expect(scene.comments).toHaveLength(1);
    for (const app of ["web", "worker", "admin"]) expect(scene.comments[0]?.body).toContain(app);
  });

  test("the link is to the run, where GitHub says whose it is, not to what calls itself a page", async () => {
    leave("slugdiff", ["slugdiff-report.json", renderJson(report())]);
    leave("slugdiff-report.html", ["slugdiff-report.html", "<h1>Log in again</h1>"]);
    await workflowRun();
    const link = `${scene.github.serverUrl}/${REPOSITORY}/actions/runs/${run.id}#artifacts`;
    expect(linksIn(scene.comments[0]?.body)).toEqual([["Summary and files of this run", link]]);
  });

  test("an older run never overwrites a newer one", async () => {
    leave("slugdiff", ["r.json", renderJson(report(".", "newer"))]);
    await workflowRun();
    run = scene.github.state.addRun(REPOSITORY, { id: run.id - 1, head: pull.head, event: "pull_request" });
    leave("slugdiff", ["r.json", renderJson(report(".", "older"))]);
    await workflowRun();
    expect(scene.comments).toHaveLength(1);
    expect(scene.comments[0]?.body).toContain("newer");
  });

  test("that has been pushed to since, nothing is written: it would be about another head", async () => {
    leave("slugdiff", ["r.json", renderJson(report())]);
    pull.head = { ...pull.head, sha: "b".repeat(40) };
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(scene.comments).toEqual([]);
  });

  test("whose branch has the same name and commit as another's, only that fork's pull request is meant", async () => {
    const { state } = scene.github;
    state.addRepository("other/app", { fork: true });
    state.addPull(REPOSITORY, { number: 8, head: { ...pull.head, repo: "other/app" } });
    leave("slugdiff", ["r.json", renderJson(report())]);
    await workflowRun();
    expect(scene.comments.map(({ issue }) => issue)).toEqual([7]);
  });

  test("with two pull requests of the same head, nobody is guessed at", async () => {
    scene.github.state.addPull(REPOSITORY, { number: 8, head: pull.head, base: { ref: "release" } });
    leave("slugdiff", ["r.json", renderJson(report())]);
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(scene.comments).toEqual([]);
    expect(done.said.map(({ text }) => text).join("\n")).toContain("#7 and #8");
  });

  test("a run about something else than a pull request is left alone", async () => {
    run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "push" });
    leave("slugdiff", ["r.json", renderJson(report())]);
    await workflowRun();
    expect(scene.comments).toEqual([]);
  });
});

test.each([
  ["the merge commit's parent was compared with", true, "3f2c1ab".padEnd(40, "0")],
  ["the workflow asked for another base", false, "v1.0"],
])("where %s, the comment says that the branch has moved on: %s", async (_, isSaid, ref) => {
  const base = makeSide([makeLayer("flask", 1)], { revision: { ref, sha: "3f2c1ab".padEnd(40, "0") } });
  leave("slugdiff", ["r.json", renderJson(makeReport(base, makeSide([makeLayer("torch", 40)])))]);
  await workflowRun();
  expect(scene.comments[0]?.body.includes("run the workflow again")).toBe(isSaid);
});

describe("a hostile report", () => {
  test.each<[string, string, RegExp]>([
    ["is no JSON", "<script>alert(1)</script>", /not JSON/],
    ["names a pull request", JSON.stringify({ ...report(), pullRequest: 1 }), /no report of Slugdiff/],
    [
      "does not add up",
      JSON.stringify({ ...report(), base: makeSide([], { total: { files: 1, disk: 1, compressed: 1, error: 0 } }) }),
      /no report|do not add up/,
    ],
  ])("that %s is left out, with a warning", async (_case, text, words) => {
    leave("slugdiff", ["r.json", text]);
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(scene.comments).toEqual([]);
    expect(done.said.find(({ level }) => level === "warning")?.text).toMatch(words);
  });

  test("does not keep the other jobs' from being shown, which say that one is missing", async () => {
    leave("slugdiff-bad", ["r.json", "no"]);
    leave("slugdiff-good", ["r.json", renderJson(report("web"))]);
    await workflowRun();
    expect(scene.comments[0]?.body).toContain("web");
    expect(scene.comments[0]?.body).toContain("slugdiff-bad");
  });

  test("with markup, mentions and commands in its names is text", async () => {
    const name = "<img src=x onerror=alert(1)> @octocat #1 [x](javascript:x) --> \n::set-output name=x::y";
    leave("slugdiff", ["r.json", renderJson(report(".", name))]);
    const done = await workflowRun();
    const [, ...lines] = (scene.comments[0]?.body ?? "").split("\n");
    // Between backquotes all is text.
    const rest = lines.join("\n").replace(/`[^`\n]*`/g, "");
    expect(rest).not.toMatch(/<img|@octocat|\]\(javascript|-->/);
    expect(done.said.every(({ text }) => !/^::/m.test(text))).toBe(true);
  });

  test("of 10,000 rows fits into a comment, its total true", async () => {
    const many = Array.from({ length: 10_000 }, (_, at) => makeLayer(`lib-${String(at)}`, 0.1));
    leave("slugdiff", ["r.json", renderJson(makeReport(makeSide([]), makeSide(many)))]);
    await workflowRun();
    expect(scene.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
    expect(scene.comments[0]?.body).toContain("+1,000.0 MiB");
  });

  test("of 200 MiB is not unpacked", async () => {
    leave("slugdiff", ["r.json", " ".repeat(300 * MIB)]);
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(scene.comments).toEqual([]);
  });

  test("can't approve itself", async () => {
    const message = "octocat approved.";
    const override: Report["override"] = { label: LABEL, state: "in-force", by: "octocat", message, lifts: [] };
    leave("slugdiff", ["r.json", renderJson(report(".", "torch", { override }))]);
    await workflowRun();
    expect(scene.comments[0]?.body).not.toContain("octocat");
  });
});

describe("after a run of one of our own branches", () => {
  beforeEach(() => {
    pull.head = { ...pull.head, repo: REPOSITORY };
    run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
  });

  test("the comment links to the page that it left", async () => {
    leave("slugdiff", ["slugdiff-report.json", renderJson(report())]);
    leave("slugdiff-report.html", ["slugdiff-report.html", "<h1>Slug</h1>"]);
    const done = await workflowRun();
    expect(done.said.filter(({ level }) => level === "warning")).toEqual([]);
    const [, page] = scene.github.state.repository(REPOSITORY).artifacts;
    const link = `${scene.github.serverUrl}/${REPOSITORY}/actions/runs/${run.id}/artifacts/${String(page?.id)}`;
    expect(linksIn(scene.comments[0]?.body)).toEqual([["The slug as a map", link]]);
  });

  test("and to each page of a matrix, by its name as text", async () => {
    for (const app of ["web", "worker"]) leave(`slugdiff-${app}`, ["r.json", renderJson(report(app))]);
    for (const name of ["slugdiff-report-web.html", "slugdiff-report-](x)<b>.html"]) leave(name, ["r.html", ""]);
    await workflowRun();
    expect(linksIn(scene.comments[0]?.body).map(([text]) => text)).toEqual([
      "slugdiff-report-&#93;(x)&#60;b&#62;.html",
      "slugdiff-report-web.html",
    ]);
  });

  test("without one it links to the run", async () => {
    leave("slugdiff", ["slugdiff-report.json", renderJson(report())]);
    await workflowRun();
    expect(linksIn(scene.comments[0]?.body)).toEqual([
      ["Summary and files of this run", expect.stringMatching(/#artifacts$/)],
    ]);
  });
});

test("in the same workflow, after a matrix, the comment goes to the run's own pull request", async () => {
  leave("slugdiff-web", ["r.json", renderJson(report("web"))]);
  await scene.comment({ event: scene.pullEvent(pull), run: run.id });
  expect(scene.comments.map(({ issue }) => issue)).toEqual([7]);
});

test("in the same workflow, a push that changes nothing in the slug sends nothing", async () => {
  leave("slugdiff-web", ["r.json", renderJson(report("web"))]);
  await scene.comment({ event: scene.pullEvent(pull), run: run.id });
  const before = scene.github.requests.length;

  const action = { action: "synchronize", before: pull.head.sha } as const;
  pull.head = { ...pull.head, sha: "b".repeat(40) };
  run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
  leave("slugdiff-web", ["r.json", renderJson(report("web"))]);
  const done = await scene.comment({ event: scene.pullEvent(pull, action), run: run.id });
  expect(done.outputs["comment-url"]).toContain(String(scene.comments[0]?.id));
  const sent = scene.github.requests.slice(before).map(({ method }) => method);
  expect(sent).not.toContain("PATCH");
});

describe("after a fork's push that changes nothing in the slug", () => {
  /** The run of a push: a new head, the same report. */
  function push(name: string): void {
    pull.head = { ...pull.head, sha: sha(name) };
    run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
    leave("slugdiff", ["r.json", renderJson(report())]);
  }

  /** Runs the comment action, and gives what it wrote. */
  async function writes(): Promise<readonly string[]> {
    const before = scene.github.requests.length;
    const done = await workflowRun();
    expect(done.outputs["comment-url"]).toContain(String(scene.comments[0]?.id));
    const sent = scene.github.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    return sent.filter((request) => !/^GET|graphql/.test(request));
  }

  test("nothing is sent", async () => {
    push("one");
    expect(await writes()).toHaveLength(1);
    push("two");
    expect(await writes()).toEqual([]);
    push("three");
    expect(await writes()).toEqual([]);
  });

  test("but by force, back to a head that an older run may yet speak about: the comment learns of the newer one", async () => {
    push("one");
    await writes();
    push("two");
    const late = run;
    push("three");
    await writes();
    push("two");
    expect(await writes()).toEqual([expect.stringContaining("PATCH")]);
    run = late;
    scene.github.state.repository(REPOSITORY).artifacts.splice(0);
    leave("slugdiff", ["r.json", renderJson(report(".", "older"))]);
    await workflowRun();
    expect(scene.comments[0]?.body).not.toContain("older");
  });
});

test("a push has nothing to comment on", async () => {
  const done = await scene.comment({ event: scene.events.push({ after: pull.head.sha }) });
  expect(done.failure).toBeNull();
  expect(scene.comments).toEqual([]);
});

test("a token that may not write is a warning, and the job is green", async () => {
  scene.github.state.addToken("reader", {
    permissions: { actions: "read", checks: "none", contents: "read", issues: "none", pull_requests: "read" },
  });
  leave("slugdiff", ["r.json", renderJson(report())]);
  const done = await scene.comment({ event: scene.events.workflowRun(run.id), token: "reader" });
  expect(done.failure).toBeNull();
  expect(done.said.find(({ level }) => level === "warning")?.text).toContain("pull-requests: write");
});

test.each([
  ["the pull request", /\/pulls\?/, "pull-requests: read"],
  ["the artifacts", /\/artifacts\?/, "actions: read"],
])(
  "where GitHub does not tell %s, that is a warning with the permission, and the job is green",
  async (_, path, words) => {
    leave("slugdiff", ["r.json", renderJson(report())]);
    scene.github.inject({ path, fault: faults.notFound() });
    const done = await workflowRun();
    expect(done.failure).toBeNull();
    expect(done.outputs["comment-url"]).toBe("");
    const warnings = done.said.filter(({ level }) => level === "warning").map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining(words)]);
  },
);

test("what the workflow itself has wrong is an error", async () => {
  expect((await workflowRun({ artifact: "slugdiff[" })).failure).toContain("artifact");
  expect((await scene.comment({ event: scene.events.pullRequestTarget(pull) })).failure).toContain(
    "pull_request_target",
  );
});

test("a job that has written about something else with the same key is a warning; a report that is posted again is not", async () => {
  leave("slugdiff", ["r.json", renderJson(report("web"))]);
  const again = { event: scene.pullEvent(pull), run: run.id };
  await scene.comment(again);
  leave("slugdiff-other", ["r.json", renderJson(report("worker"))]);
  const inputs = { artifact: "slugdiff-other" };
  const warnings = async (options: Parameters<Scene["comment"]>[0]): Promise<readonly string[]> =>
    (await scene.comment(options)).said.filter(({ level }) => level === "warning").map(({ text }) => text);
  expect(await warnings({ ...again, inputs })).toEqual([expect.stringContaining("a comment-key of its own")]);
  expect(await warnings({ event: scene.events.workflowRun(run.id), inputs: { artifact: "slugdiff" } })).toEqual([]);
});
