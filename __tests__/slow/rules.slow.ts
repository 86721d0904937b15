import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mib } from "../../src/model/format.js";
import type { Report } from "../../src/model/report.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import { cure, expectKept, type Followed } from "../acceptance/cure.js";
import { openWorld, reportOf, repositoryOf, slugdiff, type Texts, type World } from "../acceptance/support.js";

/** An app that something is wrong with, of what is on PyPI. */
interface Sick {
  readonly what: string;
  readonly requirements: readonly string[];
  /** Modules that it imports: what it does not use would be advised about as well. */
  readonly imports: readonly string[];
  /** The advice that it gets, in the order in which it is followed. */
  readonly ids: readonly string[];
  /** With uv, which can leave out what something requires. */
  readonly withUv?: readonly string[];
  /** Default: all. */
  readonly managers?: readonly PackageManagerName[];
}

const APPS: readonly Sick[] = [
  {
    what: "TensorFlow",
    requirements: ["tensorflow==2.21.0"],
    imports: ["tensorflow"],
    ids: ["tensorflow-cpu"],
    withUv: ["tensorflow-cpu", "without-libclang"],
  },
  {
    what: "XGBoost",
    requirements: ["xgboost==3.4.1"],
    imports: ["xgboost"],
    ids: ["xgboost-cpu"],
  },
  {
    what: "ONNX Runtime for GPUs",
    requirements: ["onnxruntime-gpu==1.31.1"],
    imports: ["onnxruntime"],
    ids: ["onnxruntime"],
  },
  {
    what: "OpenCV with windows",
    requirements: ["opencv-python==5.0.0.93"],
    imports: ["cv2"],
    ids: ["opencv-headless"],
  },
  {
    what: "OpenCV twice",
    requirements: ["opencv-python==5.0.0.93", "opencv-python-headless==5.0.0.93"],
    imports: ["cv2"],
    ids: ["one-cv2"],
  },
  {
    what: "kaleido with a browser",
    requirements: ["kaleido==0.2.1", "plotly==6.3.1"],
    imports: ["kaleido", "plotly"],
    ids: ["kaleido-1"],
  },
  {
    what: "Google's client for everything",
    requirements: ["google-api-python-client==2.184.0"],
    imports: ["googleapiclient", "google.auth", "requests"],
    ids: ["google-auth"],
  },
  {
    what: "what conda left",
    requirements: ["intel-openmp==2025.3.0", "numpy==2.3.4"],
    imports: ["numpy"],
    ids: ["without-mkl"],
  },
  {
    what: "libraries for GPUs",
    requirements: ["nvidia-cuda-cupti-cu12==12.9.79", "numpy==2.3.4"],
    imports: ["numpy"],
    ids: ["without-gpu-libraries"],
  },
  {
    what: "CuPy",
    requirements: ["cupy-cuda12x==13.6.0", "numpy==2.3.4"],
    imports: ["numpy"],
    ids: ["without-cupy"],
    managers: ["pip"],
  },
  {
    what: "TensorBoard",
    requirements: ["tensorflow-cpu==2.20.0"],
    imports: ["tensorflow"],
    ids: ["tensorflow-without-tensorboard"],
    withUv: ["without-libclang", "without-tensorboard"],
    managers: ["pip", "uv"],
  },
  {
    what: "tools for development",
    requirements: ["black==25.9.0", "flask==3.1.2", "pytest==8.4.2"],
    imports: ["flask"],
    ids: ["development-tools"],
  },
  {
    what: "TensorFlow for its interpreter alone",
    requirements: ["tensorflow-cpu==2.21.0"],
    // One where the other is not there.
    imports: ["ai_edge_litert.interpreter", "tensorflow.lite"],
    ids: ["ai-edge-litert"],
  },
  {
    what: "what nothing imports",
    requirements: ["flask==3.1.2", "pandas==2.3.3"],
    imports: ["flask"],
    ids: ["not-imported"],
  },
];

interface Row extends Followed {
  readonly what: string;
  readonly manager: PackageManagerName;
}

let world: World;
let cacheDir: string;
const rows: Row[] = [];
beforeAll(async () => {
  world = await openWorld("3.12");
  cacheDir = world.emptyCache();
});
afterAll(() => {
  process.stdout.write(`\n${table()}\n`);
  world.close();
});

/**
 * The report of an app with these files. pip comes first, when nothing is known yet, and has the time that is the default: large
 * wheels are predicted then, as in a first run of the action.
 */
async function weighed(files: Texts, manager: PackageManagerName): Promise<Report> {
  const { path } = repositoryOf(files);
  const time = manager === "pip" ? "60" : "600";
  const args = ["--repo", path, "--cache-dir", cacheDir, "--format", "json", "--advice-time", time];
  return reportOf(await slugdiff(["weigh", "head", ...args]));
}

describe.each(APPS)("$what", ({ what, requirements, imports, ids, withUv = ids, managers = PACKAGE_MANAGERS }) => {
  test.each(managers)(
    "with %s: each piece of advice, followed, gives what it promised, and then there is none",
    async (manager) => {
      const app = await world.app(manager, requirements);
      const code = imports.map((module) => `import ${module}\n`).join("");
      const followed = await cure(
        manager,
        { ...app, "app.py": code },
        (files) => world.lock(manager, files),
        (files) => weighed(files, manager),
      );
      rows.push(...followed.map((each) => ({ ...each, what, manager })));
      expect(followed.map(({ id }) => id)).toEqual(manager === "uv" ? withUv : ids);
      followed.forEach(expectKept);
    },
  );
});

/** The figures, for `docs/how-it-measures.md`. */
function table(): string {
  const cells = rows.map(({ what, manager, id, basis, before, promised, error, got }) => {
    const said = `${mib(promised)} ${basis === "measured" ? "" : `± ${mib(error)}`}`.trim();
    const off = `${((promised / got - 1) * 100).toFixed(2)} %`;
    return [what, manager, `\`${id}\``, mib(before), basis, said, mib(got), off];
  });
  const heading = ["app", "manager", "advice", "before", "basis", "promised", "got", "off by"];
  return [heading, heading.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
