import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { Table } from "./flatbuffer.js";
import { Tally } from "./tally.js";

/** `TensorType` of LiteRT's `schema.fbs`. */
const TYPES: readonly (NumberType | undefined)[] = [
  ...(["float32", "float16", "int32", "uint8", "int64", "other", "bool", "int16", "other", "int8"] as const),
  ...(["float64", "other", "uint64", "other", "other", "uint32", "uint16", "int4", "bfloat16"] as const),
];

/** Numbers of the fields, by table; the same file. */
const MODEL = { subgraphs: 2, buffers: 4 };
const SUBGRAPH = { tensors: 0 };
const TENSOR = { type: 1, buffer: 2 };
/** Large models keep the data behind the FlatBuffer, at an offset. */
const BUFFER = { data: 0, size: 2 };

/** A LiteRT (TensorFlow Lite) model: a FlatBuffer with the identifier `TFL3`. */
export function readTflite(bytes: Bytes): SniffedModel {
  if (!bytes.says(4, "TFL3")) throw new Malformed("no LiteRT model");
  const model = new Table(bytes, bytes.u32(0));
  const types = new Map<number, NumberType>();
  for (const subgraph of model.tables(MODEL.subgraphs)) {
    for (const tensor of subgraph.tables(SUBGRAPH.tensors)) {
      const type = tensor.field(TENSOR.type);
      const buffer = tensor.field(TENSOR.buffer);
      if (buffer !== null) types.set(bytes.u32(buffer), TYPES[type === null ? 0 : bytes.u8(type)] ?? "other");
    }
  }
  const tally = new Tally(bytes.size);
  let index = 0;
  for (const buffer of model.tables(MODEL.buffers)) {
    const size = buffer.field(BUFFER.size);
    const behind = size === null ? 0 : bytes.u64(size);
    // What no tensor uses is metadata.
    const type = types.get(index++);
    if (type !== undefined) tally.add(type, Math.max(buffer.vector(BUFFER.data).count, behind));
  }
  return tally.result("tflite");
}
