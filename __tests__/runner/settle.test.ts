import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createGitHub } from "../../src/github/github.js";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { readMarker } from "../../src/publish/marker.js";
import { renderJson } from "../../src/render/json.js";
import type { Actions } from "../../src/runner/actions.js";
import { settle } from "../../src/runner/settle.js";
import { faults } from "../github-fake/faults.js";
import type { Pull } from "../github-fake/state.js";
import { zip } from "../github-fake/zip.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";
import { LABEL, REPOSITORY, Scene, type Done } from "./support.js";

/** The commit that a merge commit is compared with, which no ref need name. */
const PARENT = "b".repeat(40);

/** A change of so many MiB that the rules refuse. */
function refused(growth: number, app = "."): Report {
  const flask = makeLayer("flask", 100);
  const base = makeSide([flask], { revision: { ref: PARENT, sha: PARENT } });
  const report = makeReport(base, makeSide([flask, makeLayer("torch", growth)]), { app });
  const finding = {
    rule: "max-increase",
    status: "fail",
    message: "Too much.",
    value: growth * MIB,
    limit: 20 * MIB,
  } as const;
  return {
    ...report,
    config: { ...report.config, "noise-floor": "64K" },
    verdict: { status: "fail", findings: [...report.verdict.findings, finding] },
  };
}

let scene: Scene;
let pull: Pull;
beforeEach(async () => {
  scene = await Scene.open();
  const { state } = scene.github;
  state.repository(REPOSITORY).roles.set("octocat", "write");
  pull = state.addPull(REPOSITORY);
});
afterEach(() => scene.close());

/** A run that weighed this, and the comment that comes of it. */
function weighed(...reports: readonly Report[]): Promise<Done> {
  const run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
  const entries = reports.map((report, at) => ({
    name: `${String(at)}.json`,
    content: Buffer.from(renderJson(report)),
  }));
  scene.github.state.addArtifact(REPOSITORY, run.id, "slugdiff", zip(entries));
  return scene.comment({ event: scene.events.workflowRun(run.id) });
}

const body = (): string => scene.comments[0]?.body ?? "";

describe("where GitHub does not say who applied the label", () => {
  test("the approval is neither in force, nor forgotten, nor widened to what was weighed meanwhile", async () => {
    await weighed(refused(40));
    scene.github.state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
    await weighed(refused(40));
    expect(body()).toContain("octocat approved");

    scene.github.inject({ path: /issues\/7\/events/, fault: faults.forbidden() });
    const unknown = await weighed(refused(80));
    expect(unknown.said.find(({ level }) => level === "warning")?.text).toContain(LABEL);
    expect(body()).not.toContain("octocat approved");
    expect(readMarker(body())?.approval?.apps["."]?.delta).toBe(40 * MIB);

    await weighed(refused(80));
    expect(body()).toContain("has grown by");
  });

  test("what is weighed meanwhile does not become what a label was applied to", async () => {
    await weighed(refused(40));
    scene.github.state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
    scene.github.inject({ path: /issues\/7\/events/, fault: faults.forbidden() });
    await weighed(refused(80));
    await weighed(refused(80));
    expect(body()).toContain("nothing had been weighed");
  });
});

test("where the base branch can't be asked for, an approval still counts", async () => {
  await weighed(refused(40));
  scene.github.state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
  scene.github.inject({ path: /branches\/main/, fault: faults.unprocessable(), times: 9 });
  const done = await weighed(refused(40));
  expect(done.said.map(({ text }) => text).join("\n")).toContain("moved on could not be asked");
  expect(body()).toContain("octocat approved");
});

describe("a matrix, whose jobs do not comment", () => {
  test("an approval that the one comment remembers counts in each job, for its own app", async () => {
    const { state } = scene.github;
    await weighed(refused(40, "api"), refused(30, "web"));
    state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
    await weighed(refused(40, "api"), refused(30, "web"));

    const { apiUrl } = scene.github;
    const repository = { owner: "acme", name: "app" };
    const { signal } = new AbortController();
    const github = createGitHub({ token: "job", apiUrl, repository, signal, log: () => undefined });
    const job = async (report: Report): Promise<string> => {
      const publishing = { comment: "never", key: report.app, overrideLabel: LABEL } as const;
      const unsettled = { weighed: [report], pullRequest: 7, publishing, applied: null, comparesWithTip: false };
      const { reports } = await settle(unsettled, github, {} as Actions);
      return reports.map(({ verdict }) => verdict.status).join();
    };
    expect(await job(refused(40, "api"))).toBe("warn");
    expect(await job(refused(30, "web"))).toBe("warn");
    expect(await job(refused(40, "web"))).toBe("fail");
    expect(await job(refused(1, "new"))).toBe("fail");
  });
});
