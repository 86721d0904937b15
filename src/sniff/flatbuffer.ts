import type { Bytes } from "./bytes.js";

/** A table of a FlatBuffer (flatbuffers.dev, "Internals"). */
export class Table {
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

  /** The table that a field leads to; null if there is none. */
  table(number: number): Table | null {
    const field = this.field(number);
    return field === null ? null : new Table(this.bytes, field + this.bytes.u32(field));
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
