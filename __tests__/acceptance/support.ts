import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import { entryWeight, layerKey } from "../../src/model/layer.js";
import { REPORT_SCHEMA, type Report, type ReportLayer } from "../../src/model/report.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import type { Side, Slug } from "../../src/model/slug.js";
import type { Tree } from "../../src/model/tree.js";
import { subtract, sum, ZERO, type Weight } from "../../src/model/weight.js";
import { compareApp, type Result } from "../../src/pipeline/compare.js";
import type { Parts } from "../../src/pipeline/parts.js";
import { withSession } from "../../src/pipeline/session.js";
import { createShared } from "../../src/pipeline/shared.js";
import { SILENT, type Context, type Progress } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";
import { checkReport } from "../../src/report/check-report.js";
import { run } from "../../src/system/run.js";
import { runCommandLine } from "../../src/terminal/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { createTools } from "../../src/tools/tools.js";
import type { Weigher } from "../../src/weigh/weigher.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";

/** Everything is resolved as of this moment, so that what is published later changes nothing here. */
export const CUTOFF = "2026-11-01T00:00:00Z";

/** Files of an app by path, all of them text. */
export type Texts = Readonly<Record<string, string>>;

/** Files of an app by path; null for one that is removed. */
export type Files = Readonly<Record<string, string | Buffer | null>>;

const signal = new AbortController().signal;

/** Real tools, a Python of the machine's own, and directories that are gone at the end. */
export interface World {
  readonly root: string;
  /** Minor version of a Python that is on this machine and on Heroku. */
  readonly python: string;
  /** A cache that knows no layer yet; the tools in it are fetched once for all tests. */
  emptyCache(): string;
  /** An app that requires these distributions, locked by the package manager itself. */
  app(manager: PackageManagerName, requirements: readonly string[], dev?: readonly string[]): Promise<Texts>;
  /** The same files with the lock that the package manager makes of them and of the lock that is there. */
  lock(manager: PackageManagerName, files: Texts): Promise<Texts>;
  /** What pip would get for these requirements as of the cut-off, as pinned requirements, for the target's platform. */
  pins(requirements: readonly string[]): Promise<string[]>;
  close(): void;
}

/** @param minors versions that will do, the best first */
export async function openWorld(...minors: readonly string[]): Promise<World> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "slugdiff-acceptance-")));
  const toolsDir = join(tmpdir(), "slugdiff-test-tools");
  mkdirSync(toolsDir, { recursive: true });
  const context: Context = { scratch: root, progress: SILENT, signal, env: process.env, toolsDir };
  const tools = createTools(context);
  const { minor, path } = await pythonOf(minors.length > 0 ? minors : ["3.12", "3.13", "3.11", "3.10"], context);
  const index = await tools.defaultIndex();
  if (index === null) throw new Error("uv does not say what its index is");
  const directory = (name: string): string => mkdtempSync(join(root, `${name}-`));
  const start = async (command: string, args: readonly string[], cwd: string, input?: string): Promise<string> => {
    const environments = directory("environments");
    const env = {
      ...toolEnvironment(process.env),
      WORKON_HOME: environments,
      POETRY_VIRTUALENVS_PATH: environments,
      // Poetry looks for the target's Python there.
      PATH: [dirname(path), process.env.PATH ?? ""].join(delimiter),
    };
    const { code, stdout, stderr } = await run(command, args, {
      cwd,
      env,
      signal,
      ...(input === undefined ? {} : { input }),
    });
    if (code !== 0) throw new Error(`${command} failed: ${stderr}${stdout.toString()}`);
    return stdout.toString();
  };
  const lock: World["lock"] = async (manager, files) => {
    if (manager === "pip") return files;
    const { lock, args } = LOCKS[manager];
    const app = directory("app");
    for (const [path, text] of Object.entries(files)) await writeFile(join(app, path), text);
    await start(await tools[manager](), args(path), app);
    return { ...files, [lock]: await readFile(join(app, lock), "utf8") };
  };
  return {
    root,
    python: minor,
    emptyCache: () => {
      const cache = directory("cache");
      symlinkSync(toolsDir, join(cache, "tools"));
      return cache;
    },
    app: (manager, requirements, dev = []) => lock(manager, manifestOf(manager, { requirements, dev, minor, index })),
    lock,
    pins: async (requirements) => {
      const target = [
        "--python-version",
        minor,
        "--python-platform",
        "x86_64-manylinux_2_39",
        "--exclude-newer",
        CUTOFF,
      ];
      const options = [...target, "--python", path, "--no-header", "--no-annotate", "--quiet"];
      const text = await start(await tools.uv(), ["pip", "compile", "-", ...options], root, requirements.join("\n"));
      return text.trim().split("\n");
    },
    close: () => {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function pythonOf(minors: readonly string[], context: Context): Promise<{ minor: string; path: string }> {
  for (const minor of minors) {
    const found = await new Interpreters(context).find(minor);
    if (found !== null) return { minor, path: found.path };
  }
  throw new Error(`These tests need a CPython of one of: ${minors.join(", ")}.`);
}

/** The lock files, and how they are made with the interpreter at a path. */
const LOCKS: Record<Exclude<PackageManagerName, "pip">, { lock: string; args: (python: string) => string[] }> = {
  uv: { lock: "uv.lock", args: (python) => ["lock", "--quiet", "--python", python] },
  poetry: { lock: "poetry.lock", args: () => ["lock", "--no-interaction"] },
  pipenv: { lock: "Pipfile.lock", args: (python) => ["lock", "--python", python] },
};

interface Wanted {
  readonly requirements: readonly string[];
  readonly dev: readonly string[];
  readonly minor: string;
  readonly index: string;
}

/** The same app in each manager's words. pip and Heroku know no development requirements: they are left out. */
function manifestOf(manager: PackageManagerName, { requirements, dev, minor, index }: Wanted): Texts {
  const next = minor.replace(/\d+$/, (digits) => String(Number(digits) + 1));
  const python = `>=${minor},<${next}`;
  const common = {
    ".python-version": `${minor}\n`,
    Procfile: "web: gunicorn site.wsgi\n",
    "manage.py": "print('hello')\n",
  };
  const list = (some: readonly string[]): string => some.map((each) => `  ${JSON.stringify(each)},\n`).join("");
  const table = (some: readonly string[]): string => some.map((each) => `${tableRow(each)}\n`).join("");
  switch (manager) {
    case "pip":
      return {
        ...common,
        "requirements.txt": `${requirements.join("\n")}\n`,
      };
    case "uv":
      return {
        ...common,
        "pyproject.toml": `[project]
name = "site"
version = "1"
requires-python = "${python}"
dependencies = [
${list(requirements)}]
[dependency-groups]
dev = [
${list(dev)}]
[tool.uv]
exclude-newer = "${CUTOFF}"
[[tool.uv.index]]
url = "${index}"
default = true
`,
      };
    case "poetry":
      return {
        ...common,
        "pyproject.toml": `[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = "${python}"
${table(requirements)}[tool.poetry.group.dev.dependencies]
${table(dev)}[[tool.poetry.source]]
name = "default-index"
url = "${index}"
`,
      };
    case "pipenv":
      return {
        ...common,
        Pipfile: `[[source]]
name = "default-index"
url = "${index}"
verify_ssl = true
[packages]
${table(requirements)}[dev-packages]
${table(dev)}`,
      };
  }
}

/** `name[extra]==1.0` as a key and a value of TOML. */
function tableRow(requirement: string): string {
  const match = /^([\w.-]+)(?:\[([\w,-]+)\])?(==.+)$/.exec(requirement);
  const [, name = "", extras, version = ""] = match ?? [];
  if (match === null) throw new Error(`pin it: ${requirement}`);
  if (extras === undefined) return `${name} = "${version}"`;
  return `${name} = { version = "${version}", extras = ${JSON.stringify(extras.split(","))} }`;
}

/** A git repository with one commit for each of the revisions; `base` and `head` name the last two. */
export function repositoryOf(...revisions: readonly Files[]): {
  readonly path: string;
  readonly shas: readonly string[];
} {
  const path = newRepository();
  const shas = revisions.map((files) => commit(path, files));
  const [head, base] = shas.toReversed();
  if (head !== undefined) git(path, ["branch", "head", head]);
  if (base !== undefined) git(path, ["branch", "base", base]);
  return { path, shas };
}

/** What a run on a terminal left. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a shell would, with everything resolved as of the cut-off. */
export async function slugdiff(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const status = await runCommandLine(args, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    env: { ...process.env, ...env },
    on: () => undefined,
    off: () => undefined,
  });
  return { status, ...written };
}

/** The report that a command printed as JSON: valid under the published schema, and adding up. */
export function reportOf({ stdout, stderr }: Pick<Ran, "stdout" | "stderr">): Report {
  if (stdout === "") throw new Error(`nothing was printed; standard error has: ${stderr}`);
  const json: unknown = JSON.parse(stdout);
  if (!isValid(json)) throw new Error(JSON.stringify(isValid.errors, null, 2));
  const report = REPORT_SCHEMA.parse(json);
  checkReport(report);
  return report;
}

const isValid = new Ajv2020({ strict: true, validateFormats: false }).compile(
  z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync("docs/report.schema.json", "utf8"))),
);

/** Names of the rows that differ, each behind how it does. */
export function changes({ diff }: Report): string[] {
  return diff.layers
    .filter(({ change, delta }) => change !== "unchanged" && delta.files !== 0)
    .map(({ change, name }) => `${change} ${name}`)
    .sort();
}

export interface Weighing {
  readonly repo: string;
  readonly base: string | null;
  readonly head: string;
  readonly cacheDir: string;
  readonly progress?: Progress;
  /** Directory to make the scratch directory in; default: as on a user's machine. */
  readonly temporary?: string;
  /** Is shown each tree before it is weighed: it is gone soon after. */
  readonly onTree?: (tree: Tree) => void;
}

/**
 * Compares two revisions, or weighs one, through the pipeline.
 * @param look is called before scratch is removed
 */
export function weigh(
  { repo, base, head, cacheDir, progress = SILENT, temporary, onTree = () => undefined }: Weighing,
  look: (result: Result, parts: Parts) => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  const env = temporary === undefined ? process.env : { ...process.env, RUNNER_TEMP: temporary, TMPDIR: temporary };
  return withSession({ repo, cache: true, cacheDir, progress, env, signal }, async (parts) => {
    const resolve = parts.repository.resolve.bind(parts.repository);
    const revisions = { base: base === null ? null : await resolve(base), head: await resolve(head) };
    const occasion = base === null ? ("push" as const) : ("comparison" as const);
    const request = { app: ".", ...revisions, occasion, given: { cutoff: CUTOFF, "advice-time": 0 }, now: new Date() };
    const weigher: Weigher = {
      ...parts.weigher,
      weigh: (tree, ...rest) => {
        onTree(tree);
        return parts.weigher.weigh(tree, ...rest);
      },
    };
    const result = await compareApp(request, createShared({ ...parts, weigher }));
    await look(result, parts);
    return result;
  });
}

/** Remembers the titles of all that was started. */
export function recorded(): { readonly progress: Progress; readonly titles: string[] } {
  const titles: string[] = [];
  const progress: Progress = {
    start: (title) => {
      titles.push(title);
      return { advance: () => undefined, end: () => undefined };
    },
    note: () => undefined,
  };
  return { progress, titles };
}

/** The slug of a side that must be weighed. */
export function slugOf(side: Side): Slug {
  if (side.state === "weighed") return side.slug;
  throw new Error("problem" in side ? [side.problem.message, ...side.problem.details].join("\n") : "the app is absent");
}

/**
 * Version and weight of each distribution, but for its directories: those that several have, such as `site-packages`, go
 * to whichever comes first there, and that may be a tool of one package manager.
 */
export function distributions(side: Side): Record<string, { version: string | null; weight: Weight }> {
  const layers = slugOf(side).layers.filter(({ kind }) => kind === "distribution");
  return Object.fromEntries(
    layers.map(({ name, version, entries }) => {
      const files = entries.filter(({ kind }) => kind !== "directory");
      return [name, { version, weight: sum(files.map(entryWeight)) }];
    }),
  );
}

/** The layer of that name, on the head unless another side is given. */
export function layer(report: Report, name: string, side: "base" | "head" = "head"): ReportLayer {
  const found = report[side].layers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name} in the ${side}`);
  return found;
}

/** What is wrong with law 1, by our own sums over the slugs that the report was made of; nothing if it holds. */
export function sumsThatFail({ report, base, head }: Result): string[] {
  const wrong: string[] = [];
  const check = (what: string, a: Weight, b: Weight): void => {
    if (JSON.stringify(a) !== JSON.stringify(b)) wrong.push(`${what}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`);
  };
  const totals = [base, head].map((side) => {
    if (side.state !== "weighed") return ZERO;
    const { layers, total } = side.slug;
    for (const { name, weight, entries, measure } of layers) {
      if (measure !== "estimated") check(`the files of ${name}`, sum(entries.map(entryWeight)), weight);
    }
    check("the layers", sum(layers.map(({ weight }) => weight)), total);
    const paths = layers.flatMap(({ entries }) => entries).map(({ path }) => path);
    if (new Set(paths).size !== paths.length) wrong.push("a file is counted twice");
    if (new Set(layers.map(layerKey)).size !== layers.length) wrong.push("a layer is there twice");
    return total;
  });
  const [before = ZERO, after = ZERO] = totals;
  if (report.diff.state === "known") {
    check("the delta", report.diff.total, subtract(after, before));
    check("the rows", sum(report.diff.layers.map(({ delta }) => delta)), report.diff.total);
  }
  return wrong;
}
