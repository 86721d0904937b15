import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import { z } from "zod";
import { KIB, MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { entriesWeight, MEASURES, type Entry } from "../model/layer.js";
import { equal } from "../model/weight.js";

/** A record that unpacks to more than this is none of ours: 25,000 files take 3 MB. Bytes. */
const LARGEST = 256 * MIB;

/** Unpacked at a time, in this thread: to hand thousands of small pieces to others takes longer than to unpack them. Bytes. */
const PIECE = 256 * KIB;

const bytes = z.int().nonnegative();
/** Entries as they are stored, one list for each of their fields: tens of thousands are read faster than as a list of lists. */
const columns = z.strictObject({
  /** Each followed by NUL, which no path holds. */
  paths: z.string(),
  /** A letter each. */
  kinds: z.string(),
  // Of tens of thousands: zod would make a copy of each.
  disk: z.custom<number[]>(isBytes),
  compressed: z.custom<number[]>(isBytes),
});
type Columns = z.infer<typeof columns>;

/** By the letter that stands for each, its first. */
const KINDS: ReadonlyMap<string, Entry["kind"]> = new Map(
  (["file", "directory", "symlink"] as const).map((kind) => [kind.charAt(0), kind]),
);

function isBytes(list: unknown): boolean {
  return Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && Number(value) >= 0);
}

const schema = z.strictObject({
  key: z.string(),
  version: z.string().nullable(),
  measure: z.enum(MEASURES),
  weight: z.strictObject({ files: bytes, disk: bytes, compressed: bytes }),
  error: bytes,
  entries: columns,
  unclaimed: columns,
  metadata: z.strictObject({ requires: z.array(z.string()), extras: z.array(z.string()) }),
});

function packed(list: readonly Entry[]): Columns {
  return {
    paths: list.map(({ path }) => `${path}\0`).join(""),
    kinds: list.map(({ kind }) => kind.charAt(0)).join(""),
    disk: list.map(({ disk }) => disk),
    compressed: list.map(({ compressed }) => compressed),
  };
}

/** Null if the columns do not fit each other. */
function unpacked({ paths, kinds, disk, compressed }: Columns): Entry[] | null {
  const names = paths.split("\0");
  if (names.pop() !== "" || [kinds, disk, compressed].some(({ length }) => length !== names.length)) return null;
  const entries: Entry[] = [];
  for (const [at, path] of names.entries()) {
    const kind = KINDS.get(kinds.charAt(at));
    const [own, packed] = [disk[at], compressed[at]];
    if (path === "" || kind === undefined || own === undefined || packed === undefined) return null;
    entries.push({ path, kind, disk: own, compressed: packed });
  }
  return entries;
}

/** What a file of the store holds. */
export type RecordKind = "layer" | "answer";

/** The file that holds a layer. */
export function encodeLayer(key: string, layer: WeighedLayer): Promise<Buffer> {
  const { version, measure, weight, error, metadata } = layer;
  const record: z.infer<typeof schema> = {
    key,
    version,
    measure,
    weight,
    error,
    entries: packed(layer.entries),
    unclaimed: packed(layer.unclaimed),
    metadata: { requires: [...metadata.requires], extras: [...metadata.extras] },
  };
  return encode("layer", record);
}

/** The file that holds an answer, which is JSON. */
export function encodeAnswer(key: string, answer: unknown): Promise<Buffer> {
  return encode("answer", { key, answer });
}

/** A line with a checksum, then gzip'd JSON. */
async function encode(kind: RecordKind, record: unknown): Promise<Buffer> {
  const body = await promisify(gzip)(JSON.stringify(record));
  return Buffer.concat([Buffer.from(headline(kind, body)), body]);
}

/**
 * The layer in a file, or null unless the file is whole, of this layout, of this key, and its entries sum to its weight:
 * the store's directory may have been written by anybody.
 */
export function decodeLayer(key: string, file: Buffer): WeighedLayer | null {
  const parsed = schema.safeParse(decode("layer", file));
  if (!parsed.success || parsed.data.key !== key) return null;
  const { version, measure, weight, error, metadata } = parsed.data;
  const layer = { version, measure, weight, error, metadata };
  const [own, unclaimed] = [unpacked(parsed.data.entries), unpacked(parsed.data.unclaimed)];
  if (own === null || unclaimed === null || !equal(entriesWeight(own), weight)) return null;
  return { ...layer, entries: own, unclaimed };
}

/** The answer in a file, for the asker to look at; null unless the file is whole and of this key. */
export function decodeAnswer(key: string, file: Buffer): unknown {
  const parsed = z.strictObject({ key: z.literal(key), answer: z.unknown() }).safeParse(decode("answer", file));
  return parsed.data?.answer ?? null;
}

/** What the file holds; null unless it is whole, and of this kind. */
function decode(kind: RecordKind, file: Buffer): unknown {
  const body = file.subarray(file.indexOf("\n") + 1);
  if (!file.subarray(0, file.length - body.length).equals(Buffer.from(headline(kind, body)))) return null;
  try {
    return JSON.parse(gunzipSync(body, { maxOutputLength: LARGEST, chunkSize: PIECE }).toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

function headline(kind: RecordKind, body: Uint8Array): string {
  return `slugdiff ${kind} sha256:${createHash("sha256").update(body).digest("hex")}\n`;
}
