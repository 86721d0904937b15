import { EventEmitter, once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { renderJson } from "../../src/render/json.js";
import type { Pull, ReviewComment } from "../github-fake/state.js";
import { zip } from "../github-fake/zip.js";
import { makeAdvice, makeLayer, makeReport, makeSide } from "../render/make-report.js";
import { createWorld, make, serve, type Index, type World } from "../resolve/support.js";
import { emptyCacheHome, REPOSITORY, Scene, type Done } from "./support.js";

let scene: Scene;
afterEach(() => scene.close());

const suggestions = (): readonly ReviewComment[] => scene.github.state.repository(REPOSITORY).reviewComments;
const warnings = ({ said }: Done): string[] => said.filter(({ level }) => level === "warning").map(({ text }) => text);
/** What GitHub's button would put there. */
const suggested = (): (string | undefined)[] =>
  suggestions().map(({ body }) => /^```suggestion\n(.*?)^```$/ms.exec(body)?.[1]);

describe("a pull request that adds what is too large", () => {
  let world: World;
  let index: Index;
  const cacheHome = emptyCacheHome();
  beforeAll(async () => {
    world = await createWorld();
    // As the real ones, but for their weight.
    const files = await make(world, [
      { name: "web", version: "1.0", bytes: 20_000 },
      { name: "opencv-python", version: "4.10.0", bytes: 300_000 },
      { name: "opencv-python", version: "4.11.0", bytes: 300_000 },
      { name: "opencv-python-headless", version: "4.10.0", bytes: 100_000 },
      { name: "opencv-python-headless", version: "4.11.0", bytes: 100_000 },
      { name: "mkl", version: "2025.0", bytes: 700_000 },
    ]);
    index = await serve(files);
  });
  afterAll(async () => {
    index.close();
    await world.remove();
  });
  beforeEach(async () => {
    const files = {
      ".python-version": `${world.target.python.minor}\n`,
      "requirements.txt": manifest("mkl==2025.0", "web==1.0"),
    };
    scene = await Scene.open(files, cacheHome);
  });

  const manifest = (...requirements: readonly string[]): string =>
    ["--index-url", index.url].join(" ") + `\n${requirements.join("\n")}\n`;
  const withOpenCv = (version: string) => ({
    "requirements.txt": manifest("mkl==2025.0", "web==1.0", `opencv-python==${version}`),
  });
  const weigh = (pull: Pull, inputs: Record<string, string> = { suggest: "true" }, token = "job"): Promise<Done> =>
    scene.weigh(pull, { inputs, token });

  test("gets a suggestion on its own line, once, and none on a line that was there", async () => {
    const first = await weigh(scene.push(withOpenCv("4.10.0")));
    expect(warnings(first)).toEqual([]);
    expect(first.reports[0]?.advice.map(({ id }) => id)).toEqual(["without-mkl", "opencv-headless"]);
    expect(suggestions()).toEqual([
      expect.objectContaining({ issue: 7, path: "requirements.txt", startLine: null, line: 4 }),
    ]);
    expect(suggested()).toEqual(["opencv-python-headless==4.10.0\n"]);
    expect(suggestions()[0]?.body).toMatch(
      /\*\*Replace `opencv-python` by `opencv-python-headless`: −0\.1 MiB \(measured\)/,
    );

    // Neither another run nor another push says it again, wherever the line is by then.
    const pull = scene.push({ "page.html": "<p>more\n" });
    await weigh(pull);
    await weigh(pull);
    const moved = manifest("mkl==2025.0", "# images", "web==1.0", "opencv-python==4.10.0");
    await weigh(scene.push({ "requirements.txt": moved }));
    expect(suggestions()).toHaveLength(1);

    await weigh(scene.push(withOpenCv("4.11.0")));
    expect(suggested()).toEqual(["opencv-python-headless==4.10.0\n", "opencv-python-headless==4.11.0\n"]);
  });

  test("asks GitHub for nothing more where that is not wanted", async () => {
    await weigh(scene.push(withOpenCv("4.10.0")), {});
    expect(suggestions()).toEqual([]);
    expect(scene.github.requests.filter(({ path }) => /\/(?:files|reviews)/.test(path))).toEqual([]);
  });

  test("gets none where the base has moved on, and the lines have other numbers by now", async () => {
    const pull = scene.push(withOpenCv("4.10.0"));
    scene.advanceMain({ "requirements.txt": manifest("# the site", "mkl==2025.0", "web==1.0") });
    const done = await weigh(pull);
    expect(done.reports[0]?.advice.map(({ id }) => id)).toContain("opencv-headless");
    expect(warnings(done)).toEqual([]);
    expect(suggestions()).toEqual([]);
  });

  test("gets one where two runs look at the same time", async () => {
    const pull = scene.push(withOpenCv("4.10.0"));
    const arrived = new EventEmitter();
    const both = once(arrived, "both");
    let waiting = 0;
    const before = async (): Promise<void> => {
      if (++waiting === 2) arrived.emit("both");
      await both;
    };
    scene.github.inject({ method: "POST", path: /\/pulls\/7\/reviews$/, times: 2, before });
    await Promise.all([weigh(pull), weigh(pull)]);
    expect(waiting).toBe(2);
    expect(suggestions()).toHaveLength(1);
  });

  test("with a token that may only read, is told what is missing, and weighed all the same", async () => {
    scene.github.state.addToken("reads", { permissions: { contents: "read", pull_requests: "read" } });
    const done = await weigh(scene.push(withOpenCv("4.10.0")), { suggest: "true", comment: "never" }, "reads");
    expect(done.failure).toBeNull();
    expect(warnings(done)).toEqual([expect.stringMatching(/could not be suggested.*`pull-requests: write`/)]);
  });

  test("that was pushed to meanwhile gets none: the lines are of another commit", async () => {
    const pull = scene.push(withOpenCv("4.10.0"));
    const [event, workspace] = [scene.pullEvent(pull), scene.checkOutMerge(pull)];
    scene.push({ "page.html": "<p>more\n" });
    const done = await scene.weigh(pull, { event, workspace, inputs: { suggest: "true" } });
    expect(done.failure).toBeNull();
    expect(suggestions()).toEqual([]);
  });
});

describe("a stranger's report", () => {
  const OWN = "xgboost==3.4.1";
  const STEP = { kind: "diff" as const, file: "requirements.txt", note: null };
  let pull: Pull;
  beforeEach(async () => {
    scene = await Scene.open({ "requirements.txt": "flask==3.1.0\n" });
    scene.github.state.addRepository("stranger/app", { fork: true });
    pull = scene.push({ "requirements.txt": `flask==3.1.0\n${OWN}\n` });
    pull.head = { ...pull.head, repo: "stranger/app" };
  });

  /** Has the comment action read a report in which the advice has this step. */
  async function commented(step: Report["advice"][number]["remedy"]["steps"][number], app = "."): Promise<Done> {
    const head = makeSide([makeLayer("flask", 1), makeLayer("xgboost", 60)]);
    const remedy = { possible: true as const, because: null, steps: [step] };
    const report = makeReport(makeSide([makeLayer("flask", 1)]), head, {
      app,
      advice: [makeAdvice(head, 40, 0, { remedy })],
    });
    const run = scene.github.state.addRun(REPOSITORY, { head: pull.head, event: "pull_request" });
    const archive = zip([{ name: "slugdiff-report.json", content: Buffer.from(renderJson(report)) }]);
    scene.github.state.addArtifact(REPOSITORY, run.id, "slugdiff", archive);
    return scene.comment({ event: scene.events.workflowRun(run.id), inputs: { suggest: "true" } });
  }

  /** A step that puts other lines in the place of one. */
  const changing = (gone: string, come: readonly string[], line = 2) => ({
    ...STEP,
    lines: [`-${gone}`, ...come.map((each) => `+${each}`)],
    hunks: [{ line, lines: 1 + come.length }],
  });

  test("leads to a suggestion on the fork's own line", async () => {
    const done = await commented(changing(OWN, ["xgboost-cpu==3.4.1"]));
    expect(warnings(done)).toEqual([]);
    expect(suggested()).toEqual(["xgboost-cpu==3.4.1\n"]);
  });

  test.each<[string, string, readonly string[], number, string]>([
    ["a line that was there before", "flask==3.1.0", ["evil"], 1, "."],
    ["a line that says something else", "xgboost", ["evil"], 2, "."],
    ["a file that the pull request does not change", OWN, ["evil"], 2, ".github/workflows/.."],
    ["characters that nobody sees", OWN, ["flask\u202e"], 2, "."],
  ])("leads to none on %s", async (_, gone, come, line, app) => {
    await commented(changing(gone, come, line), app);
    expect(suggestions()).toEqual([]);
  });

  test("can't end the suggestion before its end", async () => {
    const come = ["```", "@everyone <img src=x>", "````"];
    await commented(changing(OWN, come));
    expect(suggestions()[0]?.body).toContain(`\`\`\`\`\`suggestion\n${come.join("\n")}\n\`\`\`\`\``);
  });
});
