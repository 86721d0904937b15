import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { SILENT } from "../../src/ports.js";
import { createTools } from "../../src/tools/tools.js";
import { CUTOFF, openWorld, reportOf, repositoryOf, slugdiff, type Ran, type World } from "../acceptance/support.js";
import { temporary } from "../revisions/fixtures.js";

const MAKE = fileURLToPath(new URL("./make_tflite.py", import.meta.url));

let world: World;
let cacheDir: string;
let model: Buffer;
let repo: string;

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  const scratch = temporary();
  const { signal } = new AbortController();
  const toolsDir = join(cacheDir, "tools");
  const { path } = await createTools({ scratch, progress: SILENT, signal, env: process.env, toolsDir }).quantizer();
  execFileSync(path, ["-I", "-B", MAKE, join(scratch, "dense.tflite")]);
  model = readFileSync(join(scratch, "dense.tflite"));
  repo = repositoryOf({
    "requirements.txt": "six==1.17.0\n",
    ".python-version": `${world.python}\n`,
    "models/dense.tflite": model,
    "models/copy.tflite": model,
    "models/broken.tflite": "nothing of the kind",
  }).path;
}, 240_000);
afterAll(() => {
  world.close();
});

const whatIf = (...args: readonly string[]): Promise<Ran> =>
  slugdiff(["what-if", "--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF, ...args]);

/** Bytes on disk of a file of the app that differs. */
function diskOf({ diff }: Report, path: string): number {
  return diff.files.find((file) => file.path === path)?.delta.disk ?? 0;
}

test.each([
  ["int8", 1],
  ["float16", 2],
] as const)(
  "stored as %s, each weight takes its bytes, and nothing else of the app changes",
  async (weights, bytes) => {
    const ran = await whatIf("--quantise", "models/dense.tflite", "--weights", weights, "--format", "json");
    const report = reportOf(ran);
    const after = model.length + diskOf(report, "models/dense.tflite");
    // 512 by 512 weights; the graph around them is some kilobytes.
    expect(after).toBeGreaterThan(512 * 512 * bytes);
    expect(after).toBeLessThan(512 * 512 * bytes + 16 * 1024);
    expect(report.diff.files.map(({ path }) => path)).toEqual(["models/dense.tflite"]);
    expect(report.diff.layers.filter(({ change }) => change !== "unchanged").map(({ name }) => name)).toEqual(["app"]);
    expect(report.head.layers.find(({ name }) => name === "app")?.measure).toBe("measured");
    // It runs code of the model: said before it is done, and in the report.
    expect(ran.stderr).toMatch(/Quantising models\/dense\.tflite: to load a model can run code in it/);
    const [made, tried] = report.notes.filter((note) => note.includes("dense.tflite"));
    expect(made).toMatch(
      new RegExp(`was quantised, weights as ${weights}, by ai-edge-quantizer \\d.*; it was loaded `),
    );
    const moved = Number(/moved by up to (\S+) %/.exec(tried ?? "")?.[1]);
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(weights === "int8" ? 5 : 0.1);
  },
);

test("several models, beside a change of requirements", async () => {
  const models = ["--quantise", "models/dense.tflite", "--quantise", "./models/copy.tflite"];
  const report = reportOf(await whatIf(...models, "--replace", "six=idna==3.11", "--format", "json"));
  expect(report.diff.files.map(({ path }) => path).sort()).toEqual(["models/copy.tflite", "models/dense.tflite"]);
  const changed = report.diff.layers.filter(({ change }) => change !== "unchanged").map(({ name }) => name);
  expect(changed.sort()).toEqual(["app", "idna", "six"]);
  expect(report.notes.filter((note) => note.includes("was quantised"))).toHaveLength(2);
});

test("a model that can't be quantised is said of the side that would be, with the last words of the quantizer", async () => {
  const ran = await whatIf("--quantise", "models/broken.tflite", "--format", "json");
  expect(ran.status).toBe(2);
  const { base, head } = reportOf(ran);
  expect(base.state).toBe("weighed");
  expect(head).toMatchObject({ state: "unweighable", problem: { step: "quantise" } });
  expect(head.problem?.message).toBe("models/broken.tflite could not be quantised.");
  expect(head.problem?.details.join("\n")).toMatch(/error: /i);
});

test("a Keras model needs the app's own TensorFlow", async () => {
  const { path } = repositoryOf({
    "requirements.txt": "six==1.17.0\n",
    ".python-version": `${world.python}\n`,
    "m.keras": "stands for one",
  });
  const ran = await whatIf("--repo", path, "--quantise", "m.keras", "--format", "json");
  const { head } = reportOf(ran);
  expect(head.problem?.message).toContain("the app has no TensorFlow to convert it with");
});

test.each([
  [["models/nothing.tflite"], "The app has no models/nothing.tflite."],
  [
    ["models/dense.tflite", "models/dense.tflite"],
    "models/dense.tflite and models/dense.tflite would come in the same place.",
  ],
])("%j is a mistake, told in a line and a hint", async (models, message) => {
  const ran = await whatIf(...models.flatMap((model) => ["--quantise", model]));
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toMatch(/slugdiff: .+\nHint: .+\n$/);
  expect(ran.stderr).toContain(message);
});
