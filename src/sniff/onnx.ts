import { KIB } from "../model/bytes.js";
import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { fields } from "./protobuf.js";
import { Tally } from "./tally.js";

/** `TensorProto.DataType` of onnx/onnx, `onnx/onnx.proto`. */
export const ONNX_TYPES: readonly (NumberType | undefined)[] = [
  ...(["unknown", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "other", "bool"] as const),
  ...(["float16", "float64", "uint32", "uint64", "other", "other", "bfloat16"] as const),
  ...(["float8", "float8", "float8", "float8", "int4", "int4"] as const),
];

/** Numbers of the fields, by message; the same file. */
const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5 };
const NODE = { attribute: 5 };
const ATTRIBUTE = { tensor: 5, graph: 6 };
const TENSOR = { type: 2, external: 13, data: new Set([4, 5, 6, 7, 9, 10, 11]) };

/** How deep graphs may be nested: branches of branches. */
const DEEPEST = 8;

/**
 * An ONNX model: the tensors of its graph, those that are stored in a file beside it too.
 * @param beside bytes of the other files in its folder: as much may its external tensors claim
 */
export function readOnnx(bytes: Bytes, beside = 0): SniffedModel {
  const tally = new Tally(bytes.size + beside);
  let graphs = 0;
  for (const field of fields(bytes)) {
    if (field.number !== MODEL.graph || field.wire !== "bytes") continue;
    graphs++;
    readGraph(field.value, tally, 0);
  }
  if (graphs !== 1) throw new Malformed("no graph");
  return tally.result("onnx");
}

function readGraph(graph: Bytes, tally: Tally, depth: number): void {
  if (depth > DEEPEST) throw new Malformed("nested too deeply");
  for (const field of fields(graph)) {
    if (field.wire !== "bytes") continue;
    if (field.number === GRAPH.initializer) readTensor(field.value, tally);
    if (field.number === GRAPH.node) readNode(field.value, tally, depth);
  }
}

function readNode(node: Bytes, tally: Tally, depth: number): void {
  for (const attribute of fields(node)) {
    if (attribute.number !== NODE.attribute || attribute.wire !== "bytes") continue;
    for (const value of fields(attribute.value)) {
      if (value.wire !== "bytes") continue;
      if (value.number === ATTRIBUTE.tensor) readTensor(value.value, tally);
      if (value.number === ATTRIBUTE.graph) readGraph(value.value, tally, depth + 1);
    }
  }
}

function readTensor(tensor: Bytes, tally: Tally): void {
  let type: NumberType = "unknown";
  let size = 0;
  for (const { number, wire, value } of fields(tensor)) {
    if (number === TENSOR.type && wire === "varint") type = ONNX_TYPES[value] ?? "other";
    if (wire !== "bytes") continue;
    if (TENSOR.data.has(number)) size += value.size;
    if (number === TENSOR.external) size += externalLength(value);
  }
  tally.add(type, size);
}

/** Bytes of a tensor that is stored elsewhere: the entry `length` of its `external_data`. */
function externalLength(entry: Bytes): number {
  let key = "";
  let text = "";
  for (const { number, wire, value } of fields(entry)) {
    if (wire !== "bytes" || value.size > KIB) continue;
    if (number === 1) key = value.take(0, value.size).toString("utf8");
    if (number === 2) text = value.take(0, value.size).toString("utf8");
  }
  return key === "length" && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
