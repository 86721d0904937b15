import { bytecodePath, isCompiled } from "../install/bytecode.js";
import { foldersOf } from "../install/survey.js";
import { KIB } from "../model/bytes.js";
import { entriesWeight, type Entry } from "../model/layer.js";
import { homeDirectories, sitePackages } from "../model/target.js";
import { inTarOrder } from "../model/tree.js";
import type { Weight } from "../model/weight.js";
import type { ZipEntry } from "./directory.js";
import { installedPath } from "./wheel-layout.js";

/** What something is likely to weigh. */
export interface Likely {
  readonly weight: Weight;
  /** Half-width of the band of `weight.compressed`, in bytes: nine wheels of ten lie within. */
  readonly error: number;
  /** They sum to the weight; empty where no file is known. */
  readonly entries: readonly Entry[];
}

/*
 * The constants are from the 54 wheels that bench/prediction.ts calls fitted (11 KB to 61 MB), against what the weigher made of them
 * installed. The section "Prediction" of docs/how-it-measures.md has the table.
 */

/** Bytes that the tar headers of a file and of a directory come to. */
const HEADER = { file: 50, directory: 40 };

/**
 * What comes before it in the tar, which zip does not see, saves so much of a file's first packed bytes; not if it is
 * compressed already, which is when the archive's deflate made it hardly smaller.
 */
const ALIKE = { share: 0.6, bytes: 1000, ratio: 0.8 };

/**
 * Bytecode: on disk for each byte and each file of source; in the tar for each packed byte of it, but for the first ones, which are
 * much the same in all files. Packed bytes tell more than the source's size: docstrings and tables are large in both forms.
 */
const BYTECODE = { disk: 1.2, file: 300, compressed: 1.95, alike: 500 };

/** A file that the archive has without compression may come to a third, or to all of it. */
const STORED = { compressed: 0.65, error: 0.35 };

/** Half-width of the band: of the files, of what likeness saves, and of the bytecode. */
const BAND = { files: 0.04, alike: 0.4, bytecode: 0.3, any: KIB };

/** For each byte of a wheel of which only the size is known: without extension modules, it is mostly source. */
const BY_SIZE = {
  pure: { compressed: 1.9, error: 1.05, disk: 7.2 },
  native: { compressed: 1.25, error: 0.35, disk: 3.2 },
};

/** What an installer writes beside a wheel's own files: who it was, and whether the app asked for it. */
const NOTES = [
  { name: "INSTALLER", disk: 2 },
  { name: "REQUESTED", disk: 0 },
];

/** With bytecode and directories. More are only in a wheel that means harm. */
const MOST_ENTRIES = 300_000;

/**
 * What a wheel with these files is likely to weigh.
 * @param minor target's minor version, such as `3.12`
 * @throws Error if they need more directories than any wheel has
 */
export function likelyByFiles(files: readonly ZipEntry[], minor: string): Likely {
  const packages = sitePackages(minor);
  const home = new Set(homeDirectories(minor));
  const entries = new Map<string, Entry>();
  let error = BAND.any;
  const add = (path: string, disk: number, compressed: number): void => {
    entries.set(path, { path, kind: "file", disk: Math.round(disk), compressed: Math.round(compressed) });
    if (entries.size > MOST_ENTRIES) throw new Error("it has too many directories");
    for (const folder of foldersOf(path)) {
      // Those that hold it are there, too, or every Python home has them: then they are the runtime's.
      if (entries.has(folder) || home.has(folder)) break;
      entries.set(folder, { path: folder, kind: "directory", disk: 0, compressed: HEADER.directory });
    }
  };
  for (const file of files) {
    const path = installedPath(file.name, minor);
    const packed = file.stored ? STORED.compressed * file.size : file.packed;
    const saved = packed < ALIKE.ratio * file.size ? ALIKE.share * Math.min(packed, ALIKE.bytes) : 0;
    const own = packed - saved + HEADER.file;
    add(path, file.size, own);
    error += BAND.files * own + BAND.alike * saved + (file.stored ? STORED.error * file.size : 0);
    if (isCompiled(path, packages)) {
      const bytecode = Math.max(HEADER.file, BYTECODE.compressed * (packed - BYTECODE.alike));
      add(bytecodePath(path, minor), BYTECODE.disk * file.size + BYTECODE.file, bytecode);
      error += BAND.bytecode * bytecode;
    }
  }
  const info = files.find(({ name }) => /^[^/]+\.dist-info\/METADATA$/.test(name));
  if (info !== undefined) {
    for (const { name, disk } of NOTES) {
      add(installedPath(info.name.replace(/METADATA$/, name), minor), disk, HEADER.file);
    }
  }
  const sorted = inTarOrder([...entries.values()]);
  return { weight: entriesWeight(sorted), error: Math.ceil(error), entries: sorted };
}

/**
 * What a wheel is likely to weigh of which nothing else is known.
 * @param size bytes of the wheel
 */
export function likelyBySize(size: number, filename: string): Likely {
  const { compressed, error, disk } = BY_SIZE[/-none-any\.whl$/i.test(filename) ? "pure" : "native"];
  return {
    weight: { files: 0, disk: Math.round(disk * size), compressed: Math.round(compressed * size) },
    error: Math.ceil(error * size) + BAND.any,
    entries: [],
  };
}
