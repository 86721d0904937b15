import { existsSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { adviseOnFiles } from "../../../src/advise/files/advise.js";
import { ignoredPaths, parseSlugignore } from "../../../src/app/slugignore.js";
import { KIB, MIB } from "../../../src/model/bytes.js";
import type { FileAdvice } from "../../../src/model/file-advice.js";
import type { Entry } from "../../../src/model/layer.js";
import { NOTHING_SNIFFED, type Sniffed, type SniffedModel } from "../../../src/model/sniffed.js";
import { inTarOrder, type TreeEntry } from "../../../src/model/tree.js";

/** Entries of these files (bytes on disk, nine tenths of them compressed) and of the folders that hold them. */
function app(files: Readonly<Record<string, number>>): Entry[] {
  const folders = new Set<string>();
  for (const path of Object.keys(files)) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at));
  }
  return inTarOrder([
    ...Object.entries(files).map(([path, disk]): Entry => ({
      path,
      kind: "file",
      disk,
      compressed: Math.round(disk * 0.9),
    })),
    ...[...folders].map((path): Entry => ({ path, kind: "directory", disk: 0, compressed: 40 })),
  ]);
}

const many = (count: number, path: (at: number) => string, disk: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [path(at), disk]));

function sniffed(models: Readonly<Record<string, SniffedModel>>): Sniffed {
  return { ...NOTHING_SNIFFED, models: new Map(Object.entries(models)) };
}

/** Paths of the entries that lines of `.slugignore` leave out. */
function leftOut(lines: readonly string[], entries: readonly Entry[]): string[] {
  const tree = entries.map(({ path, kind, disk }): TreeEntry => ({ path, kind, size: disk, executable: false }));
  return [...ignoredPaths(parseSlugignore(lines.join("\n")), tree)];
}

const ORDINARY = {
  "app.py": 20 * KIB,
  "requirements.txt": 2 * KIB,
  "shop/models.py": 90 * KIB,
  "shop/tests.py": 200 * KIB,
  "shop/migrations/0001_initial.py": 100 * KIB,
  "shop/static/logo.png": 200 * KIB,
  "shop/static/app.js": 2 * MIB,
  "shop/fixtures/countries.json": 300 * KIB,
  "locale/de/LC_MESSAGES/django.po": 400 * KIB,
  "model/tiny.pkl": 200 * KIB,
  "data/cities.csv": 500 * KIB,
  "vendor/lib.bin": 800 * KIB,
};

test("an app with nothing wrong gets no advice", () => {
  const code = {
    "runs/__init__.py": 100 * KIB,
    "runs/logs/events.out.tfevents.1": 10,
    "logs/views.py": 2 * MIB,
    "tests/test_app.py": 100 * KIB,
    "test/views.py": 2 * MIB,
    "test/test_app.py": 100 * KIB,
    "docs/README.md": 100 * KIB,
    "api/docs/README.md": 10 * KIB,
    "api/docs/views.py": 2 * MIB,
  };
  expect(adviseOnFiles(app({ ...ORDINARY, ...code }), NOTHING_SNIFFED)).toEqual([]);
});

describe("each class", () => {
  type Case = [id: string, subject: string, files: Record<string, number>, ignore: string[]];
  test.each<Case>([
    ["committed-environment", "env/", { "env/pyvenv.cfg": 100, "env/lib/a.so": 5 * MIB }, []],
    ["committed-environment", "conda/", { "conda/conda-meta/history": 100, "conda/lib/a.so": 5 * MIB }, []],
    ["committed-packages", "lib/python3.12/site-packages/", { "lib/python3.12/site-packages/a.py": MIB }, []],
    ["committed-packages", "__pypackages__/", { "__pypackages__/3.12/lib/a.py": MIB }, []],
    ["node-modules", "node_modules/", { "node_modules/a/node_modules/b.js": MIB }, []],
    ["node-modules", "**/node_modules/", { "a/node_modules/a.js": MIB, "b/node_modules/b.js": MIB }, []],
    ["committed-wheels", "vendor/a-1-py3-none-any.whl", { "vendor/a-1-py3-none-any.whl": MIB }, []],
    [
      "caches",
      "**/__pycache__/",
      { "__pycache__/a.pyc": MIB, "a/__pycache__/a.pyc": 9 },
      ["/__pycache__", "/a/__pycache__"],
    ],
    ["caches", "**/__pycache__/", many(5, (at) => `p${at}/__pycache__/a.pyc`, MIB), ["__pycache__"]],
    ["caches", ".mypy_cache/", { ".mypy_cache/3.12/a.json": MIB }, ["/.mypy_cache"]],
    [
      "caches",
      "**/__pycache__/",
      { ...many(3, (at) => `p${at}/__pycache__/a.pyc`, MIB), ".hid/__pycache__/a.pyc": 9 },
      ["__pycache__", "/.hid/__pycache__"],
    ],
    ["training-records", "runs/", { "runs/a/events.out.tfevents.1": MIB, "runs/a/best.pt": MIB }, []],
    ["training-records", "mlruns/", { "mlruns/0/meta.yaml": 10, "mlruns/0/model.pkl": MIB }, []],
    ["download-caches", ".cache/", { ".cache/huggingface/hub/a": MIB }, []],
    ["download-caches", "nltk_data/", { "nltk_data/corpora/words.zip": MIB }, []],
    ["collected-static-files", "staticfiles/", { "staticfiles/staticfiles.json": 10, "staticfiles/a.js": MIB }, []],
    ["tests", "tests/", { "tests/test_a.py": 10, "tests/data/a.csv": 20 * MIB }, ["/tests"]],
    ["docs", "docs/", { "docs/index.md": 10, "docs/a.png": 2 * MIB }, ["/docs"]],
    ["notebooks", "nb/*.ipynb", { "nb/a.ipynb": MIB, "nb/b.ipynb": MIB }, ["/nb/a.ipynb", "/nb/b.ipynb"]],
    ["notebooks", "nb/*.ipynb", many(9, (at) => `nb/n${at}.ipynb`, MIB), ["*.ipynb"]],
    ["design", "**/*", { ...many(4, (at) => `art/a${at}.PSD`, MIB), "b.ai": 9 }, ["*.PSD", "*.ai"]],
    ["media", "static/img/**/*.jpg", many(300, (at) => `static/img/${at}/a.jpg`, 50 * KIB), []],
    ["media", "intro.mp4", { "intro.mp4": 30 * MIB }, []],
    ["data", "data/**/*", { "data/a.csv": 8 * MIB, "data/raw/b.parquet": 4 * MIB }, []],
    ["data", "db.sqlite3", { "db.sqlite3": 8 * MIB }, []],
    ["model-tensorrt", "m.engine", { "m.engine": 8 * MIB }, []],
    ["model-tensorflow", "model.h5", { "model.h5": 20 * MIB }, []],
    [
      "model-tensorflow",
      "m/",
      {
        "m/saved_model.pb": MIB,
        "m/variables/variables.index": 100,
        "m/variables/variables.data-00000-of-00001": 9 * MIB,
      },
      [],
    ],
    ["model-pytorch", "m/*.safetensors", many(3, (at) => `m/model-0000${at + 1}-of-00003.safetensors`, 4 * MIB), []],
    ["model-pytorch", "m/pytorch_model.bin", { "m/pytorch_model.bin": 20 * MIB }, []],
    ["model-gguf", "m/*.gguf", many(2, (at) => `m/llama-0000${at + 1}-of-00002.gguf`, 8 * MIB), []],
    ["model-onnx", "*", { "m.onnx": MIB, "m.onnx.data": 20 * MIB }, []],
    ["model-pickle", "forest.joblib", { "forest.joblib": 20 * MIB }, []],
    ["embeddings", "glove.vec", { "glove.vec": 20 * MIB }, []],
  ])("%s: %s", (id, subject, files, ignore) => {
    const entries = app({ ...ORDINARY, ...files });
    const advice = adviseOnFiles(entries, NOTHING_SNIFFED);
    expect(advice).toEqual([expect.objectContaining({ id, subject, ignore, error: 0, level: "advice" })]);
    const [only] = advice;
    expect(only?.files).toBe(Object.keys(files).length);
    expect(only?.saving.disk).toBe(Object.values(files).reduce((a, b) => a + b, 0));
    // Only what can be hidden is: everything that it is about, and nothing else.
    if (ignore.length > 0) {
      const gone = leftOut(ignore, entries);
      expect(
        entries.filter(({ path, kind }) => kind === "file" && gone.includes(path)).map(({ path }) => path),
      ).toEqual(inTarOrder(Object.keys(files).map((path) => ({ path }))).map(({ path }) => path));
    }
    expect(adviseOnFiles(entries, NOTHING_SNIFFED, { noiseFloor: 100 * MIB })).toEqual([]);
  });

  test("Git LFS pointers warn, whatever they weigh, and before all else", () => {
    const entries = app({ "model.h5": 130, "data.csv": 130, "big.h5": 50 * MIB });
    const lfs = new Map([
      ["model.h5", 250 * MIB],
      ["data.csv", 10 * MIB],
    ]);
    const [first, ...others] = adviseOnFiles(entries, { ...NOTHING_SNIFFED, lfs });
    expect(first).toMatchObject({ id: "git-lfs", level: "warning", files: 2, ignore: [] });
    expect(first?.detail).toContain("2 files arrive as pointers of a hundred bytes or so instead of 260.0 MiB");
    expect(others.map(({ subject }) => subject)).toEqual(["big.h5"]);
  });

  test("a notebook's outputs are told of", () => {
    const notebooks = new Map([["a.ipynb", 3 * MIB]]);
    const [advice] = adviseOnFiles(app({ "a.ipynb": 4 * MIB }), { ...NOTHING_SNIFFED, notebooks });
    expect(advice?.detail).toContain("3.0 MiB on disk are outputs");
  });
});

describe("models that were looked into", () => {
  const keras = (bytes: number, optimizer = 0): SniffedModel => ({
    format: "keras",
    weights: [{ type: "float32", bytes }],
    optimizer,
  });

  test("say what float16 and int8 would leave, in proportion to what they weigh", () => {
    const [advice] = adviseOnFiles(app({ "m.h5": 100 * MIB }), sniffed({ "m.h5": keras(100 * MIB) }));
    expect(advice?.saving.compressed).toBe(90 * MIB);
    expect(advice?.model?.predicted).toEqual([
      { as: "float16", disk: 50 * MIB, compressed: Math.round((90 * MIB * 0.5 * 0.92) / 0.93) },
      { as: "int8", disk: 25 * MIB, compressed: Math.round((90 * MIB * 0.25 * 0.88) / 0.93) },
    ]);
    expect(advice?.detail).toContain("float32: 100.0 MiB");
    expect(advice?.detail).toContain("Predicted in the slug: 44.5 MiB as float16, 21.3 MiB as int8.");
  });

  test("know what only training needs", () => {
    const model = keras(90 * MIB, 60 * MIB);
    const [advice] = adviseOnFiles(app({ "m.h5": 90 * MIB }), sniffed({ "m.h5": model }));
    const [inference, float16] = advice?.model?.predicted ?? [];
    expect(inference).toEqual({ as: "inference", disk: 30 * MIB, compressed: 27 * MIB });
    expect(float16?.compressed).toBe(Math.round((27 * MIB * 0.5 * 0.92) / 0.93));
    expect(advice?.detail).toContain("60.0 MiB of that are the optimiser's");
  });

  test("that are packed on disk are smaller there in proportion", () => {
    const [advice] = adviseOnFiles(app({ "m.keras": 4 * MIB }), sniffed({ "m.keras": keras(40 * MIB) }));
    expect(advice?.model?.predicted.map(({ disk }) => disk)).toEqual([2 * MIB, MIB]);
  });

  test("that are in few bits already have nothing predicted", () => {
    const model: SniffedModel = { format: "tflite", weights: [{ type: "int8", bytes: 20 * MIB }], optimizer: 0 };
    const [advice] = adviseOnFiles(app({ "m.tflite": 20 * MIB }), sniffed({ "m.tflite": model }));
    expect(advice?.model?.predicted).toEqual([]);
    expect(adviseOnFiles(app({ "m.tflite": 4 * MIB }), sniffed({ "m.tflite": model }))).toEqual([]);
  });

  test("of a few megabytes had better get smaller than move, which saves what is predicted, not all of it", () => {
    const [advice] = adviseOnFiles(app({ "m.h5": 4 * MIB }), sniffed({ "m.h5": keras(4 * MIB) }));
    expect(advice?.title).toBe("Store `m.h5` as float16");
    const left = Math.round((3.6 * MIB * 0.5 * 0.92) / 0.93);
    expect(advice?.saving).toEqual({ files: 0, disk: 2 * MIB, compressed: Math.round(3.6 * MIB) - left });
    expect(advice?.error).toBe(Math.ceil(left * 0.05));
    expect(advice?.detail).toContain("would not pay");
  });

  test("are what their content says, not their name", () => {
    const pickle: SniffedModel = { format: "pickle", weights: [], optimizer: 0 };
    const entries = app({
      "a.h5": 20 * MIB,
      "b.pth": 20 * MIB,
      "c.model": 20 * MIB,
      "d.bin": 20 * MIB,
      "e.bin": 20 * MIB,
    });
    const advice = adviseOnFiles(
      entries,
      sniffed({
        "a.h5": { format: "hdf5", weights: [{ type: "float32", bytes: 100 }], optimizer: 0 },
        "b.pth": pickle,
        "c.model": pickle,
        "d.bin": { format: "pytorch", weights: [{ type: "unknown", bytes: 20 * MIB }], optimizer: 0 },
      }),
    );
    expect(Object.fromEntries(advice.map(({ subject, id }) => [subject, id]))).toEqual({
      "a.h5": "data",
      "b.pth": "model-pytorch",
      "c.model": "model-pickle",
      "d.bin": "model-pytorch",
    });
  });

  test("of a checkpoint are one with its index", () => {
    const index: SniffedModel = {
      format: "tensorflow-checkpoint",
      weights: [{ type: "float32", bytes: 20 * MIB }],
      optimizer: 0,
    };
    const entries = app({ "ck-1.index": 1_000, "ck-1.data-00000-of-00001": 20 * MIB });
    const [advice, ...others] = adviseOnFiles(entries, sniffed({ "ck-1.index": index }));
    expect(others).toEqual([]);
    expect(advice).toMatchObject({ id: "model-tensorflow", files: 2 });
    expect(advice?.model?.predicted.map(({ as }) => as)).toEqual(["float16", "int8"]);
  });

  test("a folder full of them is one advice", () => {
    const entries = app(many(40, (at) => `m/${at}.onnx`, 2 * MIB));
    expect(adviseOnFiles(entries, NOTHING_SNIFFED)).toEqual([
      expect.objectContaining({ subject: "m/*.onnx", files: 40 }),
    ]);
  });
});

describe("laws", () => {
  const name = fc.constantFrom(
    ...[
      "a",
      "B c",
      "x#y",
      "[1]",
      ".hid",
      "tests",
      "docs",
      "env",
      "__pycache__",
      "node_modules",
      "static",
      "runs",
      "ünï",
    ],
  );
  const file = fc.constantFrom(
    ...[
      "a.ipynb",
      "b b.ipynb",
      "?.psd",
      "x.PSD",
      "test_a.py",
      "conftest.py",
      "index.md",
      "pyvenv.cfg",
      "a.pyc",
      "a.h5",
    ],
    ...["a.csv", "a.png", "a.whl", "saved_model.pb", "w-00001-of-00002.safetensors", "events.out.tfevents.1", "c.py"],
  );
  const path = fc.tuple(fc.array(name, { maxLength: 3 }), file).map(([folders, last]) => [...folders, last].join("/"));
  const trees = fc
    .dictionary(path, fc.integer({ min: 0, max: 5 * MIB }), { maxKeys: 60 })
    // No path is both a file and a folder: files have an ending, folders have none.
    .map((files) => app({ ...files }));

  test("no entry is counted twice, savings are exact, and `.slugignore` leaves out what the advice is about", () => {
    fc.assert(
      fc.property(trees, (entries) => {
        const advice = adviseOnFiles(entries, NOTHING_SNIFFED);
        const total = advice.reduce((sum, { saving }) => sum + saving.compressed, 0);
        expect(total).toBeLessThanOrEqual(entries.reduce((sum, { compressed }) => sum + compressed, 0));
        for (const one of advice) {
          expect(one.saving.files).toBe(one.files);
          expect(one.saving.compressed).toBeGreaterThanOrEqual(64 * KIB);
          for (const line of one.ignore) expect(leftOut([line], entries)).not.toEqual([]);
          expect(leftOut(one.ignore, entries).filter((gone) => !mayGo(one, gone, entries))).toEqual([]);
        }
        expect(advice.map(({ saving }) => saving.compressed)).toEqual(
          advice.map(({ saving }) => saving.compressed).sort((a, b) => b - a),
        );
        expect(adviseOnFiles([...entries].reverse(), NOTHING_SNIFFED).map(summary)).toEqual(advice.map(summary));
      }),
      { numRuns: 500 },
    );
  });

  const summary = ({ id, saving, ignore }: FileAdvice): unknown => ({ id, saving, ignore });

  /** What a line may leave out: of its class, or within a folder of its class. */
  function mayGo({ id }: FileAdvice, gone: string, entries: readonly Entry[]): boolean {
    const inside = (pattern: RegExp): boolean => pattern.test(`${gone}/`);
    if (id === "notebooks") return gone.endsWith(".ipynb");
    if (id === "design") return /\.(?:psd|PSD)$/.test(gone);
    if (id === "caches") return inside(/(?:^|\/)__pycache__\//);
    if (id === "tests") return inside(/(?:^|\/)tests\//);
    if (id === "docs") return inside(/(?:^|\/)docs\//);
    return entries.length < 0;
  }

  test("takes no longer than its files are many", () => {
    const entries = app(many(20_000, (at) => `a/b${at % 100}/c${at % 7}/__pycache__/f${at}.ipynb`, 100 * KIB));
    const started = process.cpuUsage();
    expect(adviseOnFiles(entries, NOTHING_SNIFFED)).toHaveLength(1);
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
  });
});

test("sources in this repository are there", () => {
  const entries = app({ "a.h5": 20 * MIB, "a.csv": 20 * MIB });
  const paths = adviseOnFiles(entries, NOTHING_SNIFFED).flatMap(({ sources }) =>
    sources.filter((source) => !source.startsWith("https:")),
  );
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) expect(existsSync(new URL(`../../../${path}`, import.meta.url))).toBe(true);
});
