import { isAbsolute } from "node:path";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { run } from "../system/run.js";

/** Where an interpreter, or the virtual environment that it is of, keeps its own files. */
const QUESTION = `
import os, sys
for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, os.path.realpath(sys.executable)): print(path)
`;

/** Absolute paths of what has to be readable for an interpreter to run. */
export async function interpreterFiles({ path }: Interpreter, context: Context): Promise<string[]> {
  const { code, stdout, stderr } = await run(path, ["-I", "-S", "-c", QUESTION], {
    cwd: context.scratch,
    env: { PATH: context.env.PATH },
    signal: context.signal,
    timeout: 20_000,
  });
  if (code !== 0) throw new Error(`${path} does not say where it is: ${stderr}`);
  const paths = stdout.toString("utf8").split("\n");
  return [...new Set([path, ...paths])].filter((each) => isAbsolute(each) && each !== "/");
}
