import { describe, expect, test } from "@jest/globals";
import { candidatesFor, RULES } from "../../src/advise/rules/index.js";
import type { AdviceFacts, Candidate } from "../../src/model/advice.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import { CASES } from "./cases.js";
import { changeOf, curedApp, facts, managersOf, proposalOf, sickApp } from "./facts.js";

const propose = (of: AdviceFacts): Candidate[] => RULES.flatMap((rule) => rule.propose(of));

const rows = CASES.flatMap((each) =>
  managersOf(each).map((manager): [string, PackageManagerName, (typeof CASES)[number]] => [each.what, manager, each]),
);

describe.each(rows)("%s, with %s", (_, manager, each) => {
  test("is seen, and changed so", () => {
    expect(proposalOf(propose(sickApp(each, manager)), each.id)).toEqual(changeOf(each));
  });

  test("once it is cured, no rule has anything to say", () => {
    expect(propose(curedApp(each, manager))).toEqual([]);
  });
});

describe("every candidate", () => {
  const all = rows.flatMap(([, manager, each]) => {
    const app = sickApp(each, manager);
    return propose(app).map((candidate) => ({ app, candidate }));
  });

  test("takes out only what the app names, and requires nothing twice", () => {
    for (const { app, candidate } of all) {
      const { without, exclude } = candidate.change;
      const added = candidate.change.with.map((text) => /^[\w-]+/.exec(text)?.[0] ?? "");
      expect(new Set(without).size).toBe(without.length);
      for (const name of without) expect(app.distributions.get(name)?.places).not.toEqual([]);
      for (const name of added) {
        const named = (app.distributions.get(name)?.places.length ?? 0) > 0;
        expect({ name, stays: named && !without.includes(name) }).toEqual({ name, stays: false });
      }
      if (exclude.length > 0) expect(app.packageManager).toBe("uv");
    }
  });

  test("says what it is about in whole sentences, and who else says so", () => {
    for (const { candidate } of all) {
      expect(candidate.title).toMatch(/^[A-Z].*[^.]$/);
      expect(candidate.detail).toMatch(/^[A-Z`].*\.$/);
      expect(candidate.detail.split("`").length % 2).toBe(1);
      expect(candidate.title.split("`").length % 2).toBe(1);
      expect(candidate.sources).not.toEqual([]);
      for (const source of candidate.sources) expect(new URL(source).protocol).toBe("https:");
    }
  });

  test("every rule has one", () => {
    const seen = RULES.filter((rule) =>
      rows.some(([, manager, each]) => rule.propose(sickApp(each, manager)).length > 0),
    );
    expect(seen.map(({ family }) => family)).toEqual(RULES.map(({ family }) => family));
  });
});

describe("what is never advised", () => {
  const never = (texts: readonly string[], imports: readonly string[] | null = null, managers = PACKAGE_MANAGERS) =>
    managers.flatMap((manager) => propose(facts(manager, texts, imports)));

  test("taking NVIDIA's libraries from a CUDA build of PyTorch", () => {
    // Its metadata may say nothing of them.
    const found = never(["torch==2.1.0", "nvidia-cublas-cu12==12"]);
    expect(found.flatMap(({ change }) => [...change.without, ...change.exclude])).toEqual([]);
    const excluded = never(["torch==2.15.0", "~nvidia-cublas==13 < torch"]).flatMap(({ change }) => change.exclude);
    expect(excluded).toEqual([]);
  });

  test("another name for what something else requires, where the installer would install both", () => {
    const managers = ["pip", "poetry", "pipenv"] as const;
    for (const name of ["tensorflow", "xgboost", "onnxruntime-gpu", "opencv-python"]) {
      for (const manager of managers) {
        expect(propose(facts(manager, [`${name}==3.0 < other`, "other==1"]))).toEqual([]);
        expect(propose(facts(manager, [`~${name}==3.0 < other`, "other==1"]))).toEqual([]);
      }
    }
  });

  test("LiteRT, where the imports do not show that nothing else is used", () => {
    const app = ["tensorflow-cpu==2.21.0"];
    expect(never(app, null)).toEqual([]);
    expect(never(app, ["flask"])).toEqual([]);
    expect(never(app, ["tensorflow"])).toEqual([]);
    expect(never(app, ["tensorflow.lite", "tensorflow.keras.models"])).toEqual([]);
    expect(never(app, ["tensorflow.lite", "keras"])).toEqual([]);
    expect(never(app, ["tensorflow.literature"])).toEqual([]);
    expect(
      never(
        [...app, "tensorflow-hub==1 < x", "x==1"].map((text) => (text === app[0] ? `${text} < x` : text)),
        ["tensorflow.lite"],
      ),
    ).toEqual([]);
  });

  test("taking out a tool that the app imports or another distribution requires, or without knowing", () => {
    expect(never(["selenium==4"], ["selenium.webdriver"])).toEqual([]);
    expect(never(["selenium==4"], null)).toEqual([]);
    expect(never(["ipython==9"], ["IPython.display"])).toEqual([]);
    expect(never(["pytest==9 < schemathesis", "schemathesis==4"], ["schemathesis"])).toEqual([]);
  });

  test("taking out a tool that a Procfile starts", () => {
    const app = facts("pip", ["jupyterlab==4", "flask==3"], ["flask"]);
    expect(propose({ ...app, uses: { ...app.uses, started: new Set(["jupyterlab"]) } })).toEqual([]);
  });

  test("taking out what is used without being imported: servers, drivers, plugins, what an extra of another one names", () => {
    const texts = [
      "gunicorn==23",
      "psycopg2-binary==2.9",
      "opentelemetry-instrumentation-flask==0.58b0",
      "pyarrow==22",
    ];
    const names = texts.map((text) => text.split("==", 1)[0] ?? "");
    expect(propose(facts("pip", texts, ["flask"], names))).toEqual([]);
    const app = facts("pip", ["orjson==3.11", "fastapi==0.121"], ["fastapi"], ["orjson"]);
    const [orjson] = app.distributions.values();
    if (orjson === undefined) throw new Error("it is there");
    const wanted = new Map([...app.distributions, ["orjson", { ...orjson, optionalFor: ["fastapi"] }]]);
    expect(propose(app).map(({ subject }) => subject)).toEqual(["orjson"]);
    expect(propose({ ...app, distributions: wanted })).toEqual([]);
  });

  test("taking out what something else requires, or what only others require, or what would not be felt", () => {
    expect(propose(facts("pip", ["numpy==2 < pandas", "pandas==2"], ["pandas"], ["numpy"]))).toEqual([]);
    expect(propose(facts("pip", ["~numpy==2 < pandas", "pandas==2"], ["pandas"], ["numpy"]))).toEqual([]);
    const small = facts("pip", ["rich==14", "flask==3"], ["flask"], ["rich"]);
    expect(propose({ ...small, noiseFloor: 1000 })).toEqual([]);
  });

  test("MKL, where something uses it", () => {
    expect(never(["mkl==2025 < scikit-learn-intelex", "scikit-learn-intelex==2025"])).toEqual([]);
    expect(never(["mkl-service==2"], ["mkl"])).toEqual([]);
    const both = never(["mkl==2025", "tbb==2022 < mkl numba", "numba==0.62"]);
    expect(new Set(both.flatMap(({ change }) => change.without))).toEqual(new Set(["mkl"]));
  });

  test("an upgrade in passing: an XGBoost from before xgboost-cpu", () => {
    expect(never(["xgboost==1.7.6"])).toEqual([]);
  });

  test("libclang or TensorBoard, where the app uses them", () => {
    expect(never(["tensorflow-cpu==2.21", "~libclang==18 < tensorflow-cpu"], ["clang.cindex"])).toEqual([]);
    expect(never(["tensorflow-cpu==2.19", "~tensorboard==2.19 < tensorflow-cpu"], ["tensorboard"])).toEqual([]);
  });

  test("nothing at all, to an app with nothing wrong", () => {
    const app = ["flask==3.1", "gunicorn==23", "~werkzeug==3.1 < flask", "psycopg2-binary==2.9", "pandas==2.3"];
    expect(never(app, ["flask", "pandas"])).toEqual([]);
    expect(never(["nvidia-ml-py==13", "flask==3.1"], ["pynvml"])).toEqual([]);
  });
});

test("what two rules would do is proposed once, by the one that knows more of it", () => {
  const app = facts(
    "pip",
    ["black==25", "pytest==9", "pandas==2", "flask==3"],
    ["flask"],
    ["black", "pytest", "pandas"],
  );
  expect(propose(app).map(({ id, subject }) => [id, subject])).toEqual([
    ["development-tools", "black"],
    ...["black", "pytest", "pandas"].map((name) => ["not-imported", name]),
  ]);
  expect(candidatesFor(app).map(({ id, subject }) => [id, subject])).toEqual([
    ["development-tools", "black"],
    ["not-imported", "pandas"],
  ]);
});
