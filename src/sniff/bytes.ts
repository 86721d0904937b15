import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { KIB, MIB } from "../model/bytes.js";

/** A file that is not what it says, or says more than it can hold; or that would take too much to read. */
export class Malformed extends Error {}

/** What is read of one file at most, in bytes. Headers of the largest models take a few MiB. */
const MOST_READ = 64 * MIB;
/** How many things a reader may look at: tensors, fields, nodes. Whatever a header claims, it ends here. */
const MOST_STEPS = 500_000;
const PAGE = 4 * KIB;
const PAGES = 64;

/** What of a file was looked at so far; shared by all views of it. */
interface Budget {
  read: number;
  steps: number;
  readonly pages: Map<number, Buffer>;
  /** The page that was looked at last, and where it starts. */
  last: Buffer;
  lastAt: number;
}

/**
 * A stretch of a file, read little by little: only what is asked for, in small pages, and never more than `MOST_READ`
 * altogether. Numbers are little-endian. What lies outside the stretch is `Malformed`, whoever asks.
 */
export class Bytes {
  private constructor(
    private readonly fd: number,
    private readonly start: number,
    readonly size: number,
    private readonly budget: Budget,
  ) {}

  /**
   * Looks into a file; the result of `look`, or null if the file is not what `look` takes it for.
   * Symbolic links and what is no regular file are not opened.
   */
  static async look<T>(path: string, look: (bytes: Bytes, fd: number) => T | Promise<T>): Promise<T | null> {
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch {
      return null;
    }
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) return null;
      return await look(
        new Bytes(fd, 0, stat.size, { read: 0, steps: 0, pages: new Map(), last: Buffer.alloc(0), lastAt: 0 }),
        fd,
      );
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  /** The stretch of `length` bytes from `at` on. */
  within(at: number, length: number): Bytes {
    this.check(at, length);
    return new Bytes(this.fd, this.start + at, length, this.budget);
  }

  /** Counts one thing that is looked at. */
  step(): void {
    if (++this.budget.steps > MOST_STEPS) throw new Malformed("too many parts");
  }

  /** Copies bytes out of the file. */
  take(at: number, length: number): Buffer {
    this.check(at, length);
    if (length > PAGE) return this.readAt(this.start + at, length);
    const from = this.start + at;
    const page = this.page(Math.floor(from / PAGE));
    const inside = from % PAGE;
    if (inside + length <= page.length) return page.subarray(inside, inside + length);
    return this.readAt(from, length);
  }

  u8(at: number): number {
    // Most of what is read is read byte by byte.
    const near = at >= 0 && at < this.size ? this.budget.last[this.start + at - this.budget.lastAt] : undefined;
    if (near !== undefined) return near;
    return this.take(at, 1).readUInt8();
  }

  u16(at: number): number {
    return this.take(at, 2).readUInt16LE();
  }

  u32(at: number): number {
    // Of a long list of strings it is their lengths that take the time.
    const inside = this.start + at - this.budget.lastAt;
    const isNear = at >= 0 && at + 4 <= this.size && inside >= 0 && inside + 4 <= this.budget.last.length;
    return isNear ? this.budget.last.readUInt32LE(inside) : this.take(at, 4).readUInt32LE();
  }

  i32(at: number): number {
    return this.take(at, 4).readInt32LE();
  }

  /** An unsigned number of 64 bits; no file is longer than what JavaScript counts exactly. */
  u64(at: number): number {
    const value = this.u32(at) + this.u32(at + 4) * 2 ** 32;
    if (value > Number.MAX_SAFE_INTEGER) throw new Malformed("too large a number");
    return value;
  }

  /** Whether these characters of Latin-1 stand here. */
  says(at: number, text: string): boolean {
    return at + text.length <= this.size && this.take(at, text.length).toString("latin1") === text;
  }

  private check(at: number, length: number): void {
    const inside = Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 && length >= 0;
    if (!inside || at + length > this.size) throw new Malformed("beyond the end");
  }

  private page(number: number): Buffer {
    const page = this.budget.pages.get(number) ?? this.newPage(number);
    this.budget.last = page;
    this.budget.lastAt = number * PAGE;
    return page;
  }

  private newPage(number: number): Buffer {
    const page = this.readAt(number * PAGE, PAGE, true);
    if (this.budget.pages.size >= PAGES) {
      for (const oldest of this.budget.pages.keys()) {
        this.budget.pages.delete(oldest);
        break;
      }
    }
    this.budget.pages.set(number, page);
    return page;
  }

  private readAt(position: number, length: number, short = false): Buffer {
    this.budget.read += length;
    if (this.budget.read > MOST_READ) throw new Malformed("too much to read");
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const read = readSync(this.fd, buffer, filled, length - filled, position + filled);
      if (read === 0) break;
      filled += read;
    }
    if (filled < length && !short) throw new Malformed("shorter than it was");
    return buffer.subarray(0, filled);
  }
}
