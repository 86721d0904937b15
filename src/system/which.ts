import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * Absolute paths of every program of that name on PATH, in PATH's order. Relative entries of PATH are passed over:
 * what they mean depends on where one stands, and the repository that is weighed is not to be trusted.
 */
export async function onPath(name: string, env: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const directories = (env.PATH ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  const candidates = [...new Set(directories)].map((directory) => join(directory, name));
  const found = await Promise.all(candidates.map(isProgram));
  return candidates.filter((_, index) => found[index]);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
