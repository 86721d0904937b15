import type { ZodType } from "zod";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import type { Tools } from "../tools/tools.js";

/**
 * Runs one of our Python scripts, isolated from the machine's Python packages, with pip's library at hand: JSON in, JSON
 * out. What a user can cause is part of the answer; a script that fails is a bug.
 * @param script absolute path
 * @param python any CPython from 3.10 on
 * @param cwd absolute path that relative paths of the input start from
 */
export async function runHelper<T>(
  script: string,
  input: Readonly<Record<string, unknown>>,
  answer: ZodType<T>,
  python: Interpreter,
  cwd: string,
  tools: Tools,
  context: Context,
): Promise<T> {
  const library = await tools.pipLibrary();
  // -I would ignore PYTHONUTF8 and PYTHONDONTWRITEBYTECODE: said as options.
  const result = await run(python.path, ["-I", "-B", "-X", "utf8", script], {
    cwd,
    env: toolEnvironment(context.env),
    input: JSON.stringify({ ...input, library }),
    signal: context.signal,
  });
  if (result.code !== 0) throw new Error(`${script} failed:\n${result.stderr}`);
  return answer.parse(JSON.parse(result.stdout.toString("utf8")));
}
