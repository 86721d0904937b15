import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { BUILDPACK } from "../platforms/buildpack.js";
import type { PackageManagerName } from "../model/resolution.js";
import type { Context } from "../ports.js";
import { Interpreters, type Interpreter } from "../python/interpreters.js";
import { asset } from "../system/asset.js";
import { startLineProcess, type LineProcess } from "../system/line-process.js";
import { lastLines, run, type RunResult } from "../system/run.js";
import { onPath } from "../system/which.js";
import { toolEnvironment } from "./environment.js";
import own from "./own.json" with { type: "json" };
import { PINS } from "./pins.js";
import { place } from "./place.js";

/** The package managers, at the versions that Heroku's buildpack pins, and what else we run. Each is found or fetched once per run. */
export interface Tools {
  /** The Pythons of this machine. */
  readonly interpreters: Interpreters;
  /** Absolute path of uv: the one on PATH if it is that very version, else fetched from PyPI, hash checked. */
  uv(): Promise<string>;
  /** URL of the index that uv asks first, as it is set up here; null if it has none. */
  defaultIndex(): Promise<string | null>;
  /** An app asks for something new, which is likely to be installed: finds out already what that takes. */
  expectInstall(): void;
  /** Directory to put on PYTHONPATH, which holds `pip` with its vendored `packaging`. */
  pipLibrary(): Promise<string>;
  /** Our own Python scripts, at work on any interpreter, with pip's library: see `helper.py`. Killed with the run. */
  helper(): Promise<LineProcess>;
  /** Starts the helper, which takes a moment to load, for whoever asks it later; not if something had to be fetched for it. */
  warmUp(): Promise<void>;
  /** Absolute path of Poetry, with its export plugin: of PATH if that very version with the plugin, else fetched. */
  poetry(): Promise<string>;
  /** Absolute path of Pipenv: of PATH if that very version, else fetched. */
  pipenv(): Promise<string>;
  /** Absolute path of deptry, which tells what a project requires and does not import: of PATH if that very version, else fetched. */
  deptry(): Promise<string>;
  /** An interpreter in an environment of its own that has the LiteRT quantizer (`ai-edge-quantizer`). */
  quantizer(): Promise<Interpreter>;
}

type ToolName = PackageManagerName | keyof typeof own;

/** The pinned version of every tool. */
export const TOOL_VERSIONS: Readonly<Record<ToolName, string>> = { ...BUILDPACK.tools, ...own };

const HELPER = asset(import.meta.url, "helper.py");

/** The oldest Python that the pinned files of Poetry, Pipenv and pip are chosen for. */
const OLDEST_PYTHON = "3.10";

/**
 * Finds or fetches the tools, into `context.toolsDir`, where directories are addressed by content: a tool's version,
 * its pins and, if it runs on one, the interpreter.
 * All fail with a UserError that has the fetching tool's last lines if the index can't be reached, serves other files
 * than the pinned ones, the disk is full or there is no Python to fetch with.
 */
export function createTools(context: Context): Tools {
  // What a killed pip leaves behind is removed with the run.
  const env = { ...toolEnvironment(context.env), TMPDIR: context.scratch };
  const version = TOOL_VERSIONS;
  const start = (command: string, args: readonly string[]): Promise<RunResult> =>
    run(command, args, { cwd: context.scratch, env, signal: context.signal });

  const once = <T>(find: () => Promise<T>): (() => Promise<T>) => {
    let found: Promise<T> | undefined;
    return () => (found ??= find());
  };

  /** The first program of that name on PATH, if it answers `args` with a line that `is` the wanted one. */
  const ready = async (name: string, args: readonly string[], is: RegExp): Promise<string | null> => {
    const [path] = await onPath(name, env);
    if (path === undefined) return null;
    try {
      const { code, stdout } = await start(path, args);
      return code === 0 && is.test(stdout.toString("utf8")) ? path : null;
    } catch (error) {
      if (error instanceof UserError) return null;
      throw error;
    }
  };

  /** What the tool's directory is called, by what it holds. */
  const nameOf = async (tool: ToolName, interpreter: Interpreter | null): Promise<string> => {
    const key = createHash("sha256").update(await readFile(PINS[tool]));
    key.update([process.platform, process.arch, interpreter?.path, interpreter?.version].join("\0"));
    return `${tool}-${version[tool]}-${key.digest("hex").slice(0, 16)}`;
  };

  /** The tool's directory, fetched by `fill` unless it is kept from another run. */
  const kept = async (
    tool: ToolName,
    interpreter: Interpreter | null,
    fill: (directory: string) => Promise<void>,
  ): Promise<string> => {
    const name = await nameOf(tool, interpreter);
    return place(context.toolsDir, name, async (directory) => {
      const activity = context.progress.start(`Fetching ${tool} ${version[tool]}`);
      try {
        await fill(directory);
      } finally {
        activity.end();
      }
    });
  };

  const check = (tool: ToolName, { code, stderr }: RunResult): void => {
    if (code !== 0) throw fetchError(`${tool} ${version[tool]}`, stderr, context.toolsDir);
  };

  const interpreters = new Interpreters(context);
  const interpreter = once(async (): Promise<Interpreter> => {
    const found = await interpreters.findAny(OLDEST_PYTHON);
    if (found !== null) return found;
    throw new UserError(
      `No Python ${OLDEST_PYTHON} or newer was found.`,
      "Install one, or add actions/setup-python to the job.",
    );
  });

  const uv = once(async () => {
    const mine = await ready("uv", ["--version"], versionLine("uv", version.uv));
    if (mine !== null) return mine;
    const directory = await kept("uv", null, async (target) => {
      const python = await pythonWithPip();
      const options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--no-compile", "--quiet"];
      const args = ["-m", "pip", "install", ...options, "--target", target, "-r", PINS.uv];
      check("uv", await start(python, args));
    });
    return join(directory, "bin", "uv");
  });

  const defaultIndex = once(async () => {
    // No requirements: nothing is asked of anyone.
    const { stdout } = await start(await uv(), ["pip", "compile", "-", "--quiet", "--no-header", "--emit-index-url"]);
    return /^--index-url (\S+)$/m.exec(stdout.toString("utf8"))?.[1] ?? null;
  });

  const expectInstall = (): void => {
    defaultIndex().catch(() => undefined); // Who installs is told what went wrong.
  };

  /** A Python on PATH that has pip; a virtual environment made by uv, for one, has none. */
  const pythonWithPip = async (): Promise<string> => {
    for (const name of ["python3", "python"]) {
      for (const path of await onPath(name, env)) {
        const { code } = await start(path, ["-m", "pip", "--version"]);
        if (code === 0) return path;
      }
    }
    throw new UserError(
      `uv ${version.uv} is needed, and no python3 with pip was found to fetch it with.`,
      `Put uv ${version.uv} on PATH, install python3-pip, or add actions/setup-python to the job.`,
    );
  };

  /** What uv needs to install exactly the pinned files, and nothing built. */
  const pinned = (tool: ToolName): string[] => [
    ...["--require-hashes", "--no-deps", "--only-binary", ":all:", "--link-mode", "copy", "--quiet"],
    ...["-r", PINS[tool]],
  ];

  const pipLibrary = once(async () => {
    const [program, python] = await Promise.all([uv(), interpreter()]);
    return kept("pip", null, async (target) => {
      const args = ["pip", "install", "--python", python.path, "--target", target, ...pinned("pip")];
      check("pip", await start(program, args));
    });
  });

  const helper = once(async () => {
    const [python, library] = await Promise.all([interpreter(), pipLibrary().then((path) => realpath(path))]);
    // Isolated from the machine's packages, which it does not even look for (-S). What it compiles is kept: pip's library takes
    // a second to compile.
    const bytecode = `pycache_prefix=${join(context.toolsDir, "bytecode")}`;
    return startLineProcess(python.path, ["-I", "-S", "-X", "utf8", "-X", bytecode, HELPER, library], {
      cwd: context.scratch,
      env,
      signal: context.signal,
    });
  });

  const warmUp = async (): Promise<void> => {
    // Where pip's library is kept, so is uv, or it was on PATH.
    const isKept = existsSync(join(context.toolsDir, await nameOf("pip", null)));
    if (isKept) await helper().catch(() => undefined); // Who asks it is told what went wrong.
  };

  /** The directory of programs of a virtual environment with the tool, whose scripts find it wherever it is moved. */
  const application = async (tool: "poetry" | "pipenv" | "deptry" | "ai-edge-quantizer"): Promise<string> => {
    const [program, python] = await Promise.all([uv(), interpreter()]);
    const directory = await kept(tool, python, async (target) => {
      const venv = ["venv", "--relocatable", "--allow-existing", "--no-project", "--quiet"];
      check(tool, await start(program, [...venv, "--python", python.path, target]));
      const args = ["pip", "install", "--python", join(target, "bin", "python"), ...pinned(tool)];
      check(tool, await start(program, args));
    });
    return join(directory, "bin");
  };

  const poetry = once(async () => {
    const mine = await ready("poetry", ["--version"], versionLine("Poetry \\(version", version.poetry));
    // The plugin has no version of its own to ask for: the command is there or not.
    const able = mine === null ? null : await ready("poetry", ["export", "--help"], /--without-hashes/);
    return able ?? join(await application("poetry"), "poetry");
  });

  const pipenv = once(
    async () =>
      (await ready("pipenv", ["--version"], versionLine("pipenv, version", version.pipenv))) ??
      join(await application("pipenv"), "pipenv"),
  );

  const deptry = once(
    async () =>
      (await ready("deptry", ["--version"], versionLine("deptry", version.deptry))) ??
      join(await application("deptry"), "deptry"),
  );

  const quantizer = once(async () => {
    const [programs, python] = await Promise.all([application("ai-edge-quantizer"), interpreter()]);
    return { ...python, path: join(programs, "python") };
  });

  return {
    interpreters,
    uv,
    defaultIndex,
    expectInstall,
    pipLibrary,
    helper,
    warmUp,
    poetry,
    pipenv,
    deptry,
    quantizer,
  };
}

/** Matches a line that starts with `words` and then that very version, not one that merely starts alike. */
function versionLine(words: string, version: string): RegExp {
  return new RegExp(`^${words} ${version.replaceAll(".", "\\.")}(?![\\w.+-])`, "m");
}

function fetchError(tool: string, stderr: string, toolsDir: string): UserError {
  const details = lastLines(stderr);
  // uv breaks its lines where a terminal would.
  const text = stderr.replace(/[\s│├╰─▶×]+/g, " ");
  if (/no space left on device|ENOSPC/i.test(text)) {
    return new UserError(
      `${tool} could not be fetched: the disk is full.`,
      "Free some space, or choose a larger disk by TMPDIR, UV_CACHE_DIR and --cache-dir.",
      details,
    );
  }
  if (/permission denied|read-only file system/i.test(text)) {
    return new UserError(
      `${tool} could not be fetched: a directory can't be written.`,
      `Make ${toolsDir} and uv's cache writable, or choose others by --cache-dir and UV_CACHE_DIR.`,
      details,
    );
  }
  if (/do not match the hashes|hash mismatch/i.test(text)) {
    return new UserError(
      `${tool} was refused: the index serves another file than the pinned one.`,
      "Find out why: a mirror may be at fault, or somebody may have tampered with it.",
      // pip lists every hash that would have done.
      lastLines(stderr.replace(/^\s*Expected\s+or .*\n/gm, "")),
    );
  }
  return new UserError(
    `${tool} could not be fetched from the package index.`,
    "Check the network and, if you use a mirror, PIP_INDEX_URL; or put that very version on PATH.",
    details,
  );
}
