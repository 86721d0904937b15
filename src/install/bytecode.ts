import { availableParallelism } from "node:os";
import { SLUG_ROOT } from "../model/target.js";
import type { Context } from "../ports.js";
import { lastLines, run } from "../system/run.js";
import { installError } from "./errors.js";
import { asset } from "../system/asset.js";

const HELPER = asset(import.meta.url, "compile_bytecode.py");

/**
 * The time of the source that every `.pyc` names: 2020-01-01. On Heroku it is the time of the build, which says
 * nothing about size; here it must not differ from run to run.
 */
const SOURCE_TIME = 1_577_836_800;

/**
 * Files compiled by one process. A fixed number, counted within one distribution, as what a process has compiled before
 * shows in what it compiles next.
 */
const CHUNK = 32;

/** Sources of one distribution, in tar order, relative to `root`. */
export interface Sources {
  readonly root: string;
  readonly files: readonly string[];
}

/**
 * Is it compiled at install time? All compile what lies in `site-packages`. pip and Pipenv also compile a script of `bin` that ends in
 * `.py`, which uv and Poetry don't; few distributions have one, and a layer is the same for all of them.
 */
export function isCompiled(path: string, sitePackages: string): boolean {
  return path.endsWith(".py") && path.startsWith(`${sitePackages}/`);
}

/** Where Python looks for the bytecode of a source (PEP 3147), for a minor version such as `3.12`. */
export function bytecodePath(source: string, minor: string): string {
  const slash = source.lastIndexOf("/");
  const name = source.slice(slash + 1, -".py".length);
  return `${source.slice(0, slash)}/__pycache__/${name}.cpython-${minor.replace(".", "")}.pyc`;
}

/**
 * Compiles every source to its `__pycache__`, under the path it has on a dyno, with a fixed source time. The bytes of
 * one distribution's bytecode do not depend on what else is compiled along with it, nor on the scratch path.
 * @param python path of an interpreter of the target's minor version
 * @param onDone called with the index of each job when all of it is compiled
 */
export async function compileBytecode(
  jobs: readonly Sources[],
  python: string,
  context: Context,
  onDone: (job: number) => void = () => undefined,
): Promise<void> {
  const chunks = jobs.flatMap(({ root, files }, job) =>
    Array.from({ length: Math.ceil(files.length / CHUNK) }, (_, at) => ({
      job,
      root,
      files: files.slice(at * CHUNK, (at + 1) * CHUNK),
    })),
  );
  const left = jobs.map(({ files }) => Math.ceil(files.length / CHUNK));
  for (const [job, count] of left.entries()) if (count === 0) onDone(job);
  if (chunks.length === 0) return;
  const total = jobs.reduce((count, job) => count + job.files.length, 0);
  const activity = context.progress.start("Compiling bytecode", total, "count");
  let pending = "";
  // The environment is empty but for what makes hashes the same in every process: `-I` would ignore that variable.
  const result = await run(python, ["-s", "-S", "-B", "-W", "ignore", HELPER], {
    cwd: context.scratch,
    env: { PYTHONHASHSEED: "0", PYTHONSAFEPATH: "1", LC_ALL: "C.UTF-8" },
    input: JSON.stringify({ workers: availableParallelism(), mtime: SOURCE_TIME, slugRoot: SLUG_ROOT, chunks }),
    signal: context.signal,
    onStdout: (chunk) => {
      const lines = (pending + chunk.toString("utf8")).split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) {
        const chunk = chunks[Number(line)];
        if (chunk === undefined) throw new Error(`no chunk ${line} was compiled`);
        activity.advance(chunk.files.length);
        const count = (left[chunk.job] ?? 0) - 1;
        left[chunk.job] = count;
        if (count === 0) onDone(chunk.job);
      }
    },
  });
  activity.end(`${total} ${total === 1 ? "file" : "files"}`);
  if (result.code !== 0) {
    throw installError("Python could not compile the installed files", lastLines(result.stderr), context);
  }
}
