import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { systemErrorCode } from "./system-error.js";

/**
 * Makes a directory and those above it, unless they are there. Node's own `recursive` tries for ever where a file system
 * answers ENOENT though the parent is there, as /proc does.
 * @throws the system's error
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  if ((await made(path, mode)) || dirname(path) === path) return;
  await makeDirectory(dirname(path), mode);
  if (!(await made(path, mode))) await mkdir(path, { mode });
}

/** @returns false if something above it is missing */
async function made(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT") return false;
    if (code !== "EEXIST") throw error;
  }
  return true;
}
