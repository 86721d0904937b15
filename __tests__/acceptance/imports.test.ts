import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { PACKAGE_MANAGERS } from "../../src/model/resolution.js";
import { emptyCache } from "../bad-input/support.js";
import { openApps, type Apps } from "./advised.js";
import { withLines } from "./cure.js";
import type { Files } from "./support.js";

let apps: Apps;
beforeAll(async () => {
  // As the real ones, but for their weight.
  apps = await openApps([
    { name: "web", version: "1.0", bytes: 20_000 },
    { name: "server", version: "1.0", bytes: 200_000 },
    { name: "plotter", version: "2.0", requires: ["arrays"], bytes: 300_000 },
    { name: "arrays", version: "1.5", bytes: 200_000 },
    { name: "jupyterlab", version: "4.4", bytes: 400_000 },
    { name: "pytest", version: "9.0", bytes: 300_000 },
    { name: "tensorflow-cpu", version: "2.21.0", module: "tensorflow", requires: ["keras"], bytes: 900_000 },
    { name: "keras", version: "3.11", bytes: 200_000 },
    { name: "ai-edge-litert", version: "2.0", bytes: 100_000 },
  ]);
});
afterAll(() => apps.close());

const ids = ({ advice }: Report): unknown => advice.map(({ id, subject }) => [id, subject]);
const APP = { "app.py": "import web\n", Procfile: "web: server app\n" };

/** What following the only advice saves, and what it promised. */
async function follow(
  report: Report,
  files: Record<string, string>,
  cured: (files: Record<string, string>) => Promise<Files>,
) {
  const [advice, ...others] = report.advice;
  if (advice === undefined) throw new Error("there is no advice");
  expect(others).toEqual([]);
  const after = await apps.weighed(await cured(withLines(files, advice)));
  expect(after.advice).toEqual([]);
  const saved = (report.head.total?.compressed ?? NaN) - (after.head.total?.compressed ?? NaN);
  // The app's own files, which hold the lock, are not in what was promised.
  expect(Math.abs(saved - advice.saving.weight.compressed) / saved).toBeLessThan(0.01);
  return { advice, after };
}

describe.each(PACKAGE_MANAGERS)("with %s", (manager) => {
  test("what no file of the app imports or names is advised to be taken out, with what it brings, and then there is no more advice", async () => {
    const files = { ...APP, ...apps.manifest(manager, ["web==1.0", "server==1.0", "plotter==2.0"]) };
    const report = await apps.weighed(await apps.locked(manager, files));
    expect(report.notes.filter((note) => note.includes("not known"))).toEqual([]);
    expect(ids(report)).toEqual([["not-imported", "plotter"]]);
    const { advice, after } = await follow(report, files, (cured) => apps.locked(manager, cured));
    expect(advice.detail).toContain("No file of the app imports or names `plotter`");
    expect(after.head.layers.map(({ name }) => name)).not.toContain("arrays");
  }, 240_000);
});

test("tools for development, which no file starts, are advised to be moved, and not twice", async () => {
  const files = { ...APP, ...apps.manifest("pip", ["web==1.0", "server==1.0", "jupyterlab==4.4", "pytest==9.0"]) };
  const report = await apps.weighed(files);
  expect(ids(report)).toEqual([["development-tools", "jupyterlab"]]);
  await follow(report, files, (cured) => apps.locked("pip", cured));
  const started = { ...files, Procfile: "web: server app\nlab: jupyterlab\n" };
  expect(ids(await apps.weighed(started))).toEqual([["development-tools", "pytest"]]);
});

test("TensorFlow of which only the interpreter is used is advised to be replaced by that", async () => {
  const manifest = apps.manifest("pip", ["web==1.0", "tensorflow-cpu==2.21.0"]);
  const model = "import tensorflow as tf\n\ninterpreter = tf.lite.Interpreter('model.tflite')\n";
  const files = { ...manifest, "app.py": "import web\nimport model\n", "model.py": model };
  const report = await apps.weighed(files);
  expect(ids(report)).toEqual([["ai-edge-litert", "tensorflow-cpu"]]);
  const [advice] = report.advice;
  if (advice === undefined) throw new Error("there is no advice");
  const imported = { ...withLines(files, advice), "model.py": "from ai_edge_litert.interpreter import Interpreter\n" };
  expect(ids(await apps.weighed(imported))).toEqual([]);
  const trained = { ...files, "model.py": `${model}tf.keras.Model\n` };
  expect(ids(await apps.weighed(trained))).toEqual([]);
});

describe("nothing is advised", () => {
  const manifest = (): Record<string, string> => apps.manifest("pip", ["web==1.0", "plotter==2.0"]);

  test.each<[string, Files]>([
    ["imports it in a function", { "app.py": "def draw():\n    from plotter import chart\n" }],
    [
      "imports it in a notebook",
      { "app.py": "import web\n", "a.ipynb": notebook("%matplotlib inline\nimport plotter as p") },
    ],
    ["imports it by its name in a string", { "app.py": "import importlib\nimportlib.import_module('plotter.plot')\n" }],
    ["has it in its settings", { "app.py": "INSTALLED_APPS = ['web', 'plotter']\n" }],
    ["starts it", { "app.py": "import web\n", Procfile: "worker: python -m plotter\n" }],
    ["starts it in a script", { "app.py": "import web\n", "bin/run": "#!/bin/sh\nexec plotter\n" }],
    ["configures it", { "app.py": "import web\n", "pyproject.toml": "[tool.plotter]\nsize = 3\n" }],
    [
      "says that deptry is not to speak of it",
      { "app.py": "import web\n", "pyproject.toml": "[tool.deptry.per_rule_ignores]\nDEP002 = ['plotter']\n" },
    ],
    ["has no Python file", { "index.html": "<p>\n" }],
  ])("to an app that %s", async (_, files) => {
    const report = await apps.weighed({ ...manifest(), ...files });
    expect(report.advice).toEqual([]);
    expect(report.notes.filter((note) => note.includes("not known"))).toEqual([]);
  });

  test("where a file can't be parsed: what it imports nobody knows; a note says so", async () => {
    const report = await apps.weighed({ ...manifest(), "app.py": "import web\n", "old.py": "print 'hello'\n" });
    expect(report.advice).toEqual([]);
    expect(report.notes.join("\n")).toMatch(
      /What the app imports is not known, .*: old\.py: line 1 is no Python 3\.\d+\./,
    );
  });

  test("of this where deptry can't be had, or fails; everything else is", async () => {
    const files = { ...apps.manifest("pip", ["web==1.0", "plotter==2.0", "pytest==9.0"]), "app.py": "import web\n" };
    const cache = emptyCache();
    const fails = mkdtempSync(join(tmpdir(), "slugdiff-deptry-"));
    writeFileSync(join(fails, "deptry"), '#!/bin/sh\n[ "$1" = --version ] && exec echo "deptry 0.25.1"\nexit 3\n');
    chmodSync(join(fails, "deptry"), 0o755);
    const report = await apps.weighed(files, ["--cache-dir", cache], { PATH: `${fails}:${process.env.PATH ?? ""}` });
    expect(ids(report)).toEqual([["development-tools", "pytest"]]);
    expect(report.notes.join("\n")).toContain(
      "What the app does not import is not known, so no advice is given on that: deptry",
    );
  });
});

function notebook(source: string): string {
  return JSON.stringify({ nbformat: 4, cells: [{ cell_type: "code", source: source.split(/(?<=\n)/) }] });
}
