import { fromFdPromise } from "yauzl";
import type { SniffedModel } from "../model/sniffed.js";
import { Malformed, type Bytes } from "./bytes.js";
import { isHdf5, readHdf5 } from "./hdf5.js";
import { Tally } from "./tally.js";

/** Entries of an archive that are looked at; a model has one for each tensor. */
const MOST_ENTRIES = 100_000;

/** One entry of an archive. */
interface Part {
  readonly name: string;
  readonly size: number;
  /** Where its bytes stand in the file; null if they are compressed. */
  place(): Promise<number | null>;
}

/** Whether a zip archive starts here. */
export function isZip(bytes: Bytes): boolean {
  return bytes.says(0, "PK\x03\x04");
}

/**
 * A model in a zip archive: Keras 3's `.keras`, whose weights are an HDF5 file stored in it, or PyTorch's, of which the
 * directory alone is read. Which types its numbers have is said by a pickle only, and no pickle is loaded.
 */
export async function readZip(bytes: Bytes, fd: number): Promise<SniffedModel> {
  const parts = await directory(fd);
  const weights = parts.find(({ name }) => name === "model.weights.h5");
  if (weights !== undefined) return await readKeras(bytes, weights);
  if (parts.some(({ name }) => /(?:^|\/)data\.pkl$/.test(name))) {
    const tally = new Tally(bytes.size);
    for (const { name, size } of parts) if (/(?:^|\/)data\/\d+$/.test(name)) tally.add("unknown", size);
    return tally.result("pytorch");
  }
  throw new Malformed("no model");
}

async function readKeras(bytes: Bytes, weights: Part): Promise<SniffedModel> {
  const start = await weights.place();
  if (start === null) return { format: "keras", weights: [], optimizer: 0 };
  const inside = bytes.within(start, weights.size);
  if (!isHdf5(inside)) throw new Malformed("no weights");
  return { ...readHdf5(inside), format: "keras" };
}

async function directory(fd: number): Promise<Part[]> {
  return await zipErrors(async () => {
    const archive = await fromFdPromise(fd, { lazyEntries: true, autoClose: false });
    if (archive.entryCount > MOST_ENTRIES) throw new Malformed("too many entries");
    const parts: Part[] = [];
    for await (const entry of archive.eachEntry()) {
      parts.push({
        name: entry.fileName,
        // PyTorch and Keras store what they write; a claim of what would come of unpacking is not believed.
        size: entry.compressedSize,
        place: () =>
          zipErrors(async () =>
            entry.compressionMethod === 0
              ? (await archive.readLocalFileHeaderPromise(entry, { minimal: true })).fileDataStart
              : null,
          ),
      });
    }
    return parts;
  });
}

/** The library throws plain errors about an archive that is damaged. */
async function zipErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Malformed("a damaged archive", { cause: error });
  }
}
