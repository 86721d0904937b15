import { readFile } from "node:fs/promises";
import { basename, extname, isAbsolute, join, normalize } from "node:path/posix";
import { lfsSize, mayBeLfsPointer } from "../app/lfs.js";
import { UserError } from "../errors.js";
import type { ModelFormat } from "../model/sniffed.js";
import type { TreeEntry } from "../model/tree.js";
import { sniffModel } from "../sniff/sniff.js";

/** A model of the app that can be quantised. Paths are relative to the slug root. */
export interface Model {
  /** The file, or the directory of a SavedModel. */
  readonly path: string;
  readonly format: "tflite" | "keras" | "saved-model";
  /** The file that comes in its place. */
  readonly result: string;
}

/** An app's files, with and without what its `.slugignore` leaves out. */
export interface ModelPlaces {
  /** Absolute path of the directory that stands for the slug root. */
  readonly root: string;
  readonly all: readonly TreeEntry[];
  readonly shipped: readonly TreeEntry[];
}

/** The file that says that its directory is a SavedModel. */
const SAVED_MODEL = "saved_model.pb";

/** What else can be done with a model that LiteRT's quantizer does not take. */
const OTHERS: Partial<Record<ModelFormat, { readonly what: string; readonly hint: string }>> = {
  onnx: {
    what: "an ONNX model",
    hint: "`onnxruntime.quantization.quantize_dynamic` stores its weights as int8: commit what it makes, and compare.",
  },
  pytorch: {
    what: "a PyTorch model",
    hint: "Save its weights as float16 (`model.half()`), or convert it by litert-torch and name the .tflite file here.",
  },
  safetensors: {
    what: "a safetensors file: weights without the model that they are of",
    hint: "Save them as float16 with the framework that made them: commit that, and compare.",
  },
  pickle: { what: "a pickle, and no pickle is loaded here", hint: "Export the model to ONNX or LiteRT." },
  hdf5: {
    what: "an HDF5 file without a Keras model in it",
    hint: "Save the whole model (`model.save`), not its weights alone.",
  },
  "tensorflow-checkpoint": {
    what: "a checkpoint: weights without the model that they are of",
    hint: "Name the directory of a SavedModel, the one that has saved_model.pb in it.",
  },
};

const NO_MODEL = {
  what: "no model that is understood here",
  hint: "Name a Keras model (.keras, .h5), the directory of a SavedModel, or a LiteRT model (.tflite).",
};

/** Of the files that the readers of headers do not understand, what their framework may. */
const BY_ENDING: Readonly<Record<string, "keras" | "tflite">> = {
  ".keras": "keras",
  ".h5": "keras",
  ".hdf5": "keras",
  ".tflite": "tflite",
};

/** Only the format is asked for: what a file claims of the weights beside it is of no interest. */
const ANY_WEIGHTS = { others: Number.MAX_SAFE_INTEGER, checkpoint: Number.MAX_SAFE_INTEGER };

/**
 * The model that somebody named, looked at without running anything of it.
 * @param given path relative to the slug root
 * @throws UserError if it is not in the slug, or is nothing that can be quantised
 */
export async function findModel(given: string, { root, all, shipped }: ModelPlaces): Promise<Model> {
  const path = normalize(given).replace(/\/+$/, "");
  if (isAbsolute(path) || path === ".." || path.startsWith("../")) {
    throw new UserError(
      `${given} is not in the app.`,
      "Name the model as seen from the slug root, as in models/m.keras.",
    );
  }
  const entry = shipped.find((each) => each.path === path);
  if (entry === undefined) {
    throw all.some((each) => each.path === path)
      ? new UserError(
          `${path} is not in the slug.`,
          "The app's .slugignore leaves it out already: nothing can be saved.",
        )
      : new UserError(`The app has no ${path}.`, "Name a tracked file or directory, as seen from the slug root.");
  }
  const format =
    entry.kind === "directory" ? directoryFormat(path, shipped) : await fileFormat(join(root, path), entry);
  const result = format === "saved-model" ? `${path}.tflite` : path.replace(/(?:\.[^./]*)?$/, ".tflite");
  if (result !== path && shipped.some((each) => each.path === result)) {
    throw new UserError(`${path} would become ${result}, which the app has already.`, `Name ${result} itself.`);
  }
  return { path, format, result };
}

function directoryFormat(path: string, shipped: readonly TreeEntry[]): "saved-model" {
  if (shipped.some((each) => each.path === `${path}/${SAVED_MODEL}`)) return "saved-model";
  throw new UserError(`${path} is a directory without a SavedModel.`, `Name one that has ${SAVED_MODEL} in it.`);
}

async function fileFormat(file: string, { path, kind, size }: TreeEntry): Promise<"tflite" | "keras"> {
  if (kind === "symlink") throw new UserError(`${path} is a symbolic link.`, "Name the file that it leads to.");
  if (mayBeLfsPointer(size) && lfsSize(await readFile(file)) !== null) {
    throw new UserError(
      `${path} is a Git LFS pointer, and so it is in the slug.`,
      "Heroku does not fetch what it stands for: keep the model in object storage instead.",
    );
  }
  if (basename(path) === SAVED_MODEL) {
    throw new UserError(`${path} is a part of a SavedModel.`, "Name the directory that it is in.");
  }
  const format = (await sniffModel(file, ANY_WEIGHTS))?.format ?? BY_ENDING[extname(path).toLowerCase()] ?? null;
  if (format === "tflite" || format === "keras") return format;
  const { what, hint } = (format === null ? null : OTHERS[format]) ?? NO_MODEL;
  throw new UserError(`${path} is ${what}.`, hint);
}
