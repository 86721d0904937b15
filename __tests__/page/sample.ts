import { compareSides } from "../../src/compare/compare.js";
import { judge } from "../../src/judge/judge.js";
import { KIB, MIB } from "../../src/model/bytes.js";
import type { Entry } from "../../src/model/layer.js";
import type { PageApp } from "../../src/model/page-data.js";
import type { Advice, HistoryPoint, Report } from "../../src/model/report.js";
import type { Side } from "../../src/model/slug.js";
import { filesAdvice, requirementsAdvice, savingOf } from "../../src/report/advice.js";
import { mapFor } from "../../src/report/page-report.js";
import { subtract } from "../../src/model/weight.js";
import { reportOf } from "../report/report-of.js";
import { brokenSide, file, graph, part, slug, tree, weighedSide } from "../slugs.js";

const SITE = ".heroku/python/lib/python3.12/site-packages";

type Files = Readonly<Record<string, number>>;

/** A distribution's files, by their size in MiB, compressed. */
function installed(name: string, version: string, files: Files): ReturnType<typeof part> {
  const entries = Object.entries(files).map(([path, size]) => entry(`${SITE}/${path}`, size));
  return part("distribution", name, tree([...entries, entry(`${SITE}/${name}-${version}.dist-info/RECORD`, 0.01)]), {
    version,
  });
}

function entry(path: string, size: number): Entry {
  return file(path, Math.round(size * MIB), Math.round(size * MIB * 2.8));
}

/** Files that share a size as those of a real distribution do: few large, many small. */
export function spread(folder: string, count: number, size: number): Files {
  const shares = Array.from({ length: count }, (_, at) => 1 / (at + 1.5) ** 1.3);
  const total = shares.reduce((a, b) => a + b, 0);
  const folders = ["core", "ops", "python/util", "python/data", "tests"];
  return Object.fromEntries(
    shares.map((share, at) => [
      `${folder}/${folders[at % folders.length] ?? ""}/module_${String(at).padStart(3, "0")}.py`,
      (share / total) * size,
    ]),
  );
}

const runtime = part(
  "runtime",
  "python",
  tree([
    entry(".heroku/python/bin/python3.12", 6.2),
    entry(".heroku/python/lib/libpython3.12.so", 9.1),
    ...Object.entries(spread(".heroku/python/lib/python3.12", 80, 11)).map(([path, size]) => entry(path, size)),
  ]),
  { version: "3.12.14" },
);
const pip = part(
  "tool",
  "pip",
  tree(Object.entries(spread(`${SITE}/pip`, 40, 1.9)).map(([path, size]) => entry(path, size))),
  { version: "25.3" },
);

const flask = [
  installed("flask", "3.1.2", spread("flask", 14, 0.16)),
  installed("werkzeug", "3.1.3", spread("werkzeug", 40, 0.31)),
  installed("jinja2", "3.1.6", spread("jinja2", 22, 0.19)),
  installed("markupsafe", "3.0.3", { "markupsafe/_speedups.so": 0.02 }),
  installed("click", "8.3.0", spread("click", 15, 0.16)),
  installed("itsdangerous", "2.2.0", spread("itsdangerous", 8, 0.03)),
  installed("gunicorn", "23.0.0", spread("gunicorn", 30, 0.14)),
];

const tensorflow = [
  installed("tensorflow", "2.18.0", {
    "tensorflow/libtensorflow_cc.so.2": 301.3,
    "tensorflow/libtensorflow_framework.so.2": 18.4,
    "tensorflow/python/_pywrap_tensorflow_internal.so": 92.6,
    ...spread("tensorflow/include", 160, 26.1),
    ...spread("tensorflow/python", 150, 38.2),
  }),
  installed("keras", "3.11.3", spread("keras/src", 120, 2.1)),
  installed("libclang", "18.1.1", { "clang/native/libclang.so": 23.1 }),
  installed("tensorboard", "2.18.0", { "tensorboard/webfiles.zip": 4.6, ...spread("tensorboard", 60, 1.4) }),
  installed("h5py", "3.14.0", { "h5py.libs/libhdf5.so": 4.4, ...spread("h5py", 20, 2.1) }),
  installed("numpy", "2.0.2", {
    "numpy.libs/libscipy_openblas64.so": 8.9,
    "numpy/_core/_multiarray_umath.so": 2.6,
    ...spread("numpy", 110, 6.2),
  }),
  installed("grpcio", "1.75.1", { "grpc/_cython/cygrpc.so": 6.4, ...spread("grpc", 18, 0.4) }),
  installed("protobuf", "5.29.5", spread("google/protobuf", 30, 0.4)),
];

const xgboost = [
  installed("xgboost", "3.0.5", { "xgboost/lib/libxgboost.so": 148.2, ...spread("xgboost", 40, 0.9) }),
  installed("nvidia-nccl-cu12", "2.28.3", { "nvidia/nccl/lib/libnccl.so.2": 239.6 }),
  installed("scipy", "1.16.2", { "scipy.libs/libscipy_openblas.so": 9.8, ...spread("scipy", 160, 21.3) }),
];

function app(files: Files): ReturnType<typeof part> {
  return part("app", "app", tree(Object.entries(files).map(([path, size]) => entry(path, size))), { version: null });
}

const EDGES = [
  ...["werkzeug", "jinja2", "click", "itsdangerous"].map((name) => `flask ${name}`),
  "jinja2 markupsafe",
  "werkzeug markupsafe",
  ...["keras", "libclang", "tensorboard", "h5py", "numpy", "grpcio", "protobuf"].map((name) => `tensorflow ${name}`),
  "keras numpy",
  "h5py numpy",
  "tensorboard numpy",
  "tensorboard grpcio",
  "tensorboard protobuf",
  "tensorboard werkzeug",
];

const base = slug(
  [
    runtime,
    pip,
    ...flask,
    ...tensorflow,
    installed("opencv-python", "4.10.0.84", { "cv2/cv2.abi3.so": 24.1, ...spread("opencv_python.libs", 24, 38.6) }),
    app({ "app.py": 0.01, "models/old.h5": 6.4, "static/app.js": 0.3, "templates/index.html": 0.002 }),
  ],
  graph(
    [
      "requirements.txt:1 flask",
      "requirements.txt:2 gunicorn",
      "requirements.txt:4 tensorflow",
      "requirements.txt:6 opencv-python",
    ],
    EDGES,
  ),
);

const head = slug(
  [
    runtime,
    pip,
    ...flask,
    ...tensorflow,
    ...xgboost,
    installed("opencv-python-headless", "4.11.0.86", {
      "cv2/cv2.abi3.so": 23.2,
      ...spread("opencv_python_headless.libs", 18, 26.4),
    }),
    app({ "app.py": 0.012, "models/classifier.h5": 19.6, "static/app.js": 0.28, "templates/index.html": 0.002 }),
  ],
  graph(
    [
      "requirements.txt:1 flask",
      "requirements.txt:2 gunicorn",
      "requirements.txt:4 tensorflow",
      "requirements.txt:5 xgboost",
      "requirements.txt:6 opencv-python-headless",
    ],
    [
      ...EDGES,
      ...["nvidia-nccl-cu12", "scipy", "numpy"].map((name) => `xgboost ${name}`),
      "scipy numpy",
      "opencv-python-headless numpy",
    ],
  ),
);

const BUDGET = {
  limit: 1000 * MIB,
  warnAt: [500 * MIB],
  maxIncrease: { bytes: 200 * MIB },
  noiseFloor: 64 * KIB,
  allowance: 0,
};

/** The page's data of two sides, as the program makes it. */
export function pageAppOf(base: Side, head: Side, overrides: Partial<Report> = {}): PageApp {
  const occasion = base.state === "absent" && base.revision === null ? "push" : "comparison";
  const report = reportOf(base, head, {
    config: { limit: "1000M", "warn-at": ["500M"], "max-increase": "200M" },
    verdict: judge(base, head, compareSides(base, head), BUDGET, occasion),
  });
  return { report: { ...report, ...overrides }, map: mapFor({ report, base, head }, 1) };
}

/** A pull request that adds a requirement which brings CUDA, swaps another, and ships a larger model. */
export function sample(overrides: Partial<Report> = {}): PageApp {
  return pageAppOf(
    weighedSide(base, "main"),
    { ...weighedSide(head, "rank-results"), revision: { ref: "rank-results", sha: "9ab34cd".padEnd(40, "1") } },
    {
      advice: advice(),
      history: history(),
      notWeighed: [{ what: "what `collectstatic` writes", why: "it runs when Heroku builds" }],
      ...overrides,
    },
  );
}

/** One revision by itself, as `weigh` reports it. */
export function weighedAlone(): PageApp {
  return pageAppOf({ state: "absent", revision: null }, weighedSide(head, "HEAD"));
}

export function unweighableHead(): PageApp {
  return pageAppOf(weighedSide(base), brokenSide("unweighable"));
}

export function unknownBase(): PageApp {
  return pageAppOf(brokenSide("invalid"), weighedSide(head));
}

/** The app goes away. */
export function removedApp(): PageApp {
  return pageAppOf(weighedSide(base), { state: "absent", revision: { ref: "gone", sha: null } }, { app: "apps/old" });
}

/** More layers than are drawn one by one, some of them changed either way. */
export function many(): PageApp {
  const parts = (grown: number): ReturnType<typeof part>[] =>
    Array.from({ length: 1000 }, (_, at) => {
      const size = 0.02 + (at % 37) / 400 + (at % 3 === grown ? 0.004 : 0);
      return installed(`small-${at}`, "1.0", { [`small_${at}/all.py`]: size });
    });
  const dependencies = graph(["requirements.txt:1 small-0"], []);
  return pageAppOf(weighedSide(slug(parts(0), dependencies)), weighedSide(slug(parts(1), dependencies)));
}

/** Names that no one should have, in every place that a name can have. */
export function hostile(): PageApp {
  const names = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "{{data}}{{title}}",
    "\u202Egnp.exe",
    "a".repeat(4000),
    "\u0000\u001b[31m",
  ];
  const parts = names.map((name, at) =>
    part(
      "distribution",
      name,
      tree([file(`${name.replaceAll("/", "∕")}/${name.replaceAll("/", "∕")}.py`, (at + 1) * MIB)]),
      { version: name },
    ),
  );
  const of = slug(
    parts,
    graph(
      names.map((_, at) => `requirements.txt:${at + 1} x`),
      [],
    ),
  );
  const before = slug(parts.slice(0, 3), graph([], []));
  const made = pageAppOf(weighedSide(before, names[0]), weighedSide(of, names[3]), {
    app: names[0] ?? "",
    notes: names,
    advice: advice().map((each) => ({
      ...each,
      title: `Drop \`${names[0] ?? ""}\``,
      detail: names[1] ?? "",
      sources: names,
    })),
  });
  return made;
}

function advice(): Advice[] {
  const total = head.total;
  const nccl = { files: 20, disk: 640 * MIB, compressed: Math.round(291.5 * MIB) };
  const lines = ["-xgboost==3.0.5", "+xgboost-cpu==3.0.5"];
  return [
    requirementsAdvice(
      {
        id: "xgboost-cpu",
        subject: "xgboost",
        title: "Replace `xgboost` by `xgboost-cpu`",
        detail: "A dyno has no GPU. Same API, no federated learning.",
        sources: ["https://example.com/xgboost"],
      },
      savingOf(total, subtract(total, nccl), 0),
      { possible: true, because: null, steps: [{ kind: "diff", file: "requirements.txt", lines, note: null }] },
    ),
    filesAdvice(
      {
        id: "model",
        level: "advice",
        subject: "models/classifier.h5",
        title: "Keep `models/classifier.h5` out of the slug",
        detail: "It can be fetched when the dyno starts.",
        sources: [],
        saving: { files: 1, disk: 55 * MIB, compressed: Math.round(19.6 * MIB) },
        error: 0,
        ignore: ["models/classifier.h5"],
      },
      total,
    ),
  ];
}

function history(): HistoryPoint[] {
  const totals = [512, 512.4, 512.4, 604.1, 604.1, 603.9, 641.2, 641.2, 641.9, 640.1];
  return totals.map((total, at) => {
    const step = total - (totals[at - 1] ?? total);
    const delta = { files: 10, disk: Math.round(step * 3 * MIB), compressed: Math.round(step * MIB) };
    return {
      sha: String(at).repeat(40),
      date: `2026-11-${String(at + 1).padStart(2, "0")}T12:00:00Z`,
      subject: `Change number ${at}`,
      total: { files: 20_000, disk: Math.round(total * 3 * MIB), compressed: Math.round(total * MIB) },
      changes:
        step === 0
          ? []
          : [
              {
                kind: "distribution",
                name: at === 3 ? "tensorflow" : "opencv-python",
                fromVersion: "1.0",
                toVersion: "1.1",
                delta,
              },
            ],
    };
  });
}
