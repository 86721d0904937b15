import { fromBufferPromise, type ZipFile } from "yauzl";
import { UserError } from "../errors.js";

/** How much of an archive is looked at: it comes from a stranger's run. */
export interface Bounds {
  /** Entries, of whatever kind. */
  readonly entries: number;
  /** Bytes of one text, unpacked. */
  readonly text: number;
  /** Bytes of all texts together, unpacked. What is taken of them is gone from here, also where it is refused. */
  left: number;
}

/**
 * The JSON files in a zip archive, by name. They are unpacked in memory alone, so that no name can lead anywhere.
 * @throws UserError if it is no such archive, is damaged, or holds more than the bounds
 */
export async function jsonFilesIn(zip: Buffer, bounds: Bounds): Promise<ReadonlyMap<string, string>> {
  const archive = await open(zip);
  const files = new Map<string, string>();
  if (archive.entryCount > bounds.entries) throw refused(`holds ${archive.entryCount.toLocaleString("en-US")} files`);
  try {
    for await (const entry of archive.eachEntry()) {
      if (!entry.fileName.endsWith(".json")) continue;
      if (!entry.canDecodeFileData())
        throw refused("holds a file that can't be read: it is encrypted, or packed in an unusual way");
      files.set(entry.fileName, (await readText(archive, entry, bounds)).toString("utf8"));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw damaged(error);
  }
  return files;
}

async function open(zip: Buffer): Promise<ZipFile> {
  try {
    return await fromBufferPromise(zip, { lazyEntries: true });
  } catch (error) {
    throw damaged(error);
  }
}

type Entry = Parameters<ZipFile["openReadStreamPromise"]>[0];

/** What an entry says of its own size is believed no further than it goes. */
async function readText(archive: ZipFile, entry: Entry, bounds: Bounds): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await archive.openReadStreamPromise(entry)) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    bounds.left -= bytes.length;
    if (size > bounds.text) throw refused("unpacks to more than a report can be");
    if (bounds.left < 0) throw refused("unpacks to more than all reports together can be");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function refused(why: string): UserError {
  return new UserError(`The archive ${why}.`, "Upload the file that the output `report` names, and nothing else.");
}

function damaged(error: unknown): UserError {
  const why =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : "unknown error";
  return new UserError(`The archive is damaged, or no zip: ${why}.`, "Upload it again with actions/upload-artifact.");
}
