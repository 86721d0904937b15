import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { IncomingMessage } from "node:http";
import { download, withoutLogin } from "../install/download.js";
import type { Context } from "../ports.js";

/** A file that is read in parts, wherever it lies. */
export interface Ranges {
  /** Bytes of the whole file. */
  readonly size: number;
  /** The bytes from `from` up to but without `to`. @throws any error, if they are not exactly those */
  read(from: number, to: number): Promise<Buffer>;
}

/** What serves a file does not serve parts of it. */
export class NoRanges extends Error {
  /** @param size bytes of the whole file, if it was told */
  constructor(readonly size: number | null) {
    super("no parts of it are served");
  }
}

/**
 * A file by its address: http or https, with the login in it if there is one, `file:`, or a path.
 * @param size what the index says; null to ask what serves the file
 * @param app absolute path that a relative path starts from
 * @throws NoRanges, and any error of the network or the file system
 */
export async function openRanges(
  address: string,
  size: number | null,
  app: string,
  context: Pick<Context, "env" | "signal">,
): Promise<Ranges> {
  if (/^https?:/i.test(address)) return openRemote(new URL(address), size, context);
  return openLocal(/^file:/i.test(address) ? fileURLToPath(address) : resolve(app, address));
}

async function openRemote(
  address: URL,
  known: number | null,
  context: Pick<Context, "env" | "signal">,
): Promise<Ranges> {
  const { url, authorization } = withoutLogin(address);
  const request = async (from: number, to: number): Promise<{ readonly response: IncomingMessage; total: number }> => {
    const range = `bytes=${from}-${to - 1}`;
    const response = await download(url, authorization, context, { range, "accept-encoding": "identity" });
    try {
      return { response, total: totalOf(response, from, to) };
    } catch (error) {
      response.destroy(); // It may be about to send all of the file.
      throw error;
    }
  };
  let size = known;
  if (size === null) {
    // The last bytes can't be asked for yet: not all servers count from the end.
    const { response, total } = await request(0, 1);
    response.destroy();
    size = total;
  }
  const whole = size;
  return {
    size: whole,
    read: async (from, to) => {
      const { response, total } = await request(from, to);
      if (total !== whole) {
        response.destroy();
        throw new Error(`it has ${total} bytes where the index says ${whole}`);
      }
      return exactly(response, to - from);
    },
  };
}

/** How large the whole is, by an answer that is just the range that was asked for. */
function totalOf({ statusCode = 0, headers }: IncomingMessage, from: number, to: number): number {
  if (statusCode === 200) throw new NoRanges(wholeNumber(headers["content-length"]));
  if (statusCode !== 206) throw new Error(`its address answers ${statusCode}`);
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(headers["content-range"]?.trim() ?? "") ?? [];
  const size = wholeNumber(total);
  if (size === null || wholeNumber(first) !== from || wholeNumber(last) !== to - 1 || to > size) {
    throw new Error("another range was sent than was asked for");
  }
  if (!/^(?:identity)?$/i.test(headers["content-encoding"] ?? "")) throw new Error("the range was sent encoded");
  return size;
}

/** All that a response has, if that is so many bytes. */
async function exactly(response: IncomingMessage, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (filled + chunk.length > length) throw new Error("more was sent than was asked for");
    filled += chunk.copy(bytes, filled);
  }
  if (filled < length) throw new Error("less was sent than was asked for");
  return bytes;
}

async function openLocal(path: string): Promise<Ranges> {
  const using = async <T>(use: (file: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> => {
    // Not waited for, should it be a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  };
  const size = await using(async (file) => {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error("it is no file");
    return stats.size;
  });
  return {
    size,
    read: (from, to) =>
      using(async (file) => {
        const bytes = Buffer.alloc(to - from);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
          if (bytesRead === 0) throw new Error("it is shorter than it was");
          filled += bytesRead;
        }
        return bytes;
      }),
  };
}

function wholeNumber(text: string | undefined): number | null {
  const value = /^\d+$/.test(text ?? "") ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
