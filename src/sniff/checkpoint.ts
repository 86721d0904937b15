import { KIB } from "../model/bytes.js";
import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { fields } from "./protobuf.js";
import { Tally } from "./tally.js";

/** `DataType` of TensorFlow's `types.proto`. */
const TYPES: readonly (NumberType | undefined)[] = [
  ...(["unknown", "float32", "float64", "int32", "uint8", "int16", "int8", "other", "other", "int64"] as const),
  ...(["bool", "int8", "uint8", "int32", "bfloat16", "int16", "uint16", "uint16", "other", "float16"] as const),
  ...(["other", "other", "uint32", "uint64", "float8", "float8"] as const),
];

/** The end of a table: two block handles, padded, and this number (google/leveldb, `doc/table_format.md`). */
const FOOTER = 48;
const MAGIC = Buffer.from("57fb808b247547db", "hex");

/** Keras 3 also names the model's own variables by way of the optimiser that trains them. */
const OPTIMIZER = /\.OPTIMIZER_SLOT|(?:^|\/)optimizer\/_(?!trainable_variables)/;

/**
 * The index of a TensorFlow checkpoint, a SavedModel's `variables/variables.index` too: a table in LevelDB's format
 * whose values are `BundleEntryProto` (TensorFlow's `tensor_bundle.proto`).
 * @param data bytes of the `.data-…` files that belong to it: as much may it claim
 */
export function readCheckpointIndex(bytes: Bytes, data: number): SniffedModel {
  const footer = bytes.within(bytes.size - FOOTER, FOOTER);
  if (!footer.take(FOOTER - 8, 8).equals(MAGIC)) throw new Malformed("no table");
  const metaindex = new Cursor(footer);
  handle(metaindex);
  const tally = new Tally(data);
  for (const index of entries(block(bytes, handle(metaindex)))) {
    for (const { key, value } of entries(block(bytes, handle(new Cursor(index.value))))) {
      // The first entry, without a key, is the header.
      if (key !== "") readEntry(key, value, tally);
    }
  }
  return tally.result("tensorflow-checkpoint");
}

function readEntry(key: string, entry: Bytes, tally: Tally): void {
  let type: NumberType = "unknown";
  let size = 0;
  for (const { number, wire, value } of fields(entry)) {
    if (wire !== "varint") continue;
    if (number === 1) type = TYPES[value] ?? "other";
    if (number === 5) size = value;
  }
  tally.add(type, size, { optimizer: OPTIMIZER.test(key) });
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function handle(cursor: Cursor): Handle {
  return { offset: cursor.varint(), size: cursor.varint() };
}

/** A block; TensorFlow does not compress them. */
function block(bytes: Bytes, { offset, size }: Handle): Bytes {
  if (bytes.u8(offset + size) !== 0) throw new Malformed("a compressed block");
  return bytes.within(offset, size);
}

function* entries(of: Bytes): Generator<{ readonly key: string; readonly value: Bytes }> {
  const restarts = of.u32(of.size - 4);
  const end = of.size - 4 - 4 * restarts;
  const cursor = new Cursor(of);
  let last: Buffer = Buffer.alloc(0);
  while (cursor.at < end) {
    of.step();
    const shared = cursor.varint();
    const own = cursor.varint();
    const size = cursor.varint();
    if (shared > last.length || own > KIB * 16) throw new Malformed("no key");
    last = Buffer.concat([last.subarray(0, shared), of.take(cursor.at, own)]);
    const value = of.within(cursor.at + own, size);
    cursor.at += own + size;
    yield { key: last.toString("utf8"), value };
  }
}

class Cursor {
  at = 0;
  constructor(private readonly bytes: Bytes) {}

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.bytes.u8(this.at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed("an endless number");
  }
}
