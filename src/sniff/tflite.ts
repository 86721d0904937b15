import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
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

/** A LiteRT (TensorFlow Lite) model: a FlatBuffer (flatbuffers.dev, "Internals") with the identifier `TFL3`. */
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

/** A table of a FlatBuffer. */
class Table {
  private readonly layout: number;
  private readonly layoutSize: number;

  constructor(
    private readonly bytes: Bytes,
    private readonly at: number,
  ) {
    bytes.step();
    this.layout = at - bytes.i32(at);
    this.layoutSize = bytes.u16(this.layout);
  }

  /** Where a field's value is; null if it has its default. */
  field(number: number): number | null {
    const slot = 4 + 2 * number;
    const offset = slot + 2 <= this.layoutSize ? this.bytes.u16(this.layout + slot) : 0;
    return offset === 0 ? null : this.at + offset;
  }

  vector(number: number): { readonly start: number; readonly count: number } {
    const field = this.field(number);
    if (field === null) return { start: 0, count: 0 };
    const at = field + this.bytes.u32(field);
    const count = this.bytes.u32(at);
    return { start: at + 4, count };
  }

  *tables(number: number): Generator<Table> {
    const { start, count } = this.vector(number);
    for (let item = 0; item < count; item++) {
      const at = start + 4 * item;
      yield new Table(this.bytes, at + this.bytes.u32(at));
    }
  }
}
