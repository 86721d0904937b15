import { SLUG_ROOT } from "../model/target.js";
import type { TreeEntry } from "../model/tree.js";

/** Everything in a tar archive is padded to whole blocks of this many bytes. */
const BLOCK = 512;

/** Names and link targets up to this many bytes stand in the header itself. */
const NAME_FIELD = 100;

/**
 * Seconds since 1970 that every entry carries (2026-01-01). A build writes all files of a slug within a minute or two, so
 * that the times cost next to nothing there; one fixed time keeps it so, and the same for every run.
 */
const MTIME = 1_767_225_600;

/**
 * The header blocks of one entry, as GNU tar writes them for `./app/<path>` with `--format=gnu --owner=root --group=root`:
 * long names and link targets come first, in entries of their own.
 * Layout: "Basic Tar Format" and "GNU Extensions" of the GNU tar manual.
 */
export function tarHeaders(entry: TreeEntry): Uint8Array {
  const name = Buffer.from(`.${SLUG_ROOT}/${entry.path}${entry.kind === "directory" ? "/" : ""}`);
  const link = Buffer.from(entry.linkTarget ?? "");
  const blocks: Buffer[] = [];
  if (link.length > NAME_FIELD) blocks.push(...longEntry("K", link));
  if (name.length > NAME_FIELD) blocks.push(...longEntry("L", name));
  blocks.push(header({ name, link, size: entry.size, mtime: MTIME, ...MODE_AND_TYPE[typeOf(entry)] }));
  return blocks.length === 1 && blocks[0] ? blocks[0] : Buffer.concat(blocks);
}

/** Bytes that `tarHeaders` takes. */
export function tarHeadersSize({ path, kind, linkTarget }: TreeEntry): number {
  const name = Buffer.byteLength(`.${SLUG_ROOT}/${path}`) + (kind === "directory" ? 1 : 0);
  return BLOCK + longSize(name) + longSize(Buffer.byteLength(linkTarget ?? ""));
}

function longSize(length: number): number {
  if (length <= NAME_FIELD) return 0;
  const size = length + 1; // with its final NUL
  return BLOCK + size + tarPadding(size);
}

/** How many zero bytes follow a content of `size` bytes. */
export function tarPadding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

const MODE_AND_TYPE = {
  file: { mode: 0o644, type: "0" },
  program: { mode: 0o755, type: "0" },
  directory: { mode: 0o755, type: "5" },
  symlink: { mode: 0o777, type: "2" },
} as const;

function typeOf(entry: TreeEntry): keyof typeof MODE_AND_TYPE {
  return entry.kind === "file" && entry.executable ? "program" : entry.kind;
}

interface HeaderFields {
  readonly name: Buffer;
  readonly link: Buffer;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
  readonly type: string;
}

function longEntry(type: "K" | "L", text: Buffer): Buffer[] {
  const size = text.length + 1; // with its final NUL
  const content = Buffer.alloc(size + tarPadding(size));
  text.copy(content);
  const name = Buffer.from("././@LongLink");
  return [header({ name, link: Buffer.alloc(0), mode: 0o644, size, mtime: 0, type }), content];
}

function header(fields: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  fields.name.copy(block, 0, 0, NAME_FIELD);
  octal(block, 100, 8, fields.mode);
  octal(block, 108, 8, 0); // owner
  octal(block, 116, 8, 0); // group
  octal(block, 124, 12, fields.size);
  octal(block, 136, 12, fields.mtime);
  block.fill(" ", 148, 156); // the checksum counts itself as blanks
  block.write(fields.type, 156, "latin1");
  fields.link.copy(block, 157, 0, NAME_FIELD);
  block.write("ustar  \0root", 257, "latin1");
  block.write("root", 297, "latin1");
  let checksum = 0;
  for (const byte of block) checksum += byte;
  block.write(`${checksum.toString(8).padStart(6, "0")}\0`, 148, "latin1");
  return block;
}

/** A number in octal digits and a NUL, or where that has no room, in base 256 with the highest bit set. */
function octal(block: Buffer, at: number, width: number, value: number): void {
  const digits = value.toString(8);
  if (digits.length < width) {
    block.write(digits.padStart(width - 1, "0"), at, "latin1");
  } else {
    block.writeUInt8(0x80, at);
    block.writeBigUInt64BE(BigInt(value), at + width - 8);
  }
}
