import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mib } from "../../src/model/format.js";
import type { Report } from "../../src/model/report.js";
import type { Weight } from "../../src/model/weight.js";
import { SILENT, type Context } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";
import { createTools } from "../../src/tools/tools.js";
import {
  CUTOFF,
  layer,
  openWorld,
  reportOf,
  repositoryOf,
  slugdiff,
  type Files,
  type World,
} from "../acceptance/support.js";
import { temporary } from "../revisions/fixtures.js";

const MAKE = fileURLToPath(new URL("../quantise/make_keras.py", import.meta.url));
const TENSORFLOW = "tensorflow-cpu==2.18.0";

/** Of the classifier: what of it LiteRT's quantizer stores in fewer bytes, all but the biases. */
const WEIGHTS = 5_200_000;

let world: World;
let cacheDir: string;
let repo: string;
const rows: (readonly string[])[] = [];

beforeAll(async () => {
  world = await openWorld("3.12");
  cacheDir = world.emptyCache();
  const out = join(temporary(), "models");
  mkdirSync(out);
  await makeModels(out);
  repo = repositoryOf({
    "requirements.txt": `Flask==3.1.2\ngunicorn==23.0.0\n${TENSORFLOW}\n`,
    ".python-version": "3.12\n",
    "app.py": "import tensorflow\n",
    ...filesIn(out, "models"),
  }).path;
});
afterAll(() => {
  process.stdout.write(`\n${table()}\n`);
  world.close();
});

async function makeModels(out: string): Promise<void> {
  const { signal } = new AbortController();
  const toolsDir = join(cacheDir, "tools");
  const context: Context = { scratch: temporary(), progress: SILENT, signal, env: process.env, toolsDir };
  const python = await new Interpreters(context).find("3.12");
  if (python === null) throw new Error("the slow tests need a CPython 3.12");
  const uses = ["--python", python.path, "--exclude-newer", CUTOFF, "--with", TENSORFLOW];
  const args = ["run", "--quiet", "--no-project", "--no-build", ...uses, "python", MAKE, out];
  const env = { ...process.env, CUDA_VISIBLE_DEVICES: "-1" };
  execFileSync(await createTools(context).uv(), args, { env, stdio: ["ignore", "ignore", "inherit"] });
}

/** All files in a directory, by what their paths are in the app. */
function filesIn(directory: string, path: string): Files {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [path + file.slice(directory.length), readFileSync(file)];
    }),
  );
}

async function whatIf(...args: readonly string[]): Promise<Report> {
  const options = ["--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF, "--format", "json"];
  return reportOf(await slugdiff(["what-if", ...options, ...args]));
}

/** What came with a model, and what went. */
function change({ diff }: Report, path: string): { readonly came: Weight; readonly gone: number } {
  const came = diff.files.find((file) => file.path === path);
  if (came === undefined) throw new Error(`${path} did not come`);
  const gone = diff.files.filter(({ delta }) => delta.compressed < 0);
  return { came: came.delta, gone: gone.reduce((sum, { delta }) => sum - delta.compressed, 0) };
}

describe.each([
  ["models/classifier.h5", "models/classifier.tflite"],
  ["models/zipped.keras", "models/zipped.tflite"],
  ["models/saved", "models/saved.tflite"],
])("%s", (model, result) => {
  test.each([
    ["int8", 1],
    ["float16", 2],
  ] as const)("as %s", async (weights, bytes) => {
    const report = await whatIf("--quantise", model, "--weights", weights);
    const { came, gone } = change(report, result);
    expect(came.disk).toBeGreaterThan(WEIGHTS * bytes);
    expect(came.disk).toBeLessThan(WEIGHTS * bytes * 1.01);
    expect(report.diff.layers.filter(({ change }) => change !== "unchanged").map(({ name }) => name)).toEqual(["app"]);
    const moved = /moved by up to (\S+) %/.exec(report.notes.join("\n"))?.[1] ?? "";
    expect(Number(moved)).toBeLessThan(5);
    rows.push([model, weights, mib(gone), mib(came.compressed), `${moved} %`]);
  });
});

test("LiteRT in TensorFlow's place saves what it saves alone, and the model what that saves alone", async () => {
  const replace = ["--replace", "tensorflow-cpu=ai-edge-litert"];
  const quantised = ["--quantise", "models/classifier.h5"];
  const [both, alone, model] = [
    await whatIf(...replace, ...quantised),
    await whatIf(...replace),
    await whatIf(...quantised),
  ];
  const delta = ({ diff }: Report): number => diff.total?.compressed ?? Number.NaN;
  expect(delta(both)).toBe(delta(alone) + delta(model));
  // The app as it is has the TensorFlow that converts, the app as it would be has none.
  expect(layer(both, "tensorflow-cpu", "base").version).toBe("2.18.0");
  expect(both.head.layers.map(({ name }) => name)).not.toContain("tensorflow-cpu");
  const [before, after] = [both.base, both.head].map(({ total }) => mib(total?.compressed ?? Number.NaN));
  rows.push(["the slug, LiteRT in TensorFlow's place", "int8", before ?? "", after ?? "", ""]);
});

test.each([
  ["models/lambda.keras", /Lambda layer, whose code Keras does not run unasked/, /model\.export/],
  ["models/custom.keras", /layers of the app's own/, /model\.export/],
  ["models/recurrent.keras", /operations of TensorFlow that LiteRT does not have/, /fixed batch size/],
])("%s is refused, and the reason is in words", async (model, message, hint) => {
  const { head } = await whatIf("--quantise", model);
  expect(head).toMatchObject({ state: "unweighable", problem: { step: "quantise" } });
  expect(head.problem?.message).toMatch(message);
  expect(head.problem?.hint).toMatch(hint);
});

/** The figures, for `docs/adr/0027-quantising-for-real.md`. */
function table(): string {
  const heading = ["what", "weights", "before", "after", "outputs moved by"];
  return [heading, heading.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
