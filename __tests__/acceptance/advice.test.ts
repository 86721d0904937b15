import { createCipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { renderGathered } from "../../src/render/gathered.js";
import type { Report } from "../../src/model/report.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import { attempt, emptyCache } from "../bad-input/support.js";
import { createWorld, make, serve, type Index, type World } from "../resolve/support.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";
import { reportOf, type Files } from "./support.js";

let world: World;
let index: Index;
let cache: string;
beforeAll(async () => {
  world = await createWorld();
  cache = emptyCache();
  // As the real ones, but for their weight.
  const files = await make(world, [
    { name: "web", version: "1.0", bytes: 20_000 },
    { name: "xgboost", version: "3.0.5", requires: ["nvidia-nccl-cu12", "numpy"], bytes: 400_000 },
    { name: "nvidia-nccl-cu12", version: "2.29.3", bytes: 900_000 },
    { name: "xgboost-cpu", version: "3.0.5", requires: ["numpy"], bytes: 60_000 },
    { name: "numpy", version: "2.3.0", bytes: 200_000 },
    { name: "onnxruntime-gpu", version: "1.31.1", bytes: 500_000 },
    { name: "onnxruntime", version: "1.32.0", bytes: 90_000 },
    { name: "opencv-python", version: "4.10.0", bytes: 300_000 },
    { name: "opencv-python-headless", version: "4.10.0", bytes: 100_000 },
    { name: "mkl", version: "2025.0", bytes: 700_000 },
    {
      name: "jax",
      version: "0.7.0",
      extras: ["cuda12"],
      requires: ["nvidia-nccl-cu12; extra == 'cuda12'"],
      bytes: 90_000,
    },
  ]);
  index = await serve(files);
});
afterAll(async () => {
  index.close();
  await world.remove();
});

const python = (): string => world.target.python.minor;

/** An app's manifest in each manager's words. */
function manifest(manager: PackageManagerName, requirements: readonly string[]): Record<string, string> {
  const rows = requirements.map((each) => {
    const [, name = "", extras, version = ""] = /^([\w.-]+)(?:\[(.*)\])?(.*)$/.exec(each) ?? [];
    return extras === undefined
      ? `${name} = "${version}"`
      : `${name} = { version = "${version}", extras = ["${extras}"] }`;
  });
  switch (manager) {
    case "pip":
      return { "requirements.txt": `--index-url ${index.url}\n${requirements.join("\n")}\n` };
    case "uv":
      return {
        "pyproject.toml": `[project]\nname = "site"\nversion = "1"\nrequires-python = ">=${python()}"\ndependencies = [\n${requirements.map((each) => `  ${JSON.stringify(each)},\n`).join("")}]\n[[tool.uv.index]]\nurl = "${index.url}"\ndefault = true\n`,
      };
    case "poetry":
      return {
        "pyproject.toml": `[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\npython = ">=${python()},<4"\n${rows.join("\n")}\n[[tool.poetry.source]]\nname = "ours"\nurl = "${index.url}"\n`,
      };
    case "pipenv":
      return {
        Pipfile: `[[source]]\nname = "ours"\nurl = "${index.url}"\nverify_ssl = false\n[packages]\n${rows.join("\n")}\n`,
      };
  }
}

/** The app with the lock that its package manager makes of its manifest. */
async function locked(manager: PackageManagerName, files: Record<string, string>): Promise<Files> {
  if (manager === "pip") return files;
  const app = await world.app(files);
  const path = world.interpreter.path;
  const [lock, args] = {
    uv: ["uv.lock", ["lock", "--quiet", "--python", path]] as const,
    poetry: ["poetry.lock", ["lock", "--no-interaction"]] as const,
    pipenv: ["Pipfile.lock", ["lock", "--python", path]] as const,
  }[manager];
  await world.start(await world.tools[manager](), args, app, {
    POETRY_VIRTUALENVS_CREATE: "false",
    WORKON_HOME: join(app, ".environments"),
  });
  return { ...files, [lock]: readFileSync(join(app, lock), "utf8") };
}

async function weighed(files: Files, ...args: string[]): Promise<Report> {
  const repository = newRepository();
  commit(repository, { ".python-version": `${python()}\n`, ...files });
  return reportOf(await attempt(["weigh", "--repo", repository, "--cache-dir", cache, "--format", "json", ...args]));
}

/** The manifest with the advice's lines applied. */
function followed(files: Record<string, string>, { remedy }: Report["advice"][number]): Record<string, string> {
  const after = { ...files };
  for (const { kind, file, lines } of remedy.steps) {
    if (kind !== "diff") continue;
    const gone = lines.filter((line) => line.startsWith("-")).map((line) => line.slice(1));
    const come = lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1));
    const old = (after[file] ?? "").split("\n");
    const at = old.indexOf(gone[0] ?? "");
    expect(at).toBeGreaterThanOrEqual(0);
    const kept = old.map((line, number) => (number === at ? come.join("\n") : gone.includes(line) ? null : line));
    after[file] = kept.filter((line) => line !== null).join("\n");
  }
  return after;
}

const SICK = ["web==1.0", "xgboost==3.0.5"];

describe.each(PACKAGE_MANAGERS)("with %s", (manager) => {
  test("the advice's lines, applied, give what it promised, and then there is no more advice", async () => {
    const files = manifest(manager, SICK);
    const report = await weighed(await locked(manager, files));
    const [advice, ...others] = report.advice;
    if (advice === undefined) throw new Error("there is no advice");
    expect(others).toEqual([]);
    expect(advice).toMatchObject({ id: "xgboost-cpu", subject: "xgboost", saving: { basis: "measured" } });
    expect(advice.remedy.steps.map(({ kind }) => kind)).toEqual(manager === "pip" ? ["diff"] : ["diff", "command"]);

    const cured = await weighed(await locked(manager, followed(files, advice)));
    expect(cured.advice).toEqual([]);
    expect(cured.head.layers.map(({ name }) => name)).toContain("xgboost-cpu");
    const saved = (report.head.total?.compressed ?? NaN) - (cured.head.total?.compressed ?? NaN);
    // The app's own files, which hold the lock, are not in what was promised.
    expect(Math.abs(saved - advice.saving.weight.compressed) / saved).toBeLessThan(0.01);
  });
});

test.each<[string, readonly string[], string, readonly string[]]>([
  ["another version, where there is none of the same", ["onnxruntime-gpu==1.31.1"], "onnxruntime", ["+onnxruntime"]],
  ["the same for servers", ["opencv-python==4.10.0"], "opencv-headless", ["+opencv-python-headless==4.10.0"]],
  ["what conda left", ["web==1.0", "mkl==2025.0"], "without-mkl", []],
  ["without an extra", ["jax[cuda12]==0.7.0"], "jax-cpu", ["+jax==0.7.0"]],
  [
    "what a frozen list names as well",
    ["xgboost==3.0.5", "nvidia-nccl-cu12==2.29.3", "numpy==2.3.0"],
    "xgboost-cpu",
    ["+xgboost-cpu==3.0.5"],
  ],
])("%s: %j", async (_, requirements, id, added) => {
  const files = manifest("pip", requirements);
  const report = await weighed(files);
  expect(report.advice.map((advice) => advice.id)).toEqual([id]);
  const [advice] = report.advice;
  if (advice === undefined) throw new Error("there is no advice");
  const lines = advice.remedy.steps.flatMap((step) => step.lines);
  expect(lines.filter((line) => line.startsWith("+"))).toEqual(added);
  const cured = await weighed(followed(files, advice));
  expect(cured.advice).toEqual([]);
  const saved = (report.head.total?.compressed ?? NaN) - (cured.head.total?.compressed ?? NaN);
  expect(Math.abs(saved - advice.saving.weight.compressed) / saved).toBeLessThan(0.01);
});

test("what something else requires is not advised to be replaced; nor is anything where the time for it is none", async () => {
  expect((await weighed(manifest("pip", ["web==1.0", "numpy==2.3.0"]))).advice).toEqual([]);
  expect((await weighed(manifest("pip", SICK), "--advice-time", "0")).advice).toEqual([]);
});

test("a model in the repository: its files and its requirements in one report, in the comment too; none of it for who changed neither", async () => {
  const repository = newRepository();
  const common = { ".python-version": `${python()}\n`, ...manifest("pip", SICK) };
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16, 2)).update(Buffer.alloc(8 * MIB));
  commit(repository, common);
  commit(repository, { ...common, "models/classifier.gguf": noise });
  commit(repository, { ...common, "models/classifier.gguf": noise, "app.py": "print('hello')\n" });
  const compared = async (base: string, head: string): Promise<Report> =>
    reportOf(
      await attempt([
        ...["compare", "--repo", repository, "--base", base, "--head", head],
        ...["--cache-dir", cache, "--format", "json"],
      ]),
    );
  const grown = await compared("HEAD~2", "HEAD~1");
  expect(grown.advice.map(({ family, subject }) => [family, subject])).toEqual([
    ["files", "models/classifier.gguf"],
    ["requirements", "xgboost"],
  ]);
  const comment = renderGathered([grown]);
  expect(comment).toContain("+xgboost-cpu==3.0.5");
  expect(comment).toContain("models/classifier.gguf");
  expect((await compared("HEAD~1", "HEAD")).advice).toEqual([]);
  expect(git(repository, ["status", "--porcelain"])).toBe("");
});
