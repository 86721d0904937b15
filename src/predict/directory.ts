import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from "yauzl";
import { KIB, MIB } from "../model/bytes.js";
import type { Ranges } from "./ranges.js";

/** A file in a zip archive, as the archive's directory has it. */
export interface ZipEntry {
  /** With `/`; neither absolute nor with `..`. */
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Bytes that it takes in the archive. */
  readonly packed: number;
  /** Is it there as it is, without compression? */
  readonly stored: boolean;
}

/** What a wheel's directory tells, and what lies beside it. */
export interface Directory {
  readonly files: readonly ZipEntry[];
  /** Text of `*.dist-info/METADATA`; null if it lies farther from the directory than was read. */
  readonly metadata: string | null;
}

/** Read first, from the end: it has the directory of most wheels, and more than zip's end record can take (64 KiB). */
const TAIL = 128 * KIB;

/** A directory that is larger is not read. tensorflow's, of 24,013 files, has 2.7 MiB. */
export const LARGEST_DIRECTORY = 16 * MIB;

/** More files or longer names are not believed: a path has 4,096 bytes at most on Linux. */
const MOST = { files: 100_000, name: 4096, folders: 64, metadata: MIB };

/** Zip's methods: as it is, and deflate. Others say nothing of what gzip makes of a file. */
const STORED = 0;
const DEFLATED = 8;

/** Deflate makes no content smaller than by this factor (RFC 1951: 258 bytes in two bits). */
const MOST_DEFLATED = 1032;

/** Its directory is not what zip's format, or sense, has it. */
class NoDirectory extends Error {}

/** A part of the archive is needed that was not read yet. */
class Missing extends Error {
  constructor(readonly from: number) {
    super("not read yet");
  }
}

/**
 * The files in a zip archive, by its directory alone, which is at its end. What a directory says is believed no further than it can be
 * true of an archive of that size: nothing is unpacked, and no name is used to open anything.
 * @throws any error if there is no such directory, or it is larger than `LARGEST_DIRECTORY`
 */
export async function readDirectory(ranges: Ranges): Promise<Directory> {
  const { size } = ranges;
  let from = Math.max(0, size - TAIL);
  let tail = await ranges.read(from, size);
  for (;;) {
    try {
      return await directoryIn(tail, from, size);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      if (size - error.from > LARGEST_DIRECTORY) throw new NoDirectory("its directory is too large");
      // From an earlier place each time, so there is an end to it.
      tail = Buffer.concat([await ranges.read(error.from, from), tail]);
      from = error.from;
    }
  }
}

/** @param tail the archive's bytes from `from` to its end */
async function directoryIn(tail: Buffer, from: number, size: number): Promise<Directory> {
  const archive = await fromRandomAccessReaderPromise(new TailReader(tail, from), size, { autoClose: false });
  if (archive.entryCount > MOST.files) throw new NoDirectory("it has too many files");
  const files = new Map<string, ZipEntry>();
  let packed = 0;
  let about: Entry | null = null;
  for await (const entry of archive.eachEntry()) {
    packed += entry.compressedSize;
    if (packed > size) throw new NoDirectory("its files are larger than the archive");
    if (entry.fileName.endsWith("/")) continue;
    const file = fileOf(entry);
    if (files.has(file.name)) throw new NoDirectory("it has two files of one name");
    files.set(file.name, file);
    if (/^[^/]+\.dist-info\/METADATA$/.test(file.name)) about = entry;
  }
  return { files: [...files.values()], metadata: about === null ? null : await metadataIn(archive, about) };
}

async function metadataIn(archive: ZipFile, entry: Entry): Promise<string | null> {
  if (entry.uncompressedSize > MOST.metadata || !entry.canDecodeFileData()) return null;
  try {
    return await text(await archive.openReadStreamPromise(entry));
  } catch {
    return null; // It was not read along with the directory, or is damaged.
  }
}

type Entry = Parameters<ZipFile["openReadStreamPromise"]>[0];

function fileOf({
  fileName: name,
  uncompressedSize: size,
  compressedSize: packed,
  compressionMethod,
}: Entry): ZipEntry {
  const stored = compressionMethod === STORED;
  if (!stored && compressionMethod !== DEFLATED) throw new NoDirectory("it is packed in an unusual way");
  if (size > (stored ? packed : packed * MOST_DEFLATED)) throw new NoDirectory("a file of it is larger than can be");
  if (name.length > MOST.name || name.split("/").length > MOST.folders)
    throw new NoDirectory("a name in it is too long");
  if (name.includes("\0")) throw new NoDirectory("a name in it is no name");
  return { name, size, packed, stored };
}

/** The end of an archive, in memory. */
class TailReader extends RandomAccessReader {
  constructor(
    private readonly tail: Buffer,
    private readonly from: number,
  ) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (position < this.from) callback(new Missing(position));
    else callback(null, this.tail.copy(buffer, offset, position - this.from, position - this.from + length));
  }

  override _readStreamForRange(start: number, end: number): Readable {
    if (start < this.from) throw new Missing(start);
    return Readable.from([this.tail.subarray(start - this.from, end - this.from)]);
  }
}
