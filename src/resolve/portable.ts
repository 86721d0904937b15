import { createHash } from "node:crypto";
import type { Context } from "../ports.js";
import { redact } from "../system/redact.js";
import { toolEnvironment } from "../tools/environment.js";

/** Does what was found out hold elsewhere, and may it be kept: does it name no file of this machine, and no credentials? */
export function isPortable(text: string): boolean {
  return redact(text) === text && !/\bpath"?\s*[=:]|file:\/\//.test(text);
}

/** Stands for the indexes that are in use by the environment, and how they are asked; their credentials can't be told from it. */
export function indexesOf(env: Context["env"]): string {
  const settings = Object.entries(toolEnvironment(env)).filter(([name]) => /^(?:UV|PIP|POETRY|PIPENV)_/.test(name));
  return createHash("sha256").update(JSON.stringify(settings.sort())).digest("hex");
}
