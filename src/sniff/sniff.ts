import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { lfsSize, mayBeLfsPointer } from "../app/lfs.js";
import { KIB } from "../model/bytes.js";
import type { Sniffed, SniffedModel } from "../model/sniffed.js";
import type { TreeEntry } from "../model/tree.js";
import { Bytes } from "./bytes.js";
import { readCheckpointIndex } from "./checkpoint.js";
import { readGguf } from "./gguf.js";
import { isHdf5, readHdf5 } from "./hdf5.js";
import { notebookOutputs } from "./notebook.js";
import { readOnnx } from "./onnx.js";
import { readOrt } from "./ort.js";
import { readSafetensors } from "./safetensors.js";
import { readTflite } from "./tflite.js";
import { isZip, readZip } from "./zip.js";

/** Names of what is looked into. A pickle is told by its first bytes and no more. */
const MODEL =
  /\.(?:safetensors|gguf|onnx|ort|h5|hdf5|keras|tflite|index|pt|pth|bin|ckpt|pkl|pickle|joblib|sav|model)$/i;
const NOTEBOOK = /\.ipynb$/i;

/** Smaller files are no news, whatever is in them; but those that keep their weights beside them. */
const SMALLEST = 16 * KIB;

/** What of a file's surroundings its content may speak of. */
export interface Beside {
  /** Bytes of the other files in its folder. */
  readonly others: number;
  /** Bytes of the `.data-…` files of the same checkpoint. */
  readonly checkpoint: number;
}

/** Whether a file is worth `sniffModel`, by its name and size. */
export function mayBeModel({ path, kind, size }: TreeEntry): boolean {
  return kind === "file" && MODEL.test(path) && (size >= SMALLEST || /\.(?:index|onnx)$/i.test(path));
}

/**
 * Looks into a model file without running anything of it: headers only, at most 64 MiB of them. What a file claims of
 * itself is checked against its size.
 * @param path absolute; its ending says what to look for, where the content does not
 * @returns null if it is not understood
 */
export async function sniffModel(path: string, beside: Beside): Promise<SniffedModel | null> {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return await Bytes.look(path, async (bytes, fd) => {
    if (isHdf5(bytes)) return readHdf5(bytes);
    if (isZip(bytes)) return await readZip(bytes, fd);
    if (bytes.says(4, "TFL3")) return readTflite(bytes);
    if (bytes.says(4, "ORTM")) return readOrt(bytes);
    if (bytes.says(0, "GGUF")) return readGguf(bytes);
    if (ending === "safetensors") return readSafetensors(bytes);
    if (ending === "onnx") return readOnnx(bytes, beside.others);
    if (ending === "index") return readCheckpointIndex(bytes, beside.checkpoint);
    // After what is told by its ending: the length of a safetensors header may look like it.
    return isPickle(bytes) ? { format: "pickle", weights: [], optimizer: 0 } : null;
  });
}

/** Looks into what of an app's own files is worth it. Files that can't be read or understood are left out. */
export async function sniffApp(root: string, entries: readonly TreeEntry[]): Promise<Sniffed> {
  const models = new Map<string, SniffedModel>();
  const notebooks = new Map<string, number>();
  const lfs = new Map<string, number>();
  const folders = sizes(entries, ({ path }) => dirname(path));
  const checkpoints = sizes(entries, ({ path }) => /^(.*)\.data-\d+-of-\d+$/.exec(path)?.[1] ?? null);
  for (const entry of entries) {
    const { path, kind, size } = entry;
    const file = join(root, path);
    if (kind !== "file") continue;
    if (mayBeLfsPointer(size)) {
      // Read at once: an app may hold tens of thousands of files this small.
      const stands = lfsSize(readFileSync(file));
      if (stands !== null) {
        lfs.set(path, stands);
        continue;
      }
    }
    if (mayBeModel(entry)) {
      const others = (folders.get(dirname(path)) ?? size) - size;
      const checkpoint = checkpoints.get(path.replace(/\.index$/i, "")) ?? 0;
      const model = await sniffModel(file, { others, checkpoint });
      if (model !== null) models.set(path, model);
    }
    if (NOTEBOOK.test(path) && size >= SMALLEST) {
      const outputs = await Bytes.look(file, notebookOutputs);
      if (outputs !== null) notebooks.set(path, outputs);
    }
  }
  return { models, notebooks, lfs };
}

/** Whether a file starts as a pickle of protocol 2 to 5 does: with `PROTO` and the number. */
function isPickle(bytes: Bytes): boolean {
  if (bytes.size < 3 || bytes.u8(0) !== 0x80) return false;
  const protocol = bytes.u8(1);
  return protocol >= 2 && protocol <= 5;
}

function sizes(entries: readonly TreeEntry[], keyOf: (entry: TreeEntry) => string | null): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (key !== null) sums.set(key, (sums.get(key) ?? 0) + entry.size);
  }
  return sums;
}
