import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, open, symlink } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { Readable } from "node:stream";
import { Decompress } from "fzstd";
import { extract, type Extract } from "tar-stream";
import { SideError } from "../errors.js";
import { GIB, MIB } from "../model/bytes.js";
import { mib } from "../model/format.js";
import { PYTHON_HOME } from "../model/target.js";
import type { Tree } from "../model/tree.js";
import { inTarOrder } from "../model/tree.js";
import type { Activity, Context } from "../ports.js";
import { redact, secretsOf } from "../system/redact.js";
import { download, withoutLogin } from "./download.js";
import { errorCode } from "./errors.js";
import { walk } from "./survey.js";

/**
 * What Heroku's runtime adds to a slug, where its archive can't be had, in bytes. Compressed: the buildpack speaks of an
 * archive of about 10 MB, and zstd made it 26 % smaller than gzip had (heroku-buildpack-python, lib/python.sh and
 * pull request 1567), hence 13.5. Plain builds of 3.10 to 3.13, stripped of what Heroku strips (tests, static libraries,
 * symbols, optimised bytecode), gzip to 12.6 to 14.9 MiB and have 33 to 40 MiB on disk; Heroku's are optimised for speed, which
 * makes the library larger.
 */
export const ESTIMATED_RUNTIME = { compressed: 13.5 * MIB, error: 1.5 * MIB, disk: 40 * MIB } as const;

/** An archive, packed or unpacked, or a number of entries, larger than that is no Python. Heroku's has 10 MB and some 4,000. */
const LARGEST = { packed: 256 * MIB, unpacked: 2 * GIB, entries: 100_000 };

/** A runtime that was unpacked, and the hash of the archive it came from. */
export interface Runtime extends Tree {
  /** Of the archive as it was read, lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Unpacks a runtime archive (tar in zstd, without a top folder) to `.heroku/python` under `into`.
 * Hard links become copies, as they do in a slug.
 * @param archive path of a file, or an http or https URL
 * @param into absolute path of a directory that exists and has no `.heroku` yet
 * @throws SideError if the archive can't be had, is damaged, too large, or holds what no runtime holds: paths or links that lead
 * out of it, devices, pipes
 */
export async function unpackRuntime(
  archive: string,
  into: string,
  context: Pick<Context, "env" | "progress" | "signal">,
): Promise<Runtime> {
  const home = join(into, PYTHON_HOME);
  await mkdir(home, { recursive: true });
  const activity = context.progress.start("Unpacking the Python runtime", null, "bytes");
  const unpack = extract();
  let source: Readable | undefined;
  try {
    source = await openArchive(archive, context);
    const sha256 = createHash("sha256");
    await Promise.all([feed(decompressed(measured(source, sha256, activity)), unpack), writeEntries(unpack, home)]);
    const entries = inTarOrder([...walk(into, PYTHON_HOME).values()]);
    if (entries.length === 0) throw unusable("it is empty");
    return { root: into, entries, sha256: sha256.digest("hex") };
  } catch (error) {
    context.signal.throwIfAborted();
    throw error instanceof SideError || errorCode(error) === "ENOSPC" ? error : unusable(messageOf(error));
  } finally {
    activity.end();
    source?.destroy();
    unpack.destroy();
  }
}

async function openArchive(archive: string, context: Pick<Context, "env" | "signal">): Promise<Readable> {
  if (!/^https?:\/\//i.test(archive)) return createReadStream(archive);
  if (!URL.canParse(archive)) throw unusable("its address is not a URL");
  const { url, authorization } = withoutLogin(new URL(archive));
  const response = await download(url, authorization, context).catch((error: unknown) => {
    throw unusable(`it could not be fetched (${redact(messageOf(error), secretsOf(context.env))})`);
  });
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  response.destroy();
  throw unusable(`its address answers ${statusCode}`);
}

/** Passes the archive on while it is hashed and counted. */
async function* measured(chunks: Readable, sha256: Hash, activity: Activity): AsyncGenerator<Buffer> {
  let packed = 0;
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    packed += chunk.length;
    if (packed > LARGEST.packed) throw unusable(`it has more than ${mib(LARGEST.packed)}`);
    sha256.update(chunk);
    activity.advance(chunk.length);
    yield chunk;
  }
}

/** Writes the pieces to the unpacker, no faster than it takes them. */
async function feed(pieces: AsyncIterable<Uint8Array>, unpack: Extract): Promise<void> {
  for await (const piece of pieces) {
    if (!unpack.write(piece))
      await new Promise<void>((resolve) =>
        unpack.once("drain", () => {
          resolve();
        }),
      );
  }
  unpack.end(null);
}

async function* decompressed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = [];
  let unpacked = 0;
  const zstd = new Decompress((piece) => {
    unpacked += piece.length;
    // Copied: the window that the piece lies in is written over.
    pieces.push(piece.slice());
  });
  for await (const chunk of chunks) {
    zstd.push(chunk);
    if (unpacked > LARGEST.unpacked) throw unusable(`it unpacks to more than ${mib(LARGEST.unpacked)}`);
    yield* pieces;
    pieces = [];
  }
  zstd.push(new Uint8Array(0), true);
  yield* pieces;
}

type TarEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

async function writeEntries(unpack: Extract, home: string): Promise<void> {
  let count = 0;
  for await (const entry of unpack) {
    if (++count > LARGEST.entries) throw unusable(`it has more than ${LARGEST.entries} entries`);
    await writeEntry(entry, home);
  }
}

async function writeEntry(entry: TarEntry, home: string): Promise<void> {
  const { name, type, linkname, mode } = entry.header;
  const path = inside(name, home);
  if (path === home) {
    entry.resume();
    return;
  }
  await ensureFolder(dirname(path), home);
  switch (type) {
    case "directory":
      await ensureFolder(path, home);
      entry.resume();
      return;
    case "file":
    case "contiguous-file": {
      // "wx": a file is never written over or through a link.
      const file = await open(path, "wx", (mode & 0o111) === 0 ? 0o644 : 0o755);
      try {
        for await (const chunk of entry as AsyncIterable<Uint8Array>) await file.write(chunk);
      } finally {
        await file.close();
      }
      return;
    }
    case "symlink":
      // Its target is checked when all is there, by the walk.
      await symlink(linkname, path);
      entry.resume();
      return;
    case "link": {
      const target = inside(linkname, home);
      await ensureFolder(dirname(target), home);
      if (!(await lstat(target)).isFile()) throw unusable(`${name} is a link to no file`);
      await copyFile(target, path);
      entry.resume();
      return;
    }
    case "fifo":
    case "block-device":
    case "character-device":
      throw unusable(`${name} is neither a file, a directory nor a link`);
  }
}

/** The absolute path of an entry; throws if it leads out. */
function inside(name: string, home: string): string {
  const path = posix.normalize(name);
  if (posix.isAbsolute(path) || path === ".." || path.startsWith("../") || path.includes("\0")) {
    throw unusable(`the path ${JSON.stringify(name)} leads out of it`);
  }
  return join(home, path).replace(/\/$/, "");
}

/** Makes a directory and those above it; throws if one of them is a link, through which an archive could write elsewhere. */
async function ensureFolder(path: string, home: string): Promise<void> {
  if (path === home) return;
  await ensureFolder(dirname(path), home);
  await mkdir(path).catch(async (error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
    if (!(await lstat(path)).isDirectory()) throw unusable(`${path.slice(home.length + 1)} is no directory`);
  });
}

function unusable(why: string): SideError {
  return new SideError(
    "unweighable",
    "weigh",
    `The runtime archive can't be used: ${why}.`,
    'Set "runtime-archive" to a file or address of Heroku\'s archive for this Python version.',
  );
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
}
