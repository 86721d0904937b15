import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { readUses, type Uses } from "../../src/imports/read-uses.js";
import { withoutRequirements } from "../../src/imports/without-requirements.js";
import { SILENT } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-uses-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const context = {
  scratch,
  progress: SILENT,
  signal: new AbortController().signal,
  env: process.env,
  toolsDir: scratch,
};

/** What an app of these files uses; each distribution is looked for by its name. */
async function uses(
  files: Readonly<Record<string, string>>,
  names: readonly string[] = [],
  texts: readonly [string, string | null][] = [],
): Promise<Uses> {
  const root = mkdtempSync(join(scratch, "app-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const python = (await new Interpreters(context).findAny("3.8"))?.path ?? "python3";
  const words = new Map(names.map((name) => [name, [name]]));
  return readUses({ root, files: Object.keys(files), texts: new Map(texts), words, python }, context);
}

const importsOf = async (...files: string[]): Promise<readonly string[]> =>
  (await uses(Object.fromEntries(files.map((text, at) => [`${at}.py`, text])))).imports;

describe("what is imported", () => {
  test.each<[string, readonly string[]]>([
    ["import flask", ["flask"]],
    ["import os.path, json as j", ["json", "os.path"]],
    ["from flask import Flask, request as r", ["flask.Flask", "flask.request"]],
    ["from . import models\nfrom .models import Pet\nfrom .. import x", []],
    ["from yaml import *", ["yaml"]],
    ["def late():\n    import numpy\n", ["numpy"]],
    [
      "try:\n    import orjson as json\nexcept ImportError:\n    import json\njson.dumps(1)",
      ["json.dumps", "orjson.dumps"],
    ],
    [
      "import importlib\nimportlib.import_module('celery.app')\n__import__('kombu')",
      ["celery.app", "importlib.import_module", "kombu"],
    ],
  ])("%j", async (text, expected) => {
    expect(await importsOf(text)).toEqual(expected);
  });

  test("of a module that is only ever looked into, what is looked up", async () => {
    expect(await importsOf("import tensorflow as tf\nm = tf.lite.Interpreter(tf.io.read)")).toEqual([
      "tensorflow.io",
      "tensorflow.lite",
    ]);
    expect(await importsOf("import tensorflow.lite\ntensorflow.lite.Interpreter()")).toEqual(["tensorflow.lite"]);
  });

  test.each([
    ["it is handed on", ["import tensorflow as tf\nuse(tf)\ntf.lite"]],
    ["another file takes it from there", ["import tensorflow as tf\ntf.lite", "from shared import tf\ntf.keras"]],
    ["another file looks it up there", ["import tensorflow as tf\ntf.lite", "import shared\nshared.tf.keras"]],
    ["another file takes all there is", ["import tensorflow as tf\ntf.lite", "from shared import *\ntf.keras"]],
  ])("all of it, where %s", async (_, files) => {
    expect(await importsOf(...files)).toContain("tensorflow");
  });

  test("also by a notebook, whatever else its cells hold", async () => {
    const source = [
      "%load_ext autoreload\n",
      "!pip install x\n",
      "import pandas as pd, numpy\n",
      "from plotly.express import line\n",
    ];
    const notebook = {
      cells: [
        { cell_type: "markdown", source: ["import nothing"] },
        { cell_type: "code", source },
      ],
    };
    const { imports } = await uses({ "a.ipynb": JSON.stringify(notebook), "broken.ipynb": "{", "odd.ipynb": "[1]" });
    expect(imports).toEqual(["numpy", "pandas", "plotly.express"]);
  });
});

describe("what is named", () => {
  test.each<[string, string, string]>([
    ["app.py", "ENGINE = 'django.db.backends.mysql'", "named"],
    ["app.py", "'''Docs that speak of Django.'''", "named"],
    ["app.py", "f'{x}.django'", "named"],
    ["config/logging.ini", "class = django.log", "named"],
    ["settings.yaml", "framework: DJANGO", "named"],
    ["Procfile", "web: python -m django", "started"],
    ["app.json", '{"scripts": {"postdeploy": "django-admin migrate"}}', "started"],
    ["bin/release", "#!/bin/sh\ndjango-admin migrate\n", "started"],
    ["tools/run.sh", "django-admin", "started"],
    ["Dockerfile", "RUN pip install django", "started"],
    ["app.py", "x = 1 # django", ""],
    ["app.py", "x = 'djangofied'", ""],
    ["README.md", "Made with Django", ""],
    ["requirements-dev.txt", "django", ""],
    ["setup.py", "setup(install_requires=['django'])", ""],
    ["environment.yml", "- django", ""],
    [".github/workflows/ci.yml", "run: pip install django", ""],
    ["data.json", `"django${"x".repeat(1_100_000)}"`, ""],
    ["image.cfg", "django\0", ""],
  ])("%s: %s", async (path, text, kind) => {
    const { named, started } = await uses({ [path]: text }, ["django"]);
    expect({ named, started }).toEqual({
      named: kind === "named" ? ["django"] : [],
      started: kind === "started" ? ["django"] : [],
    });
  });

  test("in whatever spelling", async () => {
    const { named } = await uses({ "a.py": "x = ['Scikit_Learn', 'ruamel.yaml']" }, [
      "scikit-learn",
      "ruamel-yaml",
      "yaml",
      "sklearn",
    ]);
    expect(named).toEqual(["ruamel-yaml", "scikit-learn", "yaml"]);
  });

  test("a manifest names what it requires, which is no use of it; its settings are", async () => {
    const text = [
      "[project]\nname = 'app'\ndependencies = ['django>=5']\n[project.scripts]\nrun = 'app:main'",
      "[tool.poetry.group.dev.dependencies]\npytest = '*'\n[tool.coverage.run]\nplugins = ['celery']",
    ].join("\n");
    const names = ["django", "pytest", "celery"];
    const given: [string, string | null][] = [
      ["pyproject.toml", withoutRequirements(text)],
      ["deps", null],
    ];
    const { named, started } = await uses({ "pyproject.toml": text, deps: "django" }, names, given);
    expect({ named, started }).toEqual({ named: ["celery"], started: [] });
    expect(withoutRequirements("no [ toml")).toBe("no [ toml");
  });
});

describe("nothing of the app is run, and what can't be read is said", () => {
  test("code that would leave a trace", async () => {
    const trace = join(scratch, "trace");
    await uses({
      "app.py": `open(${JSON.stringify(trace)}, "w")`,
      "sitecustomize.py": `open(${JSON.stringify(trace)}, "w")`,
    });
    expect(existsSync(trace)).toBe(false);
  });

  test.each([
    ["print 'hello'", /^line 1 is no Python 3\.\d+$/],
    ["x = '\0'", /^(?:line \d+ is no Python 3|Python can't parse it)/],
    [`x = ${"(".repeat(5000)}${")".repeat(5000)}`, /^(?:line \d+ is no Python 3|Python can't parse it)/],
    [`x = '${"x".repeat(4_200_000)}'`, /^it is larger than 4 MiB$/],
  ])("%#", async (text, why) => {
    const { unread, python } = await uses({ "good.py": "import flask", "bad.py": text });
    expect(python).toBe(2);
    expect(unread).toEqual([{ path: "bad.py", why: expect.stringMatching(why) }]);
  });

  test("a file that is not there any more", async () => {
    const request = { root: scratch, files: ["gone.py"], texts: new Map(), words: new Map() };
    const python = (await new Interpreters(context).findAny("3.8"))?.path ?? "python3";
    await expect(readUses({ ...request, python }, context)).rejects.toThrow(UserError);
  });
});
