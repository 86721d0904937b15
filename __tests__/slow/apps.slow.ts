import { spawnSync } from "node:child_process";
import { linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { mib } from "../../src/model/format.js";
import type { Layer } from "../../src/model/layer.js";
import { PACKAGE_MANAGERS } from "../../src/model/resolution.js";
import type { Tree } from "../../src/model/tree.js";
import type { Result } from "../../src/pipeline/compare.js";
import {
  distributions,
  openWorld,
  recorded,
  repositoryOf,
  slugOf,
  sumsThatFail,
  weigh,
  type World,
} from "../acceptance/support.js";

/** What the apps require; the pull request adds the last. */
const APPS: Readonly<Record<string, readonly string[]>> = {
  Django: ["Django==5.2.8", "gunicorn==23.0.0", "psycopg2-binary==2.9.11", "whitenoise==6.11.0"],
  pandas: ["Flask==3.1.0", "gunicorn==23.0.0", "pandas==2.3.3", "requests==2.32.5"],
  "TensorFlow for CPUs": ["Flask==3.1.0", "requests==2.32.5", "tensorflow-cpu==2.18.0", "gunicorn==23.0.0"],
};

/** The app whose deploy failed: its slug is some 2 GB on disk. */
const TENSORFLOW = [
  "Flask==3.1.0",
  "gunicorn==23.0.0",
  "opencv-python==4.10.0.84",
  "numpy==2.0.2",
  "pytesseract==0.3.13",
  "tensorflow==2.18.0",
  "h5py==3.12.1",
  "protobuf==5.29.1",
  "Werkzeug==3.1.3",
  "requests==2.32.3",
];

interface Row {
  readonly app: string;
  readonly manager: string;
  readonly result: Result;
  /** Of a run with an empty store, and of another one after it. */
  readonly seconds: readonly [cold: number, warm: number];
  /** Of the slug without the runtime, by `tar --sort=name | pigz -6`, and by the sum of its layers. */
  readonly archive: { readonly pigz: number; readonly layers: number } | null;
}

let world: World;
const rows: Row[] = [];

beforeAll(async () => {
  if (spawnSync("pigz", ["--version"]).status !== 0)
    throw new Error("The slow tests need pigz: install it, and run them again.");
  world = await openWorld("3.12");
});
afterAll(() => {
  process.stdout.write(`\n${table()}\n`);
  world.close();
});

describe.each(Object.entries(APPS))("%s", (app, requirements) => {
  let pins: readonly [base: readonly string[], head: readonly string[]];
  beforeAll(async () => {
    pins = [await world.pins(requirements.slice(0, -1)), await world.pins(requirements)];
  });

  test.each(PACKAGE_MANAGERS)("with %s", async (manager) => {
    const [base, head] = await Promise.all(pins.map((each) => world.app(manager, each)));
    if (base === undefined || head === undefined) throw new Error("two revisions");
    const row = await measure(app, manager, repositoryOf(base, head).path, "base");
    expect(Object.keys(distributions(row.result.head)).sort()).toEqual(pins[1].map(nameOf).sort());
    const before = new Set(pins[0].map(nameOf));
    const added = pins[1].map(nameOf).filter((name) => !before.has(name));
    expect(added).not.toEqual([]);
    const { layers } = row.result.report.diff;
    const grown = layers.filter(({ change }) => change === "added" || change === "removed");
    expect(grown.map(({ name, change }) => `${change} ${name}`).sort()).toEqual(
      added.map((name) => `added ${name}`).sort(),
    );
  });

  test("every package manager gets the same distributions, of the same weight", () => {
    const [pip, ...others] = rows.filter((row) => row.app === app).map(({ result }) => distributions(result.head));
    expect(others).toHaveLength(PACKAGE_MANAGERS.length - 1);
    for (const other of others) expect(other).toEqual(pip);
  });
});

test("TensorFlow, 2 GB of it, with pip", async () => {
  const { path } = repositoryOf(await world.app("pip", TENSORFLOW));
  const { result } = await measure("TensorFlow, OpenCV", "pip", path, null);
  expect(slugOf(result.head).total.disk).toBeGreaterThan(1.9e9);
});

/** Weighs with a store that is empty, then with a warm one, and holds the outcome against the laws and against tar and pigz. */
async function measure(app: string, manager: string, repo: string, base: "base" | null): Promise<Row> {
  const cacheDir = world.emptyCache();
  let archive: Row["archive"] = null;
  const begin = performance.now();
  let looked = 0;
  const kept = mkdtempSync(join(world.root, "kept-"));
  const trees: string[] = [];
  const onTree = (tree: Tree): void => {
    const before = performance.now();
    trees.push(keep(tree, join(kept, String(trees.length))));
    looked += performance.now() - before;
  };
  const result = await weigh({ repo, base, head: "head", cacheDir, onTree }, (cold) => {
    const before = performance.now();
    const layers = slugOf(cold.head).layers.filter(({ kind }) => kind !== "runtime");
    archive = archived(layers, trees, `${app} ${manager}`);
    looked += performance.now() - before;
    return Promise.resolve();
  });
  rmSync(kept, { recursive: true });
  const cold = (performance.now() - begin - looked) / 1000;
  const { progress, titles } = recorded();
  const warmBegin = performance.now();
  const warm = await weigh({ repo, base, head: "head", cacheDir, progress });
  const row: Row = { app, manager, result, seconds: [cold, (performance.now() - warmBegin) / 1000], archive };
  rows.push(row);

  expect(sumsThatFail(result)).toEqual([]);
  expect(titles.filter((title) => /^(Installing|Compiling|Weighing)/.test(title))).toEqual([]);
  expect({ ...warm.report, timings: {}, notes: [] }).toEqual({ ...result.report, timings: {}, notes: [] });
  expectFidelity(row);
  return row;
}

/** Law 5, without what it allows for many small layers: here they are large. */
function expectFidelity({ archive }: Row): void {
  if (archive === null) throw new Error("no archive was made");
  expect(Math.abs(archive.layers / archive.pigz - 1)).toBeLessThan(0.002);
}

/** Links a tree's files into a directory, since a run removes what it has weighed. */
function keep({ root, entries }: Tree, directory: string): string {
  for (const { path, kind } of entries) {
    if (kind === "directory") continue;
    mkdirSync(join(directory, path, ".."), { recursive: true });
    linkSync(join(root, path), join(directory, path));
  }
  return directory;
}

/** Puts together what was installed and checked out as it would lie on a dyno, and has tar and pigz pack it. */
function archived(layers: readonly Layer[], from: readonly string[], name: string): NonNullable<Row["archive"]> {
  const app = join(world.root, name.replaceAll(/\W+/g, "-"), "app");
  mkdirSync(app, { recursive: true });
  const entries = layers.flatMap((layer) => layer.entries);
  for (const { path, kind } of entries) if (kind === "directory") mkdirSync(join(app, path), { recursive: true });
  for (const { path, kind, disk } of entries) {
    if (kind === "directory") continue;
    const source = from.map((root) => join(root, path)).find((file) => isThere(file, kind, disk));
    if (source === undefined) throw new Error(`${path} of ${disk} bytes is on no disk`);
    mkdirSync(join(app, path, ".."), { recursive: true });
    linkSync(source, join(app, path));
  }
  const tar = "tar --sort=name --owner=root --group=root --format=gnu --hard-dereference -cf - ./app | pigz -6 | wc -c";
  const { stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", tar], { cwd: join(app, "..") });
  rmSync(join(app, ".."), { recursive: true });
  const pigz = Number(stdout.toString());
  if (!(pigz > 0)) throw new Error(stderr.toString());
  return { pigz, layers: layers.reduce((total, { weight }) => total + weight.compressed, 0) };
}

function isThere(file: string, kind: "file" | "symlink", bytes: number): boolean {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  return kind === "symlink" ? stats?.isSymbolicLink() === true : stats?.isFile() === true && stats.size === bytes;
}

/** `Django==5.2.8` is called django. */
function nameOf(pin: string): string {
  return (pin.split(/[=[]/)[0] ?? "").toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** The figures, for `docs/how-it-measures.md`. */
function table(): string {
  const cells = rows.map(({ app, manager, result, seconds: [cold, warm], archive }) => {
    const { total, layers } = slugOf(result.head);
    const off = archive === null ? "" : `${((archive.layers / archive.pigz - 1) * 100).toFixed(3)} %`;
    const figures = [
      mib(total.compressed),
      mib(total.disk),
      layers.length,
      total.files,
      off,
      cold.toFixed(0),
      warm.toFixed(0),
    ];
    return [app, manager, ...figures.map(String)];
  });
  const heading = ["app", "manager", "compressed", "on disk", "layers", "files", "against pigz", "cold s", "warm s"];
  return [heading, heading.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
