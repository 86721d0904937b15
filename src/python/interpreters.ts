import { readdir, realpath } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { once } from "../system/once.js";
import { run } from "../system/run.js";
import { onPath } from "../system/which.js";

/** A CPython that was run and answered. */
export interface Interpreter {
  /** Absolute path of the program. */
  readonly path: string;
  /** `3.12.1` */
  readonly version: string;
}

/** This machine's Pythons, each asked only once what it is. */
export class Interpreters {
  readonly #context: Context;
  readonly #found = new Map<string, Promise<Interpreter | null>>();
  readonly #answers = new Map<string, Promise<Answer | null>>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * An interpreter of the minor version (`3.12`) whose bytecode and extension modules are those of Heroku's: a final,
   * ordinary (with GIL, no debug build) CPython for 64-bit x86 Linux. Found on PATH, in the runner's tool cache, among
   * pyenv's and uv's; never downloaded. The very patch `exact` (3.12.14) if it is there, else the newest; of equals the
   * first found. Null if there is none; where all that failed was the build or the machine, a note says so.
   */
  find(minor: string, exact?: string): Promise<Interpreter | null> {
    return once(this.#found, `${minor} ${exact ?? ""}`, () => this.#find(minor, exact));
  }

  async #find(minor: string, exact: string | undefined): Promise<Interpreter | null> {
    // `python3` first: as often as not it has been asked already.
    const names = ["python3", `python${minor}`, "python"];
    const answers = (await this.#askAll(await candidates(names, minor, this.#context))).filter(
      (answer) => answer.minor === minor,
    );
    const usable = answers.filter((answer) => answer.unlike === null);
    const [first] = answers;
    if (usable.length === 0 && first !== undefined) {
      const text = `${first.path} is ${first.unlike ?? "unusable"}, unlike Heroku's Python ${minor}: not used.`;
      this.#context.progress.note(text);
    }
    return newest(usable, exact);
  }

  /**
   * Any CPython of at least that minor version (`3.10`), on whatever machine, for helper scripts: `python3` and `python`
   * of PATH first, then the newest found elsewhere. Null if there is none.
   */
  async findAny(atLeast: string): Promise<Interpreter | null> {
    const suits = (answer: Answer): boolean => compareVersions(answer.version, atLeast) >= 0;
    const onPathFirst = await Promise.all(["python3", "python"].map((name) => programs(name, this.#context)));
    const [first] = (await this.#askAll(await differentFiles(onPathFirst.flat()))).filter(suits);
    if (first !== undefined) return toInterpreter(first);
    const minors = Array.from({ length: 20 }, (_, index) => `python3.${30 - index}`);
    return newest((await this.#askAll(await candidates(minors, null, this.#context))).filter(suits));
  }

  /** What those of the paths that are interpreters say of themselves, in their order. */
  async #askAll(paths: readonly string[]): Promise<Answer[]> {
    const asked = paths.map((path) => once(this.#answers, path, () => ask(path, this.#context)));
    return (await Promise.all(asked)).filter((answer) => answer !== null);
  }
}

interface Answer extends Interpreter {
  readonly minor: string;
  /** What sets it apart from Heroku's, as a phrase; null if nothing does. */
  readonly unlike: string | null;
}

/** Runs isolated (-I) and without site (-S): no variable, no `.pth` file and no working directory has a say. */
const QUESTION = `
import os, sys
print(sys.executable)
print("%d.%d.%d" % sys.version_info[:3])
print("%d.%d" % sys.version_info[:2])
if sys.implementation.name != "cpython": print(sys.implementation.name)
elif sys.version_info[3] != "final": print("a pre-release")
elif getattr(sys, "abiflags", ""): print("built with ABI flags " + sys.abiflags)
elif sys.maxsize <= 2**32: print("a 32-bit build")
elif sys.platform != "linux" or os.uname().machine != "x86_64":
    print("a build for " + sys.platform + " on " + getattr(os, "uname", lambda: None)().machine)
`;

/** What the program says of itself; null if it is no working Python (a shim without a version, a broken link). */
async function ask(path: string, context: Context): Promise<Answer | null> {
  try {
    const { code, stdout } = await run(path, ["-I", "-S", "-c", QUESTION], {
      cwd: context.scratch,
      env: context.env,
      signal: context.signal,
      timeout: 20_000,
    });
    const [executable, version, minor, unlike] = stdout.toString("utf8").trimEnd().split("\n");
    if (code !== 0 || executable === undefined || version === undefined || minor === undefined) return null;
    // What a shim led to, since that may differ with the directory it is run from.
    return { path: isAbsolute(executable) ? executable : path, version, minor, unlike: unlike ?? null };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Paths that may be interpreters: `names` on PATH, then those that version managers keep, of one minor or of all. */
async function candidates(names: readonly string[], minor: string | null, context: Context): Promise<string[]> {
  const { env } = context;
  const home = env.HOME ?? "";
  const prefix = minor === null ? "3." : `${minor}.`;
  const homes: readonly (readonly [root: string | undefined, starts: string, program: string])[] = [
    [env.RUNNER_TOOL_CACHE && join(env.RUNNER_TOOL_CACHE, "Python"), prefix, "x64/bin/python"],
    [env.AGENT_TOOLSDIRECTORY && join(env.AGENT_TOOLSDIRECTORY, "Python"), prefix, "x64/bin/python"],
    [pyenvRoot(context), `versions/${prefix}`, "bin/python"],
    [
      env.UV_PYTHON_INSTALL_DIR ?? join(env.XDG_DATA_HOME ?? join(home, ".local/share"), "uv/python"),
      `cpython-${prefix}`,
      "bin/python3",
    ],
  ];
  const paths = await Promise.all([
    ...names.map((name) => programs(name, context)),
    ...homes.map(([root, starts, program]) => installed(root, starts, program)),
  ]);
  return differentFiles(paths.flat());
}

/** Programs of that name on PATH, but for pyenv's shims: slow shell scripts, of which what they lead to is looked for itself. */
async function programs(name: string, context: Context): Promise<string[]> {
  const shims = join(pyenvRoot(context), "shims/");
  return (await onPath(name, context.env)).filter((path) => !path.startsWith(shims));
}

function pyenvRoot({ env }: Context): string {
  return env.PYENV_ROOT ?? join(env.HOME ?? "", ".pyenv");
}

/** Of several names of one file the first, such as of `python3` and `python`. */
async function differentFiles(paths: readonly string[]): Promise<string[]> {
  const files = new Map<string, string>();
  for (const path of paths) {
    const file = await realpath(path).catch(() => path);
    if (!files.has(file)) files.set(file, path);
  }
  return [...files.values()];
}

/** `root/starts…/program` for every directory there is, newest version first. */
async function installed(root: string | undefined, starts: string, program: string): Promise<string[]> {
  if (root === undefined || !isAbsolute(root)) return [];
  const directory = join(root, starts.slice(0, starts.lastIndexOf("/") + 1));
  const prefix = starts.slice(starts.lastIndexOf("/") + 1);
  let names: string[];
  try {
    names = await readdir(directory);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(prefix))
    .sort((a, b) => compareVersions(b, a))
    .map((name) => join(directory, name, program));
}

function newest(answers: readonly Answer[], exact?: string): Interpreter | null {
  const best = answers.reduce<Answer | null>((winner, answer) => {
    if (winner === null) return answer;
    if (winner.version === exact) return winner;
    return answer.version === exact || compareVersions(answer.version, winner.version) > 0 ? answer : winner;
  }, null);
  return best && toInterpreter(best);
}

function toInterpreter({ path, version }: Interpreter): Interpreter {
  return { path, version };
}

/** Order of the numbers in two texts, one by one: `3.9` before `3.12`. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const order = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
