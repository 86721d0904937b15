import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TomlTable } from "smol-toml";
import { SideError } from "../errors.js";
import { minorOf, type Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { uvEnvironment, withoutIndexes } from "../resolve/environment.js";
import { toolError } from "../resolve/errors.js";
import { interpreterFiles } from "../sandbox/interpreter.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { asset } from "../system/asset.js";
import { removeTree } from "../system/remove-tree.js";
import { run, type RunResult } from "../system/run.js";
import { culpritOf } from "./built-metadata.js";
import { backToApp, inCopy } from "./copy.js";
import { uvIndexList } from "./index-logins.js";
import { sourcesIn, uvIndexes } from "./indexes.js";
import type { Manifest } from "./manifest.js";
import { isTable } from "../model/toml.js";
import { projectRequirements, readToml, readTomlIfThere, tableAt, type TomlFile } from "./project.js";

const SETTINGS = "uv.toml";

const STAND_IN = asset(import.meta.url, "stand_in_python.py");

/** Heroku runs `uv sync --locked --no-default-groups`; the same lock, exported, says what that installs. */
export const uv: Manifest = {
  async sources(app) {
    const [project, lock, settings] = await Promise.all([
      readToml(app, "pyproject.toml"),
      readToml(app, "uv.lock"),
      readTomlIfThere(app, SETTINGS),
    ]);
    return mayBuild(project, lock) ? null : [project.text, lock.text, settings?.text ?? ""];
  },
  async logins(app, context) {
    return uvIndexList(await settingsOf(app), context.env).map(({ url }) => url);
  },
  async indexes(app, versions, context) {
    const [settings, project, lock] = await Promise.all([
      settingsOf(app),
      readToml(app, "pyproject.toml"),
      readToml(app, "uv.lock"),
    ]);
    const sources = tableAt(project.table, "tool", "uv", "sources") ?? {};
    const strategy = settings["index-strategy"];
    return uvIndexes(uvIndexList(settings, context.env), strategy, sources, sourcesIn(lock.table, versions));
  },
  async lock(request, tools, context) {
    const { target, python, building } = request;
    const project = await readToml(request.app, "pyproject.toml");
    const program = await tools.uv();
    const env = {
      ...withoutIndexes(await uvEnvironment(building.kind === "here", context), false),
      // uv would run the Python of the project's `.venv`, which a pull request may have brought.
      UV_PROJECT_ENVIRONMENT: join(context.scratch, "no-environment"),
    };
    const notes: string[] = [];
    const exportFrom = async (app: string): Promise<string> => {
      const start = async (executable: string): Promise<RunResult> => {
        const args = (project: string): string[] => [
          ...["export", "--locked", "--no-default-groups", "--no-emit-project", "--format", "pylock.toml"],
          ...["--no-header", "--no-annotate", "--quiet", "--project", project, "--python", executable],
        ];
        const result = await run(program, args(app), { cwd: app, env, signal: context.signal });
        if (result.code === 0 || building.kind === "here" || culpritOf(result.stderr) === null) return result;
        const sandbox = building.kind === "refused" ? building : await building.sandbox();
        if (!("run" in sandbox)) {
          throw toolError({ tool: "uv", output: result.stderr, app, target, refusal: sandbox }, context);
        }
        return exportInSandbox(program, args, { app, python, executable }, sandbox, context);
      };
      const isLike = minorOf(python.version) === target.python.minor;
      let result = await start(isLike ? python.path : await standInFor(target, python, context));
      const isExcluded = result.stderr.includes("incompatible with the project's Python requirement");
      if (isLike && result.code !== 0 && isExcluded && python.version !== target.python.full) {
        // That is about the Python here, not about the target's.
        result = await start(await standInFor(target, python, context));
      }
      if (result.code === 0) return backToApp(result.stdout.toString("utf8"), app, request.app);
      if (!/needs to be updated|unable to find lockfile/i.test(result.stderr)) {
        throw toolError({ tool: "uv", output: result.stderr, app, target, refusal: null }, context);
      }
      throw new SideError(
        "invalid",
        "manifest",
        "uv.lock is out of date: it does not follow from pyproject.toml.",
        "Run `uv lock` and commit uv.lock.",
      );
    };
    const builds = mayBuild(project, await readToml(request.app, "uv.lock"));
    const pylock = builds ? await inCopy(request.app, context, exportFrom) : await exportFrom(request.app);
    const packaged = tableAt(project.table, "tool", "uv")?.package ?? tableAt(project.table, "build-system") !== null;
    if (packaged === true) {
      notes.push("The project itself is installed as a link to the app's files: a few hundred bytes, not weighed.");
    }
    return {
      pylock,
      direct: await projectRequirements(project, request, tools),
      loose: [],
      hashes: {},
      requireHashes: false,
      preinstalled: [],
      indexUrls: [],
      notes,
    };
  },
};

/** What the app's files tell uv. It takes a file of its own for all settings, those of pyproject.toml left aside. */
async function settingsOf(app: string): Promise<TomlTable> {
  const own = await readTomlIfThere(app, SETTINGS);
  return own?.table ?? tableAt((await readToml(app, "pyproject.toml")).table, "tool", "uv") ?? {};
}

/** A program that is the interpreter here, but calls itself the target's: uv asks no more of it than what it is. */
async function standInFor({ python: { full } }: Target, { path }: Interpreter, { scratch }: Context): Promise<string> {
  const directory = await mkdtemp(join(scratch, "python-"));
  const program = join(directory, "python");
  const words = [path, "-I", STAND_IN, full].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  await writeFile(program, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
  return program;
}

/** The same, where what it has to build of the app does no harm, and without credentials for indexes. */
async function exportInSandbox(
  program: string,
  args: (project: string) => string[],
  { app, python, executable }: { readonly app: string; readonly python: Interpreter; readonly executable: string },
  sandbox: Sandbox,
  context: Context,
): Promise<RunResult> {
  const work = await mkdtemp(join(context.scratch, "export-"));
  try {
    const copy = join(work, "app");
    const filter = (path: string): boolean => basename(path) !== ".git";
    await cp(app, copy, { recursive: true, verbatimSymlinks: true, filter });
    const own = executable === python.path ? [] : [executable, STAND_IN];
    const readable = [program, ...own, ...(await interpreterFiles(python, context))];
    // As outside: the app's own files say what indexes there are.
    const env = { UV_INDEX: null, UV_EXTRA_INDEX_URL: null, UV_DEFAULT_INDEX: null, UV_INDEX_URL: null };
    const result = await sandbox.run({ command: program, args: args(copy), work, readable, env });
    const stdout = Buffer.from(backToApp(result.stdout.toString("utf8"), copy, app));
    return { ...result, stdout, stderr: result.stderr.replaceAll(copy, app) };
  } finally {
    await removeTree(work);
  }
}

/** To check the lock uv builds what of the app does not state its requirements. */
function mayBuild(project: TomlFile, lock: TomlFile): boolean {
  return tableAt(project.table, "project")?.dynamic !== undefined || hasLocalSources(lock);
}

/** Does the lock take something from the app's directory, other than the project itself? */
function hasLocalSources({ table }: TomlFile): boolean {
  const packages = Array.isArray(table.package) ? table.package : [];
  return packages.some((item) => {
    const source = isTable(item) ? item.source : undefined;
    if (!isTable(source)) return false;
    return [source.editable, source.directory, source.virtual].some((path) => typeof path === "string" && path !== ".");
  });
}
