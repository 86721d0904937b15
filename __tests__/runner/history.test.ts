import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readRecord } from "../../src/history/record.js";
import { KIB } from "../../src/model/bytes.js";
import { runAction } from "../../src/runner/run.js";
import type { Pull } from "../github-fake/state.js";
import { git } from "../revisions/fixtures.js";
import { startResultsService, type ResultsService } from "../store/results-service.js";
import { noise, REPOSITORY, Scene, type Done, type RunOptions } from "./support.js";

const BRANCH = "slugdiff-history";
const FILE = "slugdiff-history.json";

let scene: Scene;
let service: ResultsService;
/** Commits of main, each a minute after the one before, and 100 KiB larger. */
const commits: string[] = [];
beforeAll(async () => {
  [scene, service] = await Promise.all([Scene.open(), startResultsService()]);
});
afterAll(async () => {
  await Promise.all([scene.close(), service.close()]);
});

function advance(): string {
  const count = commits.length + 1;
  const date = `2026-11-22T12:${String(count).padStart(2, "0")}:00Z`;
  const sha = scene.advanceMain({ [`model-${String(count)}.bin`]: noise(100 * KIB) }, date);
  commits.push(sha);
  return sha;
}

/** A run about a commit of main, in a clone of that commit alone. */
function push(sha: string, options: Partial<RunOptions> = {}): Promise<Done> {
  service.scopes = ["refs/heads/main"];
  return scene.run(runAction, {
    event: scene.events.push({ after: sha }),
    workspace: scene.checkOutMain(sha),
    ...options,
    env: { ...service.env("v2"), GITHUB_SHA: sha },
  });
}

/** A run about a pull request, in the clone of its merge commit that was made when it was opened. */
function weighPull({ pull, workspace }: Opened, options: Partial<RunOptions> = {}): Promise<Done> {
  service.scopes = [`refs/pull/${String(pull.number)}/merge`, "refs/heads/main"];
  return scene.weigh(pull, { workspace, ...options, env: service.env("v2") });
}

interface Opened {
  readonly pull: Pull;
  readonly workspace: string;
}

function openPull(number: number): Opened {
  const pull = scene.push({ "added.bin": noise(200 * KIB) }, number);
  return { pull, workspace: scene.checkOutMerge(pull) };
}

const shown = ({ reports }: Done): string[] => (reports[0]?.history ?? []).map(({ sha }) => sha);
const commentOn = (number: number): string => scene.comments.find(({ issue }) => issue === number)?.body ?? "";
const kept = (): string[] =>
  service.entries.map(({ key }) => key).filter((key) => key.startsWith("slugdiff-history-1-"));
const TREND = /^Default branch, last (\d+) weighed commits: [\d.]+ MiB → [\d.]+ MiB [▁-█]+$/m;

describe("in the Actions cache", () => {
  let opened: Opened;

  test.each([1, 2, 3])(
    "commit %d of the default branch is remembered, and shown with those before it",
    async (count) => {
      const done = await push(advance());
      expect(done.failure).toBeNull();
      expect(shown(done)).toEqual(commits);
      expect(kept()).toHaveLength(count);
      const [report] = done.reports;
      const last = report?.history.at(-1);
      expect(last).toMatchObject({ date: `2026-11-22T12:0${String(count)}:00Z`, subject: "x" });
      expect(last?.total.compressed).toBe(report?.head.total?.compressed);
      if (count > 1) expect(last?.changes).toMatchObject([{ kind: "app", delta: { files: 1 } }]);
      // Below three commits there is no trend to tell.
      expect(TREND.exec(done.summary)?.[1]).toBe(count < 3 ? undefined : "3");
      if (count === 3) expect(done.summary).toContain("| commit | date |");
    },
  );

  test("a run about the same commit that finds the same adds nothing", async () => {
    const done = await push(commits[2] ?? "");
    expect(shown(done)).toEqual(commits);
    expect(kept()).toHaveLength(3);
  });

  test("a pull request shows them in its comment, and adds none", async () => {
    opened = openPull(7);
    const done = await weighPull(opened);
    expect(shown(done)).toEqual(commits);
    expect(TREND.exec(commentOn(7))?.[1]).toBe("3");
    expect(kept()).toHaveLength(3);
  });

  test("and the same ones when main has moved on: they end at its base", async () => {
    const before = TREND.exec(commentOn(7))?.[0];
    expect(shown(await push(advance()))).toEqual(commits);
    const done = await weighPull(opened);
    expect(shown(done)).toEqual(commits.slice(0, 3));
    expect(TREND.exec(commentOn(7))?.[0]).toBe(before);
  });

  test("an older run that ends later takes nothing from a newer one's", async () => {
    const [older, newer] = [advance(), advance()];
    await push(newer);
    // Of commits, not of runs: the older commit's history does not have the newer one.
    expect(shown(await push(older))).toEqual(commits.slice(0, 5));
    expect(shown(await push(newer))).toEqual(commits);
  });

  test("of two runs that save at once, neither of which sees the other's, the next one has both", async () => {
    const [one, other] = [advance(), advance()];
    await push(one);
    const at = service.entries.findLastIndex(({ key }) => key === kept().at(-1));
    const hidden = service.entries.splice(at, 1);
    expect(shown(await push(other))).not.toContain(one);
    service.entries.splice(at, 0, ...hidden);
    await push(advance());
    expect(shown(await push(commits.at(-1) ?? ""))).toEqual(commits);
  });

  test("a run that has weighed something else than its event is about is not remembered", async () => {
    const before = kept().length;
    await push(commits[5] ?? "", { workspace: scene.checkOutMain(commits[0] ?? "") });
    await push(commits[5] ?? "", { event: scene.events.push({ after: commits[5] ?? "", ref: "refs/heads/feature" }) });
    expect(kept()).toHaveLength(before);
  });

  test.each(["evicted", "cut short"])("where it was %s it is begun anew", async (how) => {
    for (const entry of service.entries)
      if (how === "cut short") entry.archive = entry.archive?.subarray(0, 50) ?? null;
    if (how === "evicted") service.entries.length = 0;
    const pull = await weighPull(opened);
    expect(pull.failure).toBeNull();
    expect(shown(pull)).toEqual([]);
    expect(shown(await push(commits[4] ?? ""))).toEqual([commits[4]]);
    expect(shown(await push(commits[5] ?? ""))).toEqual(commits.slice(4, 6));
  });

  test("nothing is asked of a cache that is switched off", async () => {
    service.calls.length = 0;
    const done = await push(commits[5] ?? "", { inputs: { cache: "false" } });
    expect(shown(done)).toEqual([]);
    expect(service.calls).toEqual([]);
  });
});

describe("on a branch of its own", () => {
  const inputs = { "history-branch": BRANCH };
  const inFile = (): string[] => {
    const points = readRecord(`${git(scene.repository, ["show", `${BRANCH}:${FILE}`])}\n`)?.get(".") ?? [];
    return points.map(({ sha }) => sha);
  };

  test("it is made, and each run commits to it", async () => {
    const entries = kept().length;
    expect(shown(await push(commits[0] ?? "", { inputs }))).toEqual(commits.slice(0, 1));
    expect(shown(await push(commits[1] ?? "", { inputs }))).toEqual(commits.slice(0, 2));
    expect(inFile()).toEqual(commits.slice(0, 2));
    expect(git(scene.repository, ["log", "--format=%s", BRANCH]).split("\n")).toEqual([
      ...[commits[1], commits[0]].map((sha) => `Remember what ${sha?.slice(0, 7) ?? ""} weighs`),
    ]);
    expect(kept()).toHaveLength(entries);
  });

  test("runs that end at the same time lose nothing", async () => {
    await Promise.all(commits.slice(2, 5).map((sha) => push(sha, { inputs })));
    expect(inFile()).toEqual(commits.slice(0, 5));
  });

  test("who may only read shows it; on main a warning names what is lacking", async () => {
    scene.github.state.addToken("reader", { permissions: { contents: "read", pull_requests: "read" } });
    const done = await weighPull(openPull(8), { inputs, token: "reader" });
    expect(done.failure).toBeNull();
    expect(shown(done)).toEqual(commits.slice(0, 5));
    const onMain = await push(commits[5] ?? "", { inputs, token: "reader" });
    expect(onMain.failure).toBeNull();
    const warnings = onMain.said.filter(({ level }) => level === "warning").map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining("`contents: write`")]);
    expect(inFile()).toEqual(commits.slice(0, 5));
  });

  test("a branch that is something else's is left alone", async () => {
    const refused = await push(commits[0] ?? "", { inputs: { "history-branch": "main" } });
    expect(refused.failure).toContain("the default branch");
    const { branches } = scene.github.state.repository(REPOSITORY);
    branches.set("develop", commits[0] ?? "");
    const done = await push(commits[0] ?? "", { inputs: { "history-branch": "develop" } });
    expect(done.failure).toBeNull();
    const warnings = done.said.filter(({ level }) => level === "warning").map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining("was made for something else")]);
    expect(branches.get("develop")).toBe(commits[0]);
  });
});
