import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readEvent } from "../../src/events/event.js";
import { createGitHub, type GitHub } from "../../src/github/github.js";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { readMarker } from "../../src/publish/marker.js";
import { renderJson } from "../../src/render/json.js";
import type { Actions } from "../../src/runner/actions.js";
import { byEvent, NO_HEAD } from "../../src/runner/labelled-head.js";
import { settle } from "../../src/runner/settle.js";
import { faults } from "../github-fake/faults.js";
import { sha, type Pull } from "../github-fake/state.js";
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

type Action = NonNullable<Parameters<Scene["pullEvent"]>[1]>;

/** GitHub, as a job sees it. */
function client(): GitHub {
  const { apiUrl } = scene.github;
  const repository = { owner: "acme", name: "app" };
  const { signal } = new AbortController();
  return createGitHub({ token: "job", apiUrl, repository, signal, log: () => undefined });
}

/** Pushes a new head. */
function push(name: string): void {
  scene.github.state.wait(10);
  pull.head = { ...pull.head, sha: sha(name) };
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
    push("grown");
    await weighed(refused(80));
    await weighed(refused(80));
    expect(body()).toContain("nothing had been weighed");
  });
});

describe("what a label was applied to is the same in the check as in the comment of another workflow", () => {
  /**
   * What comes of a run about the pull request: of the job that weighs, by the event that started it, and of the comment.
   * @param meanwhile what happens after the run has started
   */
  async function settled(action: Action, growth: number, meanwhile: () => void = () => undefined) {
    const { name, payload } = scene.pullEvent(pull, action);
    const event = readEvent(name, payload);
    if (event.kind !== "pull-request") throw new Error("It is about a pull request.");
    const run = scene.github.state.addRun(REPOSITORY, { head: pull.head });
    meanwhile();
    const publishing = {
      comment: "never",
      key: ".",
      suggest: false,
      overrideLabel: LABEL,
      historyBranch: null,
    } as const;
    const isAppliedToHead = byEvent(event, (label) => label === LABEL);
    const unsettled = {
      weighed: [refused(growth)],
      pullRequest: 7,
      publishing,
      isAppliedToHead,
      comparesWithTip: false,
    };
    const { reports } = await settle(unsettled, client(), {} as Actions);
    // The report that is left has the approval in it.
    const entry = { name: "slugdiff-report.json", content: Buffer.from(reports.map(renderJson).join("")) };
    scene.github.state.addArtifact(REPOSITORY, run.id, "slugdiff", zip([entry]));
    await scene.comment({ event: scene.events.workflowRun(run.id) });
    const commented = /^### (\S+)/m.exec(body())?.[1];
    return { check: reports[0]?.verdict.status, comment: commented === "🔴" ? "fail" : "warn" };
  }

  const applyLabel = (): void => {
    scene.github.state.label(REPOSITORY, 7, "labeled", LABEL, "octocat");
  };
  const labeled = { action: "labeled", label: LABEL } as const;
  const pushed = { action: "synchronize", before: sha("before") } as const;
  const approved = { check: "warn", comment: "warn" };
  const refusedBoth = { check: "fail", comment: "fail" };

  test.each<[string, Action]>([
    ["the run of its opening", { action: "opened" }],
    ["the run of the label", labeled],
  ])("it was set when the pull request was opened: the first head, in %s", async (_, action) => {
    applyLabel();
    expect(await settled(action, 40)).toEqual(approved);
    push("grown");
    expect(await settled(pushed, 80)).toEqual(refusedBoth);
    expect(body()).toContain("has grown by");
  });

  test("it is not there any more when the comment is written: the report's own word for it does not count", async () => {
    applyLabel();
    const { state } = scene.github;
    const remove = (): unknown => state.label(REPOSITORY, 7, "unlabeled", LABEL, "octocat");
    scene.github.inject({ path: /\/actions\/runs\/\d+\/artifacts/, before: () => void remove() });
    expect(await settled(labeled, 40)).toEqual({ check: "warn", comment: "fail" });
    expect(body()).not.toContain("octocat");
  });

  test("it was applied while the first run was under way: the head that this run weighs", async () => {
    expect(await settled({ action: "opened" }, 40, applyLabel)).toEqual(approved);
  });

  test("it was applied while the first run for a pushed head was under way: that head", async () => {
    await settled({ action: "opened" }, 40);
    push("grown");
    expect(await settled(pushed, 80, applyLabel)).toEqual(approved);
  });

  test("the run of a push was cancelled by that of the label: the pushed head", async () => {
    await settled({ action: "opened" }, 40);
    push("grown");
    scene.github.state.addRun(REPOSITORY, { head: pull.head, conclusion: "cancelled" });
    applyLabel();
    expect(await settled(labeled, 80)).toEqual(approved);
  });

  test("the run of the label was cancelled by that of a push: what the comment had shown", async () => {
    await settled({ action: "opened" }, 40);
    applyLabel();
    scene.github.state.addRun(REPOSITORY, { head: pull.head, conclusion: "cancelled" });
    push("grown");
    expect(await settled(pushed, 80)).toEqual(refusedBoth);
    expect(body()).toContain("has grown by");
  });

  test("nothing had been weighed of the head that it was applied to: nothing is approved", async () => {
    applyLabel();
    push("grown");
    expect(await settled(pushed, 80)).toEqual(refusedBoth);
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

    const github = client();
    const job = async (report: Report): Promise<string> => {
      const publishing = {
        comment: "never",
        key: report.app,
        suggest: false,
        overrideLabel: LABEL,
        historyBranch: null,
      } as const;
      const unsettled = {
        weighed: [report],
        pullRequest: 7,
        publishing,
        isAppliedToHead: NO_HEAD,
        comparesWithTip: false,
      };
      const { reports } = await settle(unsettled, github, {} as Actions);
      return reports.map(({ verdict }) => verdict.status).join();
    };
    expect(await job(refused(40, "api"))).toBe("warn");
    expect(await job(refused(30, "web"))).toBe("warn");
    expect(await job(refused(40, "web"))).toBe("fail");
    expect(await job(refused(1, "new"))).toBe("fail");
  });
});
