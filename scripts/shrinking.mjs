// Makes an app that is over Heroku's limit in a git repository of its own, shrinks it step by step, weighs each step with the
// committed command line, and writes the figures to docs/shrinking-a-slug.json and into docs/shrinking-a-slug.md, between
// `<!-- NAME -->` and `<!-- end -->`. Installs gigabytes the first time.
// usage: npm run shrinking [-- --fill | --check]: with --fill the figures are those of the last time; --check only says whether
// the guide has these.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format, resolveConfig } from "prettier";
import { diffHunks } from "../src/advise/lines/diff.ts";
import { changedFiles } from "../src/advise/lines/lines.ts";
import { NO_CHANGE } from "../src/model/advice.ts";
import { mib } from "../src/model/format.ts";
import { root, slugdiff, withExampleRepository } from "./example-repository.mjs";

const GUIDE = join(root, "docs/shrinking-a-slug.md");
const FIGURES = join(root, "docs/shrinking-a-slug.json");
const CUTOFF = "2026-11-20T00:00:00Z";
const LIMIT = "1,000 MiB";

const REQUIREMENTS = [
  ...["Flask==3.1.3", "gunicorn==23.0.0", "jupyter==1.1.1", "numpy==2.5.4", "opencv-python==5.0.0.93"],
  ...["pytest==9.2.0", "safetensors==0.8.0", "tensorflow==2.21.0", "xgboost==3.4.1"],
];

const app = (...imports) => [...imports, "from flask import Flask", "", "app = Flask(__name__)", ""].join("\n");
const USED = ["import cv2", "import numpy", "import xgboost", "from safetensors.numpy import load_file"];

const START = {
  ".python-version": "3.12\n",
  Procfile: "web: gunicorn app:app\n",
  "requirements.txt": `${REQUIREMENTS.join("\n")}\n`,
  "app.py": app(...USED, "import tensorflow"),
  "models/vectors.safetensors": () => model("F32"),
  "data/training.csv": () => table(20 * 1024 * 1024),
  "notebooks/explore.ipynb": () => notebook(6 * 1024 * 1024),
};

/**
 * What is done, one step after the other. `change`: of the requirements, made with the lines that the advice gives for it;
 * `advice`: ids of what the report says to it; `files`: others, null for one that goes.
 */
const STEPS = [
  { id: "start", title: "the app as it is" },
  {
    id: "tensorflow-cpu",
    title: "`tensorflow` → `tensorflow-cpu`",
    advice: ["tensorflow-cpu"],
    change: { without: ["tensorflow"], with: ["tensorflow-cpu==2.21.0"] },
  },
  {
    id: "xgboost-cpu",
    title: "`xgboost` → `xgboost-cpu`",
    advice: ["xgboost-cpu"],
    change: { without: ["xgboost"], with: ["xgboost-cpu==3.4.1"] },
  },
  {
    id: "float16",
    title: "the model's weights as float16",
    files: { "models/vectors.safetensors": () => model("F16") },
  },
  {
    id: "model",
    title: "the model in object storage",
    advice: ["model-pytorch"],
    change: { with: ["obstore==0.12.1"] },
    // The TensorFlow model is there too, converted.
    files: {
      "models/vectors.safetensors": null,
      "app.py": app(...USED, "import obstore", "from tensorflow import lite"),
    },
  },
  {
    id: "development-tools",
    title: "tools for development out of production",
    advice: ["development-tools"],
    change: { without: ["jupyter", "pytest"] },
    files: { "requirements-dev.txt": "-r requirements.txt\njupyter==1.1.1\npytest==9.2.0\n" },
  },
  {
    id: "opencv-headless",
    title: "`opencv-python` → `opencv-python-headless`",
    advice: ["opencv-headless"],
    change: { without: ["opencv-python"], with: ["opencv-python-headless==5.0.0.93"] },
  },
  {
    id: "slugignore",
    title: "training data and notebooks in `.slugignore`",
    advice: ["data", "notebooks"],
    files: { ".slugignore": "/data\n/notebooks\n" },
  },
  {
    id: "ai-edge-litert",
    title: "LiteRT instead of TensorFlow",
    advice: ["ai-edge-litert"],
    change: { without: ["tensorflow-cpu"], with: ["ai-edge-litert==2.3.0"] },
    files: { "app.py": app(...USED, "import obstore", "from ai_edge_litert.interpreter import Interpreter") },
  },
  {
    id: "pillow",
    title: "Pillow where OpenCV only opens and resizes images",
    change: { without: ["opencv-python-headless"], with: ["pillow==13.0.0"] },
    files: {
      "app.py": app(
        ...USED.filter((line) => !line.includes("cv2")),
        "import obstore",
        "from ai_edge_litert.interpreter import Interpreter",
        "from PIL import Image",
      ),
    },
  },
];

/** 80 MiB of normally distributed weights, or the same as float16; the same bytes on every run. */
function model(type) {
  const [rows, columns] = [81_920, 256];
  const random = randomNumbers();
  const weights = new (type === "F16" ? Float16Array : Float32Array)(rows * columns);
  for (let at = 0; at < weights.length; at += 2) {
    // Box and Muller's method.
    const radius = 0.05 * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    weights[at] = radius * Math.cos(angle);
    weights[at + 1] = radius * Math.sin(angle);
  }
  const vectors = { dtype: type, shape: [rows, columns], data_offsets: [0, weights.byteLength] };
  const header = Buffer.from(JSON.stringify({ vectors }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(weights.buffer)]);
}

/** Numbers from 0 to 1 (mulberry32), the same on every run. */
function randomNumbers() {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A table of so many bytes. */
function table(bytes) {
  const random = randomNumbers();
  const rows = [];
  for (let size = 0; size < bytes; size += rows.at(-1).length) {
    rows.push(`${Array.from({ length: 8 }, () => random().toFixed(6)).join(",")}\n`);
  }
  return rows.join("");
}

/** A notebook with a picture of so many bytes in its outputs. */
function notebook(bytes) {
  const random = randomNumbers();
  const picture = Buffer.from(Uint8Array.from({ length: bytes }, () => random() * 256)).toString("base64");
  const outputs = [{ output_type: "display_data", metadata: {}, data: { "image/png": picture } }];
  const cells = [{ cell_type: "code", execution_count: 1, metadata: {}, outputs, source: ["plot(vectors)"] }];
  return JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
}

const MANAGERS = ["pip", "uv", "poetry", "pipenv"];
const NAMES = { pip: "pip", uv: "uv", poetry: "Poetry", pipenv: "Pipenv" };
const FILES = { pip: "requirements.txt", uv: "pyproject.toml", poetry: "pyproject.toml", pipenv: "Pipfile" };

/** A manifest with these pinned requirements, and where each of them stands. */
function manifestOf(manager, requirements) {
  const rows = requirements.map((each) => each.replace(/^([^=]+)(==.+)$/, '$1 = "$2"'));
  const text = {
    pip: requirements,
    uv: [
      "[project]",
      'name = "app"',
      'version = "0"',
      "dependencies = [",
      ...requirements.map((each) => `    "${each}",`),
      "]",
    ],
    poetry: ["[tool.poetry]", "package-mode = false", "[tool.poetry.dependencies]", 'python = "~3.12"', ...rows],
    pipenv: ["[[source]]", 'name = "default"', "[packages]", ...rows],
  }[manager].concat("");
  const direct = requirements.map((each) => {
    const [name] = each.split("==");
    const line = text.findIndex((row) => row.trim().replace(/^"/, "").startsWith(name)) + 1;
    return { name: name.toLowerCase(), location: { file: FILES[manager], line } };
  });
  return { text: text.join("\n"), direct };
}

/** The manifest before and after a change, as the advice makes it. */
function followed(manager, requirements, change) {
  const { text, direct } = manifestOf(manager, requirements);
  const edited = changedFiles({ ...NO_CHANGE, ...change }, manager, direct, new Map([[FILES[manager], text]]));
  if (edited === "unclear" || !edited.possible) throw new Error(`${manager}: ${JSON.stringify(edited)}`);
  return { before: text, after: edited.texts.get(FILES[manager]), command: edited.command };
}

/** Each step with the requirements that it begins with, and the files that it changes. */
function stepsWithFiles() {
  let requirements = REQUIREMENTS;
  return STEPS.map((step, at) => {
    const before = requirements;
    const text = step.change === undefined ? null : followed("pip", before, step.change).after;
    if (text !== null) requirements = text.trim().split("\n");
    const files = { ...(at === 0 ? START : {}), ...(text === null ? {} : { "requirements.txt": text }), ...step.files };
    return { ...step, before, files };
  });
}

function write(repository, files) {
  for (const [path, content] of Object.entries(files)) {
    const file = join(repository, path);
    mkdirSync(dirname(file), { recursive: true });
    if (content === null) rmSync(file);
    else writeFileSync(file, typeof content === "function" ? content() : content);
  }
}

/** Weighs every step, each with what is advised then. */
function measure() {
  const steps = stepsWithFiles();
  const revisions = steps.map(({ id, title, files }) => ({
    branch: id,
    message: title,
    add: (repository) => write(repository, files),
  }));
  return withExampleRepository(revisions, (repository) => {
    let advised = [];
    return steps.map(({ id, title, advice: wanted = [] }) => {
      console.error(`\n${title}`);
      const args = ["weigh", id, "--repo", repository, "--cutoff", CUTOFF, "--advice-time", "900", "--format", "json"];
      const { status, stdout } = slugdiff(args, { stdio: ["ignore", "pipe", "inherit"], maxBuffer: 2 ** 30 });
      if (status === 2) throw new Error(`${id} could not be weighed: ${stdout}`);
      const { head, advice } = JSON.parse(stdout);
      const told = advised.filter((each) => wanted.includes(each.id));
      advised = advice;
      const { compressed, disk, files } = head.total;
      console.error(`${mib(compressed)}; advised next: ${advice.map((each) => each.id).join(", ")}`);
      return { id, title, total: { files, disk, compressed }, advised: togetherOf(told) };
    });
  });
}

/** What several pieces of advice promise together; null if there are none. */
function togetherOf(advice) {
  if (advice.length === 0) return null;
  const isMeasured = advice.every(({ saving }) => saving.basis === "measured");
  const compressed = advice.reduce((sum, { saving }) => sum + saving.weight.compressed, 0);
  return { basis: isMeasured ? "measured" : "predicted", compressed };
}

function figuresTable(steps) {
  const rows = steps.map(({ title, total, advised }, at) => {
    const saved = at === 0 ? null : steps[at - 1].total.compressed - total.compressed;
    const said = advised === null ? "" : `${mib(advised.compressed)} (${advised.basis})`;
    return [title, saved === null ? "" : mib(saved), said, mib(total.compressed), mib(total.disk)];
  });
  const heading = ["step", "saves", "Slugdiff had said", "compressed slug", "on disk"];
  return [heading, ["---", "--:", "--:", "--:", "--:"], ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function summary(steps) {
  const [first, last] = [steps[0].total, steps.at(-1).total];
  const share = ((last.compressed / first.compressed) * 100).toFixed(0);
  return `From ${mib(first.compressed)}, where the limit is ${LIMIT}, to ${mib(last.compressed)}: ${share} % of it.`;
}

/** The lines of a step for every package manager, as the advice has them. */
function lines({ before, change }) {
  const blocks = MANAGERS.map((manager) => {
    const { before: old, after, command } = followed(manager, before, change);
    const changed = diffHunks(old, after).flatMap((hunk) => hunk.lines);
    const then = command === null ? [] : [` # then: ${command}`];
    return [` # ${NAMES[manager]}: ${FILES[manager]}`, ...changed, ...then].join("\n");
  });
  return `\`\`\`diff\n${blocks.join("\n\n")}\n\`\`\``;
}

/** The guide with these figures. */
async function filled(guide, { steps }) {
  const parts = new Map([
    ["figures", figuresTable(steps)],
    ["summary", summary(steps)],
    ...stepsWithFiles()
      .filter(({ change }) => change !== undefined)
      .map((step) => [`lines ${step.id}`, lines(step)]),
  ]);
  const text = guide.replaceAll(
    /^(<!-- ((?:figures|summary|lines [\w-]+)) -->\n)[\s\S]*?(?=^<!-- end -->$)/gm,
    (_, start, name) => {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`there is nothing for ${name}`);
      return `${start}\n${part}\n\n`;
    },
  );
  return format(text, { ...(await resolveConfig(GUIDE)), filepath: GUIDE });
}

const isCheck = process.argv.includes("--check");
if (!isCheck && !process.argv.includes("--fill")) {
  const steps = measure();
  writeFileSync(FIGURES, `${JSON.stringify({ cutoff: CUTOFF, steps }, null, 2)}\n`);
}
if (existsSync(GUIDE)) {
  const before = readFileSync(GUIDE, "utf8");
  const after = await filled(before, JSON.parse(readFileSync(FIGURES, "utf8")));
  if (!isCheck) writeFileSync(GUIDE, after);
  else if (after !== before) {
    console.error("docs/shrinking-a-slug.md does not have the figures of its .json. Run: npm run shrinking -- --fill");
    process.exitCode = 1;
  }
}
