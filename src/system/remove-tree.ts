import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { systemErrorCode } from "./system-error.js";

/**
 * Removes a directory and all that is in it, if it is there; links are not followed. Also where somebody has nested directories
 * deeper than a path can name, at which Node's own `rm` fails.
 * @throws the system's error
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (systemErrorCode(error) !== "ENAMETOOLONG") throw error;
    const [code] = (await once(spawn("rm", ["-rf", "--", path], { stdio: "ignore" }), "close")) as [number | null];
    if (code !== 0) throw error;
  }
}
