import { createHash } from "node:crypto";
import type { Context } from "../ports.js";
import { redact } from "../system/redact.js";
import { toolEnvironment } from "../tools/environment.js";

/** Does what was found out hold elsewhere, and may it be kept: does it name no file of this machine, and no credentials? */
export function isPortable(text: string): boolean {
  return redact(text) === text && !/\bpath"?\s*[=:]|file:\/\//.test(text);
}

/** Stands for the indexes that the environment names, and who asks them; their credentials can't be told from it. */
export function indexesOf(env: Context["env"]): string {
  const settings = Object.entries(toolEnvironment(env)).filter(([name]) =>
    /^(?:UV|PIP|POETRY|PIPENV)_.*(?:INDEX|MIRROR|REPOSITOR|HTTP_BASIC|CONFIG)/.test(name),
  );
  return createHash("sha256").update(JSON.stringify(settings.sort())).digest("hex");
}
