import type { NumberType, SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { Tally } from "./tally.js";

const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** "Undefined": all bits set. */
const NOWHERE = Buffer.alloc(8, 0xff);
/** Types of header messages ("HDF5 File Format Specification", IV.A.2). */
const MESSAGE = {
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  attribute: 0x0c,
  more: 0x10,
  symbols: 0x11,
};
const DEEPEST = 64;

/** Attributes and links of the root that Keras writes: its `.h5` of version 2, and the weights of version 3. */
const KERAS = /^(?:keras_version|model_config|layer_names|model_weights|_layer_checkpoint_dependencies|layers)$/;
/** The group of the optimiser's state: Keras 2, Keras 3. */
const OPTIMIZER = /^(?:optimizer_weights|optimizer)$/;

/** Whether this is an HDF5 file, or says so. */
export function isHdf5(bytes: Bytes): boolean {
  return bytes.says(0, SIGNATURE);
}

/**
 * An HDF5 file as h5py writes it, and Keras by it: its datasets that are stored in one piece. Chunked ones are left
 * out; a group of the newer kind that holds more links than fit its header makes the whole `Malformed`.
 */
export function readHdf5(bytes: Bytes): SniffedModel {
  const walk = new Walk(bytes);
  const names = walk.object(rootAddress(bytes), 0, false);
  return walk.tally.result(names.some((name) => KERAS.test(name)) ? "keras" : "hdf5");
}

function rootAddress(bytes: Bytes): number {
  if (!isHdf5(bytes)) throw new Malformed("no HDF5 file");
  const version = bytes.u8(8);
  if (version > 3) throw new Malformed("unknown version");
  const sizes = version < 2 ? 13 : 9;
  if (bytes.u8(sizes) !== 8 || bytes.u8(sizes + 1) !== 8) throw new Malformed("unusual sizes");
  if (version >= 2) return bytes.u64(36);
  // Behind four addresses and the name of the root's symbol table entry.
  return bytes.u64((version === 0 ? 24 : 28) + 5 * 8);
}

interface Message {
  readonly type: number;
  readonly flags: number;
  readonly body: Bytes;
}

class Walk {
  readonly tally: Tally;
  private readonly seen = new Set<number>();

  constructor(private readonly bytes: Bytes) {
    this.tally = new Tally(bytes.size);
  }

  /** Adds up an object and all below. @returns the names of its attributes and links */
  object(address: number, depth: number, optimizer: boolean): string[] {
    this.bytes.step();
    if (depth > DEEPEST) throw new Malformed("nested too deeply");
    if (this.seen.has(address)) return [];
    this.seen.add(address);
    const names: string[] = [];
    let type: NumberType = "other";
    let size = 0;
    const below = (name: string, at: number): void => {
      names.push(name);
      this.object(at, depth + 1, optimizer || (depth === 0 && OPTIMIZER.test(name)));
    };
    for (const { type: kind, flags, body } of this.messages(address)) {
      // A datatype that is shared stands elsewhere.
      if (kind === MESSAGE.datatype && (flags & 2) === 0) type = numberType(body);
      if (kind === MESSAGE.layout) size = storedSize(body);
      if (kind === MESSAGE.attribute && depth === 0) names.push(attributeName(body));
      if (kind === MESSAGE.symbols) this.symbols(body.u64(0), body.u64(8), below);
      if (kind === MESSAGE.link) link(body, below);
      if (kind === MESSAGE.linkInfo && isDense(body)) throw new Malformed("links in a heap");
    }
    if (size > 0) this.tally.add(type, size, { optimizer });
    return names;
  }

  private *messages(address: number): Generator<Message> {
    if (this.bytes.says(address, "OHDR")) yield* this.newMessages(address);
    else yield* this.oldMessages(address);
  }

  private *oldMessages(address: number): Generator<Message> {
    if (this.bytes.u8(address) !== 1) throw new Malformed("no object");
    const blocks = [this.bytes.within(address + 16, this.bytes.u32(address + 8))];
    for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
      for (let at = 0; at + 8 <= block.size;) {
        this.bytes.step();
        const size = block.u16(at + 2);
        const message = { type: block.u16(at), flags: block.u8(at + 4), body: block.within(at + 8, size) };
        if (message.type === MESSAGE.more) blocks.push(this.bytes.within(message.body.u64(0), message.body.u64(8)));
        yield message;
        at += 8 + size;
      }
    }
  }

  private *newMessages(address: number): Generator<Message> {
    const flags = this.bytes.u8(address + 5);
    const before = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
    const width = 1 << (flags & 3);
    const head = 4 + ((flags & 4) === 0 ? 0 : 2);
    const first = this.bytes.within(address + before + width, unsigned(this.bytes, address + before, width));
    const blocks = [first];
    for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
      for (let at = 0; at + head <= block.size;) {
        this.bytes.step();
        const size = block.u16(at + 1);
        const message = { type: block.u8(at), flags: block.u8(at + 3), body: block.within(at + head, size) };
        if (message.type === MESSAGE.more) {
          // Between the signature and the checksum.
          blocks.push(this.bytes.within(message.body.u64(0) + 4, message.body.u64(8) - 8));
        }
        yield message;
        at += head + size;
      }
    }
  }

  /** The links of a group of the older kind: a B-tree of symbol table nodes, and a heap of names. */
  private symbols(tree: number, heap: number, below: (name: string, at: number) => void): void {
    if (!this.bytes.says(heap, "HEAP")) throw new Malformed("no heap");
    const names = this.bytes.within(this.bytes.u64(heap + 24), this.bytes.u64(heap + 8));
    const nodes = [tree];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      this.bytes.step();
      if (this.seen.has(node)) throw new Malformed("a node twice");
      this.seen.add(node);
      if (this.bytes.says(node, "TREE")) {
        const count = this.bytes.u16(node + 6);
        for (let child = 0; child < count; child++) nodes.push(this.bytes.u64(node + 32 + 16 * child));
      } else if (this.bytes.says(node, "SNOD")) {
        const count = this.bytes.u16(node + 6);
        for (let entry = 0; entry < count; entry++) {
          const at = node + 8 + 40 * entry;
          // A symbolic link has no object of its own.
          if (this.bytes.u32(at + 16) !== 2) below(text(names, this.bytes.u64(at)), this.bytes.u64(at + 8));
        }
      } else {
        throw new Malformed("no node");
      }
    }
  }
}

function link(body: Bytes, below: (name: string, at: number) => void): void {
  const flags = body.u8(1);
  let at = 2;
  const hard = (flags & 8) === 0 || body.u8(at++) === 0;
  if ((flags & 4) !== 0) at += 8;
  if ((flags & 0x10) !== 0) at += 1;
  const width = 1 << (flags & 3);
  const length = unsigned(body, at, width);
  const name = text(body.within(at + width, length), 0);
  if (hard) below(name, body.u64(at + width + length));
}

function isDense(body: Bytes): boolean {
  const heap = (body.u8(1) & 1) === 0 ? 2 : 10;
  return !body.take(heap, 8).equals(NOWHERE);
}

function attributeName(body: Bytes): string {
  const length = body.u16(2);
  return text(body.within(body.u8(0) === 3 ? 9 : 8, length), 0);
}

function storedSize(body: Bytes): number {
  const version = body.u8(0);
  if (version !== 3 && version !== 4) return 0;
  const kind = body.u8(1);
  if (kind === 0) return body.u16(2);
  return kind === 1 ? body.u64(10) : 0;
}

function numberType(body: Bytes): NumberType {
  const kind = body.u8(0) & 0x0f;
  const size = body.u32(4);
  if (kind === 0) return INTEGERS[`${(body.u8(1) & 8) === 0 ? "u" : ""}int${String(8 * size)}`] ?? "other";
  if (kind !== 1) return "other";
  // Both halves have 16 bits; what tells them apart is how many are the exponent's.
  if (size === 2) return body.u8(13) === 8 ? "bfloat16" : "float16";
  return size === 4 ? "float32" : size === 8 ? "float64" : "other";
}

const INTEGERS: Readonly<Record<string, NumberType>> = {
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: "int64",
  uint8: "uint8",
  uint16: "uint16",
  uint32: "uint32",
  uint64: "uint64",
};

function unsigned(bytes: Bytes, at: number, width: number): number {
  if (width === 8) return bytes.u64(at);
  return bytes.take(at, width).readUIntLE(0, width);
}

/** Text up to a NUL or the end; no name that matters is longer than this. */
function text(bytes: Bytes, at: number): string {
  const piece = bytes.take(at, Math.min(256, Math.max(0, bytes.size - at)));
  const end = piece.indexOf(0);
  return piece.subarray(0, end === -1 ? piece.length : end).toString("utf8");
}
