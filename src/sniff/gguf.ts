import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { Tally } from "./tally.js";

/** `ggml_type` (ggml-org/ggml, `docs/gguf.md`): those of about eight and of about four bits count as such; all else is `other`. */
const TYPES = new Map<number, NumberType>([
  ...([
    [0, "float32"],
    [1, "float16"],
    [28, "float64"],
    [30, "bfloat16"],
  ] as const),
  ...([
    [24, "int8"],
    [25, "int16"],
    [26, "int32"],
    [27, "int64"],
  ] as const),
  ...[8, 9, 15].map((type) => [type, "int8"] as const),
  ...[2, 3, 12, 20, 23, 39].map((type) => [type, "int4"] as const),
]);

/** Bytes of a value of metadata, by its type; the same document. */
const VALUES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const UINT32 = 4;
const STRING = 8;
const ARRAY = 9;

/** A vocabulary is an array of some hundred thousand short strings: so many count as one thing that is looked at. */
const STRINGS_A_STEP = 4;

/** Bytes; what is longer is no key that is looked for. */
const LONGEST_NAME = 256;

/** ggml has no tensor of more. */
const MOST_DIMENSIONS = 4;

/** A GGUF file (ggml, llama.cpp), version 2 or 3: metadata by key, the tensors' types and places, then the tensors. */
export function readGguf(bytes: Bytes): SniffedModel {
  if (!bytes.says(0, "GGUF")) throw new Malformed("no GGUF file");
  const version = bytes.u32(4);
  // The first version counts otherwise; in a big-endian file this is a large number.
  if (version < 2 || version > 3) throw new Malformed("an unknown version");
  const reader = new Reader(bytes, 24);
  let alignment = 32;
  for (let left = bytes.u64(16); left > 0; left--) {
    bytes.step();
    const isAlignment = reader.string() === "general.alignment";
    const type = reader.u32();
    if (isAlignment && type === UINT32) alignment = bytes.u32(reader.at);
    reader.skip(type);
  }
  const tensors: { readonly type: NumberType; readonly from: number }[] = [];
  for (let left = bytes.u64(8); left > 0; left--) {
    bytes.step();
    reader.string();
    const dimensions = reader.u32();
    if (dimensions > MOST_DIMENSIONS) throw new Malformed("too many dimensions");
    reader.at += 8 * dimensions;
    const type = TYPES.get(reader.u32()) ?? "other";
    tensors.push({ type, from: reader.u64() });
  }
  if (alignment === 0) throw new Malformed("no alignment");
  if (reader.at > bytes.size) throw new Malformed("beyond the end");
  const room = Math.max(0, bytes.size - Math.ceil(reader.at / alignment) * alignment);
  const tally = new Tally(room);
  // One lies behind the other, with less than an alignment between them.
  tensors.sort((a, b) => a.from - b.from);
  for (const [at, { type, from }] of tensors.entries()) tally.add(type, (tensors[at + 1]?.from ?? room) - from);
  return tally.result("gguf");
}

/** Reads what stands one behind the other. */
class Reader {
  constructor(
    private readonly bytes: Bytes,
    public at: number,
  ) {}

  u32(): number {
    this.at += 4;
    return this.bytes.u32(this.at - 4);
  }

  u64(): number {
    this.at += 8;
    return this.bytes.u64(this.at - 8);
  }

  /** Null for one that is too long to be a name. */
  string(): string | null {
    const length = this.u64();
    this.at += length;
    return length > LONGEST_NAME ? null : this.bytes.take(this.at - length, length).toString("latin1");
  }

  private skipString(): void {
    const length = this.u64();
    this.at += length;
  }

  skip(type: number): void {
    if (type === STRING) {
      this.skipString();
    } else if (type === ARRAY) {
      const [items, count] = [this.u32(), this.u64()];
      // ggml has no arrays of arrays.
      if (items !== STRING) {
        this.at += widthOf(items) * count;
        return;
      }
      for (let item = 0; item < count; item++) {
        if (item % STRINGS_A_STEP === 0) this.bytes.step();
        this.skipString();
      }
    } else {
      this.at += widthOf(type);
    }
  }
}

function widthOf(type: number): number {
  const width = VALUES[type];
  if (width === undefined) throw new Malformed("an unknown type of value");
  return width;
}
