import { once } from "node:events";
import { readFile, writeFile, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { z } from "zod";
import { UserError } from "../errors.js";
import { normalName } from "../model/name.js";
import { tomlOf } from "../model/toml.js";
import type { Context } from "../ports.js";
import { systemErrorCode } from "../system/system-error.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import type { Tools } from "../tools/tools.js";

/** deptry's rule of what is required and not imported: https://deptry.com/rules-violations/ */
const UNUSED = "DEP002";

/** A regular expression that no path matches: whatever ships counts, tests too, which deptry leaves out by itself. */
const NO_PATH = "[^\\s\\S]";

const FOUND = z.array(z.object({ error: z.object({ code: z.string() }), module: z.string() }));

/** What is looked at. */
export interface DeptryRequest {
  /** Absolute path of the app. */
  readonly root: string;
  /** Top-level modules by the normalised name of the distribution that has them. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** Text of the app's `pyproject.toml`, whose `[tool.deptry]` says what is not to be spoken of; null if there is none. */
  readonly pyproject: string | null;
}

/**
 * The distributions of which deptry finds no import in an app; it reads the files and runs none. Of the app's own settings for it
 * `ignore` and `per_rule_ignores` are heeded.
 * @returns their normalised names
 * @throws UserError if deptry can't be had, or fails
 */
export async function notImported(
  { root, modules, pyproject }: DeptryRequest,
  tools: Pick<Tools, "deptry">,
  { scratch, env, signal }: Pick<Context, "scratch" | "env" | "signal">,
): Promise<ReadonlySet<string>> {
  const ignored = ignoredIn(pyproject);
  const program = await unlessAborted(tools.deptry(), signal);
  const directory = await mkdtemp(join(scratch, "deptry-"));
  try {
    const [config, output] = [join(directory, "pyproject.toml"), join(directory, "found.json")];
    // A project of our own: in the app's, deptry might take another list of requirements than the one that Heroku installs.
    await writeFile(config, stringify({ project: { name: "app", version: "0", dependencies: [...modules.keys()] } }));
    const map = [...modules].map(([name, some]) => `${name}=${some.join("|")}`);
    const args = [
      ...[root, "--config", config, "--json-output", output, "--no-ansi", "--exclude", NO_PATH],
      ...["--package-module-name-map", map.join(",")],
    ];
    const { stderr } = await run(program, args, { cwd: directory, env: toolEnvironment(env), signal });
    const text = await readFile(output, "utf8").catch((error: unknown) => {
      if (systemErrorCode(error) !== "ENOENT") throw error;
      throw new UserError("deptry could not read the app's files.", "See its last lines.", lastLines(stderr, 3));
    });
    const found = FOUND.parse(JSON.parse(text)).flatMap(({ error, module }) => (error.code === UNUSED ? [module] : []));
    return ignored.all ? new Set() : new Set(found.map(normalName).filter((name) => !ignored.names.has(name)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const SETTINGS = z.object({
  tool: z.object({
    deptry: z.object({
      ignore: z.array(z.string()).default([]),
      per_rule_ignores: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    }),
  }),
});

/** What the app does not want to hear about; nothing if its settings can't be understood. */
function ignoredIn(pyproject: string | null): { readonly all: boolean; readonly names: ReadonlySet<string> } {
  const settings = pyproject === null ? null : SETTINGS.safeParse(tomlOf(pyproject));
  if (settings?.success !== true) return { all: false, names: new Set() };
  const { ignore, per_rule_ignores } = settings.data.tool.deptry;
  const names = [per_rule_ignores[UNUSED] ?? []].flat();
  return { all: ignore.includes(UNUSED), names: new Set(names.map(normalName)) };
}

/** What is fetched for a whole run is not waited for longer than the signal allows. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = once(signal, "abort").then(() => {
    signal.throwIfAborted();
    return promise;
  });
  return Promise.race([promise, aborted]);
}
