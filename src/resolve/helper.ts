import type { ZodType } from "zod";
import type { Tools } from "../tools/tools.js";

/**
 * Asks one of our Python scripts, which has pip's library at hand and nothing of the machine's Python packages. What a user
 * can cause is part of the answer; a script that fails is a bug.
 * @param script absolute path
 * @param cwd absolute path that relative paths of the input start from
 */
export async function runHelper<T>(
  script: string,
  input: Readonly<Record<string, unknown>>,
  answer: ZodType<T>,
  cwd: string,
  tools: Pick<Tools, "helper">,
): Promise<T> {
  const helper = await tools.helper();
  return answer.parse(JSON.parse(await helper.ask(JSON.stringify({ script, cwd, input }))));
}
