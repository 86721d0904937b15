// Prints what wheels are predicted to weigh in a slug, and what they weigh installed: the table of "Prediction" in docs/how-it-measures.md.
// node --disable-warning=ExperimentalWarning --import=./scripts/typescript.mjs bench/prediction.ts [REQUIREMENT...]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "smol-toml";
import { z } from "zod";
import { install } from "../src/install/install.js";
import type { ResolvedDistribution } from "../src/model/resolution.js";
import { homeDirectories, type Target } from "../src/model/target.js";
import { SILENT, type Context } from "../src/ports.js";
import { likelyBySize } from "../src/predict/formula.js";
import { predictWheel } from "../src/predict/predict.js";
import { Interpreters } from "../src/python/interpreters.js";
import { run } from "../src/system/run.js";
import { toolEnvironment } from "../src/tools/environment.js";
import { createTools } from "../src/tools/tools.js";
import { createWeigher } from "../src/weigh/weigher.js";

const CUTOFF = "2026-11-22T00:00:00Z";
const MINOR = "3.12";

/** Those that the constants were found with. */
const FITTED = [
  ...["ai-edge-litert", "aiohttp", "babel", "boto3", "botocore", "celery", "certifi", "charset-normalizer"],
  ...[
    "cryptography",
    "django",
    "docutils",
    "faker",
    "flask",
    "google-api-python-client",
    "google-cloud-storage",
    "grpcio",
  ],
  ...["gunicorn", "h5py", "idna", "jinja2", "keras", "lightgbm", "lxml", "matplotlib"],
  ...["networkx", "nltk", "numpy", "openai", "opencv-python-headless", "pandas", "pillow", "plotly"],
  ...["protobuf", "psycopg2-binary", "pyarrow", "pydantic", "pydantic-core", "pygments", "pytz", "redis"],
  ...["requests", "rich", "scikit-learn", "scipy", "setuptools", "six", "spacy", "sqlalchemy"],
  ...["statsmodels", "stripe", "sympy", "transformers", "tzdata", "xgboost-cpu"],
];

/** Those that the constants know nothing of. */
const OTHERS = [
  ...["attrs", "beautifulsoup4", "click", "fastapi", "jsonschema", "kombu", "langchain-core", "mypy"],
  ...["orjson", "psutil", "pyjwt", "pymongo", "pyyaml", "ruff", "sentry-sdk", "starlette"],
  ...["streamlit", "tokenizers", "uvicorn", "uvloop", "werkzeug"],
];

const Lock = z.object({
  packages: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      wheels: z.array(z.object({ url: z.string(), size: z.number(), hashes: z.object({ sha256: z.string() }) })).min(1),
    }),
  ),
});

const percent = (part: number, of: number): string => {
  const value = (100 * part) / of;
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)} %`;
};
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

interface Row {
  readonly name: string;
  readonly weight: number;
  readonly byFiles: number;
  readonly error: number;
  readonly bySize: number;
  readonly sizeError: number;
}

async function measure(names: readonly string[], context: Context): Promise<Row[]> {
  const { signal, scratch, env } = context;
  const interpreter = await new Interpreters(context).find(MINOR);
  if (interpreter === null) throw new Error(`CPython ${MINOR} is needed.`);
  const target: Target = {
    stack: "heroku-24",
    python: { full: interpreter.version, minor: MINOR },
    pythonFrom: "bench",
  };
  const tools = createTools(context);
  const args = [
    ...[
      "pip",
      "compile",
      "-",
      "--no-deps",
      "--only-binary",
      ":all:",
      "--format",
      "pylock.toml",
      "--exclude-newer",
      CUTOFF,
    ],
    ...[
      "--python-version",
      interpreter.version,
      "--python-platform",
      "x86_64-manylinux_2_39",
      "--python",
      interpreter.path,
    ],
  ];
  const input = names.join("\n");
  const compiled = await run(await tools.uv(), args, { cwd: scratch, env: toolEnvironment(env), input, signal });
  if (compiled.code !== 0) throw new Error(compiled.stderr);
  const pylock = compiled.stdout.toString("utf8");
  const wanted = Lock.parse(parse(pylock)).packages.map(({ name, version, wheels }) => {
    const wheel = wheels.at(-1); // uv lists what fits, the best last.
    if (wheel === undefined) throw new Error(`${name} has no wheel`);
    const { url, size, hashes } = wheel;
    const filename = decodeURIComponent(url.split("/").at(-1) ?? "");
    const source = { kind: "wheel", url, size, sha256: hashes.sha256, filename } as const;
    return { name, version, source } satisfies ResolvedDistribution;
  });
  const weigher = createWeigher({ python: () => Promise.resolve(interpreter.path), signal });
  const home = new Set(homeDirectories(MINOR));
  const building = { kind: "here" } as const;
  const rows: Row[] = [];
  for (const one of wanted) {
    const { source, name } = one;
    const request = { pylock, wanted: [one], target, interpreter, app: scratch, building };
    const [weight = 0] = await install(request, tools, context, async ({ root, entries }) => {
      const tree = { root, entries: entries.filter(({ path }) => !home.has(path)) };
      const { weight } = await weigher.weigh(tree);
      rmSync(root, { recursive: true });
      return weight.compressed;
    });
    const predicted = await predictWheel(source, { minor: MINOR, app: scratch }, context);
    if (predicted?.basis !== "directory") throw new Error(`${name}: ${predicted?.problem ?? "no prediction"}`);
    const bySize = likelyBySize(source.size, source.filename);
    rows.push({
      name: `${name} ${one.version}`,
      weight,
      byFiles: predicted.weight.compressed,
      error: predicted.error,
      bySize: bySize.weight.compressed,
      sizeError: bySize.error,
    });
  }
  await weigher.close();
  return rows;
}

function print(title: string, rows: readonly Row[]): void {
  console.log(
    `\n| ${title} | weighs | predicted | | band | by size alone | band |\n| --- | --: | --: | --: | --: | --: | --: |`,
  );
  for (const { name, weight, byFiles, error, bySize, sizeError } of rows) {
    const size = `${percent(bySize - weight, weight)} | ± ${((100 * sizeError) / weight).toFixed(0)} %`;
    const files = `${mib(byFiles)} | ${percent(byFiles - weight, weight)} | ± ${((100 * error) / weight).toFixed(0)} %`;
    console.log(`| ${name} | ${mib(weight)} | ${files} | ${size} |`);
  }
  const sum = (of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const weight = sum((row) => row.weight);
  const within = rows.filter((row) => Math.abs(row.byFiles - row.weight) <= row.error).length;
  const sizeWithin = rows.filter((row) => Math.abs(row.bySize - row.weight) <= row.sizeError).length;
  const all = `${percent(sum((row) => row.byFiles) - weight, weight)} | ${within} of ${rows.length} within`;
  const size = `${percent(sum((row) => row.bySize) - weight, weight)} | ${sizeWithin} of ${rows.length} within`;
  console.log(`| together | ${mib(weight)} | ${mib(sum((row) => row.byFiles))} | ${all} | ${size} |`);
}

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-prediction-"));
try {
  const signal = new AbortController().signal;
  const context = {
    scratch,
    progress: SILENT,
    signal,
    env: process.env,
    toolsDir: join(tmpdir(), "slugdiff-test-tools"),
  };
  const given = process.argv.slice(2);
  if (given.length > 0) print("given", await measure(given, context));
  else {
    print("fitted", await measure(FITTED, context));
    print("not seen before", await measure(OTHERS, context));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
