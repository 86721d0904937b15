import { z } from "zod";
import { MIB } from "../model/bytes.js";
import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { Tally } from "./tally.js";

/** The names of the format's documentation (huggingface/safetensors, README, "Format"). */
const TYPES: Readonly<Record<string, NumberType>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  F8_E4M3: "float8",
  F8_E5M2: "float8",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool",
};

/** The format allows 100 MB; ten thousand tensors take one. */
const MOST_HEADER = 16 * MIB;

const TENSOR = z.object({
  dtype: z.string(),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** A safetensors file: the length of a JSON header (8 bytes), the header, the tensors. */
export function readSafetensors(bytes: Bytes): SniffedModel {
  const length = bytes.u64(0);
  if (length > MOST_HEADER) throw new Malformed("too long a header");
  const header: unknown = parseJson(bytes.take(8, length).toString("utf8"));
  const room = bytes.size - 8 - length;
  const tally = new Tally(room);
  for (const [name, value] of Object.entries(z.record(z.string(), z.unknown()).safeParse(header).data ?? {})) {
    if (name === "__metadata__") continue;
    bytes.step();
    const tensor = TENSOR.safeParse(value).data;
    if (tensor === undefined) throw new Malformed("no tensor");
    const [from, to] = tensor.data_offsets;
    if (to > room) throw new Malformed("beyond the end");
    tally.add(TYPES[tensor.dtype] ?? "other", to - from);
  }
  return tally.result("safetensors");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Malformed("no JSON");
  }
}
