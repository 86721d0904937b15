import { Malformed, type Bytes } from "./bytes.js";

/** One field of a message in Protocol Buffers' wire format (protobuf.dev, "Encoding"). */
export type Field =
  | { readonly number: number; readonly wire: "varint"; readonly value: number }
  | { readonly number: number; readonly wire: "bytes"; readonly value: Bytes }
  | { readonly number: number; readonly wire: "fixed"; readonly value: Bytes };

/** The fields of a message, in order; what they hold is not read until it is asked for. */
export function* fields(message: Bytes): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message.u8(at++);
      // Beyond 2^53 a number is no size and no type: that it is inexact does not matter.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Malformed("an endless number");
  };
  while (at < message.size) {
    message.step();
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0) throw new Malformed("no field");
    if (wire === 0) {
      yield { number, wire: "varint", value: varint() };
      continue;
    }
    if (wire !== 1 && wire !== 2 && wire !== 5) throw new Malformed("no wire type");
    const length = wire === 2 ? varint() : wire === 1 ? 8 : 4;
    const value = message.within(at, length);
    at += length;
    yield { number, wire: wire === 2 ? "bytes" : "fixed", value };
  }
}
