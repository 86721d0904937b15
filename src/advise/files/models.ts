import { KIB, MIB } from "../../model/bytes.js";
import type { FileAdvice, PredictedModel } from "../../model/file-advice.js";
import { mib } from "../../model/format.js";
import type { Entry } from "../../model/layer.js";
import type { ModelFormat, Sniffed } from "../../model/sniffed.js";
import { baseName, extension, OBJECT_STORAGE, type FileRule, type Found } from "./rule.js";

/** What a client for object storage adds to a slug is 5.4 MiB (`examples/model-in-object-storage`): less is not worth it. */
const WORTH_MOVING = 6 * MIB;
/** A smaller model may stay as it is. */
const WORTH_QUANTISING = MIB;
/** What a prediction is off by at most (`__tests__/sniff`), as a share of it. */
const PREDICTION_ERROR = 0.05;
/** Endings that also mean something else count from here on, bytes on disk. */
const SMALLEST = 256 * KIB;

/** One family of models: adding one is adding a row. */
interface Family {
  readonly id: string;
  readonly framework: string;
  /** What the content says, where it was looked into, counts more than any name. */
  readonly formats: readonly ModelFormat[];
  /** Of the last name of the path. */
  readonly name: RegExp;
  /** How else than by leaving the slug it gets smaller. */
  readonly smaller: string;
  readonly sources: readonly string[];
}

const LITERT = "https://ai.google.dev/edge/litert/models/model_optimization";

const FAMILIES: readonly Family[] = [
  {
    id: "model-onnx",
    framework: "ONNX",
    formats: ["onnx"],
    name: /(?:\.(?:onnx|ort|onnx[._]data)|^openvino_.*\.(?:bin|xml))$/i,
    smaller: "`onnxruntime.quantization.quantize_dynamic` stores weights as int8; check what it does to the results.",
    sources: ["https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html"],
  },
  {
    id: "model-tensorflow",
    framework: "TensorFlow",
    formats: ["keras", "tflite", "tensorflow-checkpoint"],
    name: /\.(?:h5|hdf5|keras|pb|tflite|meta|ckpt(?:[.-].*)?|data-\d+-of-\d+)$/i,
    smaller:
      "For inference convert it to LiteRT and quantise it: float16 halves it, int8 quarters it; check what that does to the results. `slugdiff what-if --quantise` does it and weighs what comes out.",
    sources: [LITERT],
  },
  {
    id: "model-pytorch",
    framework: "PyTorch",
    formats: ["pytorch", "safetensors"],
    name: /(?:\.(?:pt|pth|ptl|torchscript|safetensors)|^(?:pytorch|adapter|diffusion_pytorch)_model.*\.bin)$/i,
    smaller: "Save the weights alone (`state_dict`), without the optimiser's state, as float16 or quantised to int8.",
    sources: ["https://huggingface.co/docs/safetensors/index"],
  },
  {
    id: "model-gguf",
    framework: "GGUF",
    formats: ["gguf"],
    name: /\.(?:gguf|ggml)$/i,
    smaller:
      "`llama-quantize` stores weights in about eight bits (Q8_0) or four (Q4_K_M); check what that does to the results.",
    sources: ["https://github.com/ggml-org/llama.cpp/blob/master/tools/quantize/README.md"],
  },
  {
    id: "model-pickle",
    framework: "pickle",
    formats: ["pickle"],
    name: /\.(?:pkl|pickle|joblib|model|bst|cbm|mlmodel|caffemodel|params|pmml)$/i,
    smaller:
      "`joblib.dump(…, compress=3)`, fewer or shallower trees, or ONNX make it smaller. A pickle is not looked into: loading one runs code.",
    sources: ["https://joblib.readthedocs.io/en/stable/generated/joblib.dump.html"],
  },
  {
    id: "embeddings",
    framework: "embeddings or an index",
    formats: [],
    name: /\.(?:vec|kv|faiss|index|ann|npy|npz|usearch|hnsw)$/i,
    smaller:
      "Fewer dimensions, float16 or product quantisation make it smaller; a vector database takes it out of the app.",
    sources: [],
  },
];

/** Models and what is like them. */
export const MODELS: readonly FileRule[] = [
  {
    id: "model-tensorrt",
    level: "advice",
    match: { by: "file", takes: ({ path }) => /\.(?:engine|plan|trt)$/i.test(path) },
    group: "top",
    least: SMALLEST,
    ignore: "never",
    title: ({ name }) => `Remove the TensorRT engines in ${name}`,
    detail: () =>
      "They run on one kind of GPU only, and no dyno has one. Ship the model that they were built from, or its ONNX form.",
    sources: ["https://docs.nvidia.com/deeplearning/tensorrt/latest/index.html"],
  },
  {
    ...family("model-tensorflow", "TensorFlow", FAMILIES[1]?.smaller ?? "", [LITERT]),
    match: { by: "folder", name: /./, evidence: /^saved_model\.pb(?:txt)?$/ },
    group: "each",
  },
  ...FAMILIES.map((of) => ({
    ...family(of.id, of.framework, of.smaller, of.sources),
    match: { by: "file" as const, takes: (entry: Entry, sniffed: Sniffed) => isOf(of, entry, sniffed) },
    group: (entry: Entry) => modelKey(entry.path),
  })),
];

function family(
  id: string,
  framework: string,
  smaller: string,
  sources: readonly string[],
): Omit<FileRule, "match" | "group"> {
  return {
    id,
    framework,
    level: "advice",
    least: WORTH_QUANTISING,
    ignore: "never",
    worth: ({ weight, model }) => weight.compressed >= WORTH_MOVING || (model?.predicted.length ?? 0) > 0,
    saves,
    title: (found) => {
      const smaller = storedSmaller(found);
      return smaller === null
        ? `Fetch ${found.name} from object storage instead`
        : `Store ${found.name} ${AS[smaller.as]}`;
    },
    detail: (found) => [whatItIs(found), ...moving(found), smaller].join(" "),
    sources: [OBJECT_STORAGE, ...sources],
  };
}

/** The first thing to do about a model that is not worth moving; null for one that is. */
function storedSmaller({ weight, model }: Found): PredictedModel | null {
  return weight.compressed >= WORTH_MOVING ? null : (model?.predicted[0] ?? null);
}

function saves(found: Found): Pick<FileAdvice, "saving" | "error"> {
  const { weight } = found;
  const smaller = storedSmaller(found);
  if (smaller === null) return { saving: weight, error: 0 };
  const { disk, compressed } = smaller;
  return {
    saving: { files: 0, disk: weight.disk - disk, compressed: weight.compressed - compressed },
    error: Math.ceil(compressed * PREDICTION_ERROR),
  };
}

function isOf({ formats, name }: Family, entry: Entry, sniffed: Sniffed): boolean {
  const { path, disk } = entry;
  const found = sniffed.models.get(path);
  if (found !== undefined) {
    // PyTorch's older files are pickles too, and an HDF5 file without a sign of Keras is data.
    const torch = found.format === "pickle" && /^(?:pt|pth|bin|ckpt)$/.test(extension(path));
    return torch ? formats.includes("pytorch") : formats.includes(found.format);
  }
  // The rest of a checkpoint that was understood by its index.
  const index = path.replace(/\.(?:data-\d+-of-\d+|meta)$/i, ".index");
  if (index !== path && sniffed.models.has(index)) return formats.includes("tensorflow-checkpoint");
  return disk >= SMALLEST && name.test(baseName(path));
}

/** What several files of one model have in common: shards, a checkpoint's index and data, tensors beside an ONNX graph. */
function modelKey(path: string): string {
  return path
    .replace(/-\d{5}-of-\d{5}(?=\.)/, "")
    .replace(/\.(?:index|meta|data-\d+-of-\d+)$/i, "")
    .replace(/\.onnx[._]data$/i, ".onnx");
}

function whatItIs({ model, count }: Found): string {
  if (model === null || model.weights.length === 0) return `${count} of ${model?.framework ?? "a model"}.`;
  const weights = model.weights
    .slice(0, 3)
    .map(({ type, bytes }) => `${type === "unknown" ? "type unknown" : type}: ${mib(bytes)}`);
  const predicted = model.predicted.map(({ as, compressed }) => `${mib(compressed)} ${AS[as]}`);
  const optimizer =
    model.optimizer === 0 ? "" : ` ${mib(model.optimizer)} of that are the optimiser's, which only training needs.`;
  const prediction = predicted.length === 0 ? "" : ` Predicted in the slug: ${predicted.join(", ")}.`;
  return `${model.framework}, weights (${weights.join(", ")}).${optimizer}${prediction}`;
}

/** How else it may be stored. */
const AS = { float16: "as float16", int8: "as int8", inference: "without the optimiser's state" } as const;

function moving({ weight }: Found): string[] {
  if (weight.compressed < WORTH_MOVING)
    return ["Moving it out of the slug would not pay: a client for object storage weighs as much."];
  return [
    `\`${OBJECT_STORAGE}\` shows how: a pinned version and SHA-256, in the background after the port is bound, once for each dyno.`,
  ];
}
