import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed } from "./bytes.js";

/** Sums up a model's weights by type. */
export class Tally {
  private readonly bytes = new Map<NumberType, number>();
  private total = 0;
  private optimizer = 0;

  /** @param most bytes that there can be: what a file claims beyond is `Malformed` */
  constructor(private readonly most: number) {}

  add(type: NumberType, bytes: number, { optimizer = false } = {}): void {
    this.total += bytes;
    if (!(bytes >= 0) || this.total > this.most) throw new Malformed("more weights than bytes");
    this.bytes.set(type, (this.bytes.get(type) ?? 0) + bytes);
    if (optimizer) this.optimizer += bytes;
  }

  result(format: SniffedModel["format"]): SniffedModel {
    const weights = [...this.bytes]
      .filter(([, bytes]) => bytes > 0)
      .map(([type, bytes]) => ({ type, bytes }))
      .sort((a, b) => b.bytes - a.bytes || (a.type < b.type ? -1 : 1));
    return { format, weights, optimizer: this.optimizer };
  }
}
