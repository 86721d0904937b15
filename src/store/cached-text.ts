import { randomUUID } from "node:crypto";
import { lstat, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { MIB } from "../model/bytes.js";
import type { Context } from "../ports.js";
import { systemErrorCode } from "../system/system-error.js";
import { CACHE_TIMEOUT, inCacheProcess, newEntry } from "./cache-client.js";

/** A text that runs leave to later ones. */
export interface CachedText {
  /**
   * The newest that a run has left, null if there is none, or none that this run may see.
   * @throws UserError if it can't be had
   */
  read(): Promise<string | null>;
  /**
   * Leaves another one; a run that may not is none the worse for it.
   * @throws UserError if that fails
   */
  write(text: string): Promise<void>;
}

export interface CachedTextOptions {
  /** What the names of its entries start with. */
  readonly prefix: string;
  readonly context: Pick<Context, "scratch" | "signal" | "env">;
  /** Longest that reading or writing may take, in milliseconds. */
  readonly timeout?: number;
}

const DIRECTORY = "history";
const FILE = "record.json";

/** A file that has more is none of ours. Bytes. */
const LARGEST = 32 * MIB;

/**
 * A text in the Actions cache. GitHub lets a run read what its own branch or pull request and the default branch have left, so that
 * what is left by runs on the default branch alone is the same for all. Reading an entry keeps it from being evicted: GitHub drops what
 * nobody has read for seven days. Entries are never overwritten: each has a name of its own, and the newest is found by the prefix.
 * Nothing in it is to be trusted: a pull request's own runs may have left it.
 */
export function openCachedText({ prefix, context, timeout = CACHE_TIMEOUT }: CachedTextOptions): CachedText {
  return {
    async read() {
      const cwd = await newEntry(context.scratch, DIRECTORY);
      const problem = await inCacheProcess("restore", [prefix], { cwd, directory: DIRECTORY }, context, timeout);
      if (problem !== null) throw failed("read", problem);
      return textOf(join(cwd, DIRECTORY, FILE));
    },
    async write(text) {
      const cwd = await newEntry(context.scratch, DIRECTORY);
      await writeFile(join(cwd, DIRECTORY, FILE), text);
      const entry = { cwd, directory: DIRECTORY };
      const problem = await inCacheProcess("save", [prefix + randomUUID()], entry, context, timeout);
      if (problem !== null) throw failed("written", problem);
    },
  };
}

function failed(done: "read" | "written", problem: string): UserError {
  return new UserError(
    `The Actions cache can't be ${done} (${problem}).`,
    "Nothing is to be done: later runs try again.",
  );
}

/** Null for what is no file of ours: an archive may hold anything under that name, a pipe that never ends among it. */
async function textOf(path: string): Promise<string | null> {
  try {
    const stats = await lstat(path);
    return stats.isFile() && stats.size <= LARGEST ? await readFile(path, "utf8") : null;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return null;
  }
}
