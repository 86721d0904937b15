/**
 * What a model file is, told by its content. `hdf5` is an HDF5 file without a sign of Keras, `pickle` any pickle: it
 * is told by its first bytes and never loaded.
 */
export const MODEL_FORMATS = [
  "safetensors",
  "gguf",
  "onnx",
  "keras",
  "hdf5",
  "tflite",
  "tensorflow-checkpoint",
  "pytorch",
  "pickle",
] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** How the numbers of a model are stored; `other` is what no framework quantises, `unknown` what can't be told. */
export const NUMBER_TYPES = [
  ...(["float64", "float32", "float16", "bfloat16", "float8"] as const),
  ...(["int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "int4"] as const),
  ...(["bool", "other", "unknown"] as const),
] as const;
export type NumberType = (typeof NUMBER_TYPES)[number];

/** What a look into a model file found, without running it. */
export interface SniffedModel {
  readonly format: ModelFormat;
  /** Bytes of weights by how they are stored, largest first; uncompressed. Empty if the file was not understood. */
  readonly weights: readonly { readonly type: NumberType; readonly bytes: number }[];
  /** Bytes of the optimiser's state among them, which only training needs. */
  readonly optimizer: number;
}

/** What looking into an app's own files found. Keys are paths relative to the slug root. */
export interface Sniffed {
  readonly models: ReadonlyMap<string, SniffedModel>;
  /** Bytes of the outputs of notebooks, as compact JSON; of those that could be read. */
  readonly notebooks: ReadonlyMap<string, number>;
  /** Git LFS pointers, and the bytes of the file that each stands for. */
  readonly lfs: ReadonlyMap<string, number>;
}

export const NOTHING_SNIFFED: Sniffed = { models: new Map(), notebooks: new Map(), lfs: new Map() };
