import { access, stat } from "node:fs/promises";
import { constants } from "node:fs";
import type { Given } from "../config/schema.js";
import { UserError } from "../errors.js";
import { requireSupported } from "../python/find-version.js";
import { redact } from "../system/redact.js";
import { systemErrorCode } from "../system/system-error.js";

/**
 * Refuses options with which no side could be weighed, before one is: that is a mistake of who asks, and no side's problem.
 * @throws UserError
 */
export async function checkOptions(given: Pick<Given, "python" | "runtime-archive">): Promise<void> {
  const { python, "runtime-archive": archive } = given;
  if (python !== undefined) requireSupported(python);
  if (archive === undefined || /^https?:\/\//i.test(archive)) return;
  const hint = "Name a file, or an address that starts with https://.";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(archive)) {
    throw new UserError(`runtime-archive can't be fetched from ${redact(archive)}.`, hint);
  }
  try {
    await access(archive, constants.R_OK);
    if ((await stat(archive)).isDirectory()) throw new UserError(`runtime-archive ${archive} is a directory.`, hint);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new UserError(`runtime-archive ${archive} can't be read: ${code}.`, hint);
  }
}
