import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../errors.js";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { compareBytes } from "../model/tree.js";
import { makeDirectory } from "../system/make-directory.js";
import { systemErrorCode } from "../system/system-error.js";
import { decodeAnswer, decodeLayer, encodeAnswer, encodeLayer, type RecordKind } from "./record.js";

/** Remembers weighed layers by content, and answers by their question. Losing any or all of it costs time, nothing else. */
export interface LayerStore {
  /** The layer of a key made by `layerStoreKey`, or null if it is not known (or no longer, or not legibly). */
  get(key: string): Promise<WeighedLayer | null>;
  /** Remembers a layer. A directory that can't be written costs one note, never the run. */
  put(key: string, layer: WeighedLayer): Promise<void>;
  /** The answer to a question by its key (see `Answers`), for the asker to look at; null if it is not known. */
  recall(key: string): Promise<unknown>;
  /** Remembers an answer, which is JSON. Fails as `put` does: never. */
  remember(key: string, answer: unknown): Promise<void>;
  /** How many layers there are, and their size on disk in bytes. */
  stats(): Promise<{ layers: number; bytes: number; directory: string }>;
  /**
   * Forgets all layers, and touches nothing else that the directory may hold.
   * @throws UserError if they can't be removed
   */
  clear(): Promise<void>;
}

export interface StoreOptions {
  /** Is told, once, that the store does not work. */
  readonly note: (text: string) => void;
  /** The layers unused for longest are forgotten beyond this many bytes on disk. */
  readonly maxBytes?: number;
}

/** What `--no-cache` uses. */
export const NO_STORE: LayerStore = {
  get: () => Promise.resolve(null),
  put: () => Promise.resolve(),
  recall: () => Promise.resolve(null),
  remember: () => Promise.resolve(),
  stats: () => Promise.resolve({ layers: 0, bytes: 0, directory: "" }),
  clear: () => Promise.resolve(),
};

/** Room for some 20,000 distributions' layers. */
const MAX_BYTES = 256 * MIB;

/** Of `maxBytes`: so far it is emptied when it is full, so that not every layer after that costs another look at all of them. */
const KEPT = 0.9;

/** The layout of a record; another one gets another directory. */
export const LAYOUT = "v2";

/** A temporary file older than this was left by a process that was killed. Milliseconds. */
const ABANDONED = 3_600_000;

/**
 * Opens the store in `directory`, which need not exist yet. Any number of processes may use it at a time, and be killed at
 * any moment: a record is written under a temporary name, and renamed when it is whole. What the system loses of it when the
 * power fails shows in its checksum.
 * @param directory absolute path
 */
export function openStore(directory: string, { note, maxBytes = MAX_BYTES }: StoreOptions): LayerStore {
  const root = join(directory, LAYOUT);
  let noted = false;
  const noteOnce = (doing: string, error: unknown): void => {
    const code = codeOf(error);
    if (!noted)
      note(`The layer store in ${directory} can't be ${doing} (${code}): layers are weighed anew, which takes time.`);
    noted = true;
  };
  /** Bytes on disk as far as known here; other processes write too, so this is looked up anew before any layer goes. */
  let size: Promise<number> | null = null;

  /** Forgets what is over the bound, and removes what killed processes left. */
  const tidy = async (): Promise<number> => {
    const files = await filesIn(root);
    const abandoned = Date.now() - ABANDONED;
    for (const file of files) {
      if (!file.isRecord && file.used < abandoned) await rm(file.path, { force: true });
    }
    const records = files
      .filter((file) => file.isRecord)
      .sort((a, b) => a.used - b.used || compareBytes(a.path, b.path));
    let bytes = total(records);
    const keep = bytes > maxBytes ? maxBytes * KEPT : bytes;
    for (const record of records) {
      if (bytes <= keep) break;
      await rm(record.path, { force: true });
      bytes -= record.bytes;
    }
    return bytes;
  };

  /** In this thread: to hand hundreds of small files to others, in several steps each, takes longer than to read them. */
  const read = <T>(path: string, decode: (file: Buffer) => T | null): T | null => {
    try {
      const stats = statSync(path);
      // A pipe, which a directory that others write may hold, would never end.
      const file = stats.isFile() && stats.size <= maxBytes ? readFileSync(path) : Buffer.alloc(0);
      const found = decode(file);
      try {
        const now = new Date();
        if (found === null) rmSync(path, { force: true });
        else utimesSync(path, now, now);
      } catch (error) {
        codeOf(error); // Neither is needed for the answer, and a store that can only be read is a store still.
      }
      return found;
    } catch (error) {
      const code = codeOf(error);
      if (code !== "ENOENT" && code !== "ENOTDIR") noteOnce("read", error);
      return null;
    }
  };

  const write = async (path: string, record: Buffer): Promise<void> => {
    try {
      await writeWhole(path, record);
      size = size ? size.then((known) => (known + record.length > maxBytes ? tidy() : known + record.length)) : tidy();
      await size;
    } catch (error) {
      size = null;
      noteOnce("written", error);
    }
  };

  return {
    get: async (key) => Promise.resolve(read(pathOf(root, key, "layer"), (file) => decodeLayer(key, file))),
    put: async (key, layer) => write(pathOf(root, key, "layer"), await encodeLayer(key, layer)),
    recall: async (key) => Promise.resolve(read(pathOf(root, key, "answer"), (file) => decodeAnswer(key, file))),
    remember: async (key, answer) => write(pathOf(root, key, "answer"), await encodeAnswer(key, answer)),

    stats: async () => {
      const records = (await filesIn(root)).filter((file) => file.isRecord);
      return { layers: records.filter((file) => file.isLayer).length, bytes: total(records), directory };
    },

    clear: async () => {
      size = null;
      try {
        for (const file of await filesIn(root)) await rm(file.path, { force: true });
      } catch (error) {
        throw new UserError(
          `The layer store in ${directory} can't be cleared: ${codeOf(error)}.`,
          "Remove it by hand.",
        );
      }
    },
  };
}

/** Two digits of the key make a directory, as in git's object store: some file systems dislike very large ones. */
function pathOf(root: string, key: string, kind: RecordKind): string {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`Not a key of the layer store: ${key}`);
  return join(root, key.slice(0, 2), kind === "layer" ? key : `${key}.answer`);
}

/** Writes a file that is there whole or not at all. */
async function writeWhole(path: string, data: Buffer): Promise<void> {
  await makeDirectory(dirname(path), 0o700);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(data);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(codeOf);
    throw error;
  }
}

interface StoreFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last written or read, milliseconds since 1970. */
  readonly used: number;
  /** Else it is a temporary file. */
  readonly isRecord: boolean;
  readonly isLayer: boolean;
}

/** The store's own files. What other processes remove meanwhile is left out. */
async function filesIn(root: string): Promise<StoreFile[]> {
  const files: StoreFile[] = [];
  for (const directory of await namesIn(root)) {
    if (!/^[0-9a-f]{2}$/.test(directory)) continue;
    for (const name of await namesIn(join(root, directory))) {
      const match = /^[0-9a-f]{64}(\.answer)?(\.[0-9a-f-]{36}\.tmp)?$/.exec(name);
      if (!match) continue;
      const [, answer, temporary] = match;
      const path = join(root, directory, name);
      const stats = await stat(path).catch(ifMissing(null));
      if (stats === null) continue;
      const isRecord = temporary === undefined;
      files.push({ path, bytes: stats.size, used: stats.mtimeMs, isRecord, isLayer: isRecord && answer === undefined });
    }
  }
  return files;
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(ifMissing([]));
}

function total(files: readonly StoreFile[]): number {
  return files.reduce((bytes, file) => bytes + file.bytes, 0);
}

/** For `catch`: a value to go on with where something is not there. */
function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    const code = codeOf(error);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    return value;
  };
}

/** The code of a file system error. Rethrows any other error: that is a bug. */
function codeOf(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === null) throw error;
  return code;
}
