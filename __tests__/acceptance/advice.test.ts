import { createCipheriv } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lfsPointer } from "../../src/app/lfs.js";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { PACKAGE_MANAGERS } from "../../src/model/resolution.js";
import { figuresOf } from "../../src/render/figures.js";
import { renderGathered } from "../../src/render/gathered.js";
import { renderText } from "../../src/render/text.js";
import { attempt } from "../bad-input/support.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";
import { openApps, type Apps } from "./advised.js";
import { cure, expectKept } from "./cure.js";
import { reportOf, type Texts } from "./support.js";

let apps: Apps;
beforeAll(async () => {
  // As the real ones, but for their weight.
  apps = await openApps([
    { name: "web", version: "1.0", bytes: 20_000 },
    { name: "xgboost", version: "3.0.5", requires: ["nvidia-nccl-cu12", "numpy"], bytes: 400_000 },
    { name: "nvidia-nccl-cu12", version: "2.29.3", bytes: 900_000 },
    { name: "xgboost-cpu", version: "3.0.5", requires: ["numpy"], bytes: 60_000 },
    { name: "numpy", version: "2.3.0", bytes: 200_000 },
    { name: "onnxruntime-gpu", version: "1.22.0", bytes: 500_000 },
    { name: "onnxruntime", version: "1.22.1", bytes: 90_000 },
    { name: "opencv-python", version: "4.10.0", bytes: 300_000 },
    { name: "opencv-python-headless", version: "4.10.0", bytes: 100_000 },
    { name: "mkl", version: "2025.0", bytes: 700_000 },
    // Of these the real ones are too large to install here: see __tests__/advise/resolution.test.ts.
    {
      name: "faiss-gpu-cu12",
      version: "1.14.1",
      module: "faiss",
      requires: ["numpy", "nvidia-cublas-cu12"],
      bytes: 90_000,
    },
    { name: "nvidia-cublas-cu12", version: "12.9", bytes: 600_000 },
    { name: "faiss-cpu", version: "1.14.0", module: "faiss", requires: ["numpy"], bytes: 60_000 },
    { name: "paddlepaddle-gpu", version: "2.6.2", module: "paddle", requires: ["numpy"], bytes: 800_000 },
    { name: "paddlepaddle", version: "2.6.2", module: "paddle", requires: ["numpy"], bytes: 200_000 },
    { name: "cudf-cu12", version: "26.4.0", module: "cudf", requires: ["libcudf-cu12", "numpy"], bytes: 90_000 },
    { name: "libcudf-cu12", version: "26.4.0", module: "libcudf", bytes: 700_000 },
    {
      name: "jax",
      version: "0.7.0",
      extras: ["cuda12"],
      requires: ["nvidia-nccl-cu12; extra == 'cuda12'"],
      bytes: 90_000,
    },
  ]);
});
afterAll(() => apps.close());

/** One app for five rules. */
const SICK = [
  ...["web==1.0", "xgboost==3.0.5", "mkl==2025.0", "jax[cuda12]==0.7.0", "onnxruntime-gpu==1.22.0"],
  "opencv-python==4.10.0",
];

test.each(PACKAGE_MANAGERS)(
  "with %s each piece of advice, followed, gives what it promised, and then there is no more",
  async (manager) => {
    const lock = (files: Texts): Promise<Texts> => apps.locked(manager, files);
    const sick = await lock(apps.manifest(manager, SICK));
    const made = await cure(manager, sick, lock, (files) => apps.weighed(files));
    const ids = ["xgboost-cpu", "without-mkl", "jax-cpu", "onnxruntime", "opencv-headless"];
    expect(made.map(({ id }) => id).sort()).toEqual(ids.sort());
    made.forEach(expectKept);
    expect(made.map(({ basis }) => basis)).toEqual(ids.map(() => "measured"));
  },
  600_000,
);

test.each<[string, readonly string[], string, readonly string[]]>([
  ["another version, where there is none of the same", ["onnxruntime-gpu==1.22.0"], "onnxruntime", ["+onnxruntime"]],
  ["the same for servers", ["opencv-python==4.10.0"], "opencv-headless", ["+opencv-python-headless==4.10.0"]],
  ["what conda left", ["web==1.0", "mkl==2025.0"], "without-mkl", []],
  ["without an extra", ["jax[cuda12]==0.7.0"], "jax-cpu", ["+jax==0.7.0"]],
  ["Faiss without CUDA", ["faiss-gpu-cu12==1.14.1"], "faiss-cpu", ["+faiss-cpu"]],
  ["PaddlePaddle without CUDA", ["paddlepaddle-gpu==2.6.2"], "paddlepaddle", ["+paddlepaddle==2.6.2"]],
  ["what needs a GPU", ["numpy==2.3.0", "cudf-cu12==26.4.0", "libcudf-cu12==26.4.0"], "without-rapids", []],
  [
    "what a frozen list names as well",
    ["xgboost==3.0.5", "nvidia-nccl-cu12==2.29.3", "numpy==2.3.0"],
    "xgboost-cpu",
    ["+xgboost-cpu==3.0.5"],
  ],
])("%s: %j", async (_, requirements, id, added) => {
  const files = apps.manifest("pip", requirements);
  const report = await apps.weighed(files);
  expect(report.advice.map((advice) => advice.id)).toEqual([id]);
  const [advice] = report.advice;
  if (advice === undefined) throw new Error("there is no advice");
  const lines = advice.remedy.steps.flatMap((step) => step.lines);
  expect(lines.filter((line) => line.startsWith("+"))).toEqual(added);
  const made = await cure(
    "pip",
    files,
    (texts) => Promise.resolve(texts),
    (texts) => apps.weighed(texts),
  );
  expect(made).toHaveLength(1);
  made.forEach(expectKept);
});

test("who gets another version than was asked for is told", async () => {
  const { advice } = await apps.weighed(apps.manifest("pip", ["onnxruntime-gpu==1.22.0"]));
  expect(advice[0]?.detail).toContain(
    "`onnxruntime` 1.22.0 can't be had here: what was looked at is 1.22.1, which may behave otherwise.",
  );
});

test("what something else requires is not advised to be replaced; nor is anything where the time for it is none", async () => {
  expect((await apps.weighed(apps.manifest("pip", ["web==1.0", "numpy==2.3.0"]))).advice).toEqual([]);
  expect((await apps.weighed(apps.manifest("pip", SICK), ["--advice-time", "0"])).advice).toEqual([]);
});

test("what Git LFS keeps elsewhere is told of once, with what it stands for, and the slug is at least what was weighed", async () => {
  const files = { ...apps.manifest("pip", ["web==1.0"]), "model.h5": lfsPointer("0".repeat(64), 300 * MIB) };
  for (const args of [[], ["--advice-time", "0"]]) {
    const report = await apps.weighed(files, args);
    const said = renderText(report, { color: false, width: 200 });
    expect(said.match(/Git LFS: /g)).toHaveLength(1);
    expect(said).toContain("Heroku does not fetch");
    expect(said).toContain("300.0 MiB");
    expect(figuresOf(report).atLeast).toBe(true);
  }
});

test("a model in the repository: its files and its requirements in one report, in the comment too; none of it for who changed neither", async () => {
  const repository = newRepository();
  const sick = apps.manifest("pip", ["web==1.0", "xgboost==3.0.5"]);
  const common = { ".python-version": `${apps.python}\n`, ...sick };
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16, 2)).update(Buffer.alloc(8 * MIB));
  commit(repository, common);
  commit(repository, { ...common, "models/classifier.gguf": noise });
  commit(repository, { ...common, "models/classifier.gguf": noise, "app.py": "print('hello')\n" });
  const compared = async (base: string, head: string): Promise<Report> =>
    reportOf(
      await attempt([
        ...["compare", "--repo", repository, "--base", base, "--head", head],
        ...["--cache-dir", apps.cache, "--format", "json"],
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
