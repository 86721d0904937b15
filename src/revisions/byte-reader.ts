/** A stream that has ended too soon: what wrote it has failed. */
export class EndedEarly extends Error {}

/** Reads a stream of chunks by line and by count, holding no more than a chunk or what was asked for. */
export class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** The next line without its newline; null at the end of the stream. */
  async line(): Promise<string | null> {
    let end = this.rest.indexOf(10);
    while (end === -1) {
      const next = await this.chunks.next();
      if (next.done === true) return null;
      this.rest = Buffer.concat([this.rest, next.value]);
      end = this.rest.indexOf(10);
    }
    const line = this.rest.subarray(0, end).toString("latin1");
    this.rest = this.rest.subarray(end + 1);
    return line;
  }

  /** The next `count` bytes, as one. @throws EndedEarly if the stream ends before */
  async exactly(count: number): Promise<Buffer> {
    if (this.rest.length >= count) return this.take(count);
    const parts: Buffer[] = [];
    for await (const part of this.upTo(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  /** The next `count` bytes, as they come. @throws EndedEarly if the stream ends before */
  async *upTo(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true) throw new EndedEarly(`the stream ended ${String(left)} bytes early`);
        this.rest = next.value;
      }
      const part = this.take(Math.min(left, this.rest.length));
      left -= part.length;
      yield part;
    }
  }

  private take(count: number): Buffer {
    const part = this.rest.subarray(0, count);
    this.rest = this.rest.subarray(count);
    return part;
  }
}
