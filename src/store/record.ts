import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { MIB } from "../model/bytes.js";
import type { WeighedLayer } from "../model/distribution.js";
import { entriesWeight, MEASURES, type Entry } from "../model/layer.js";
import { equal } from "../model/weight.js";

/** A record that unpacks to more than this is none of ours: 25,000 files take 3 MB. Bytes. */
const LARGEST = 256 * MIB;

const bytes = z.int().nonnegative();
/** An entry as it is stored: path, kind, disk, compressed. */
type Packed = [path: string, kind: Entry["kind"], disk: number, compressed: number];
const KINDS: ReadonlySet<unknown> = new Set<Entry["kind"]>(["file", "directory", "symlink"]);
// Of tens of thousands: zod would make a copy of each.
const entries = z.custom<Packed[]>((list) => Array.isArray(list) && list.every(isPacked));

function isPacked(value: unknown): value is Packed {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [path, kind, disk, compressed] = value as readonly unknown[];
  return typeof path === "string" && path !== "" && KINDS.has(kind) && isBytes(disk) && isBytes(compressed);
}

function isBytes(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

const schema = z.strictObject({
  key: z.string(),
  version: z.string().nullable(),
  measure: z.enum(MEASURES),
  weight: z.strictObject({ files: bytes, disk: bytes, compressed: bytes }),
  error: bytes,
  entries,
  unclaimed: entries,
  metadata: z.strictObject({ requires: z.array(z.string()), extras: z.array(z.string()) }),
});

const packed = (list: readonly Entry[]): Packed[] =>
  list.map(({ path, kind, disk, compressed }) => [path, kind, disk, compressed]);
const unpacked = (list: readonly Packed[]): Entry[] =>
  list.map(([path, kind, disk, compressed]) => ({ path, kind, disk, compressed }));

/** What a file of the store holds. */
export type RecordKind = "layer" | "answer";

/** The file that holds a layer; entries as tuples. */
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
export async function decodeLayer(key: string, file: Buffer): Promise<WeighedLayer | null> {
  const parsed = schema.safeParse(await decode("layer", file));
  if (!parsed.success || parsed.data.key !== key) return null;
  const { version, measure, weight, error, metadata } = parsed.data;
  const layer = { version, measure, weight, error, metadata };
  const [own, unclaimed] = [unpacked(parsed.data.entries), unpacked(parsed.data.unclaimed)];
  return equal(entriesWeight(own), weight) ? { ...layer, entries: own, unclaimed } : null;
}

/** The answer in a file, for the asker to look at; null unless the file is whole and of this key. */
export async function decodeAnswer(key: string, file: Buffer): Promise<unknown> {
  const parsed = z.strictObject({ key: z.literal(key), answer: z.unknown() }).safeParse(await decode("answer", file));
  return parsed.data?.answer ?? null;
}

/** What the file holds; null unless it is whole, and of this kind. */
async function decode(kind: RecordKind, file: Buffer): Promise<unknown> {
  const body = file.subarray(file.indexOf("\n") + 1);
  if (!file.subarray(0, file.length - body.length).equals(Buffer.from(headline(kind, body)))) return null;
  try {
    return JSON.parse((await promisify(gunzip)(body, { maxOutputLength: LARGEST })).toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

function headline(kind: RecordKind, body: Uint8Array): string {
  return `slugdiff ${kind} sha256:${createHash("sha256").update(body).digest("hex")}\n`;
}
