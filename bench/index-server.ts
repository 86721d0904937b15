import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";

/** One file of a page of the simple index (PEP 691, PEP 700), with what else the index says of it. */
export interface IndexFile {
  readonly filename: string;
  readonly [key: string]: unknown;
}

/** What an index consists of. */
export interface IndexSource {
  /** The files of a project, by its normalised name; null if there is none. */
  page(project: string): Promise<readonly IndexFile[] | null>;
  /** Path on this machine of one of them, or with `.metadata` behind its name of its metadata; null if there is none. */
  file(project: string, filename: string): Promise<string | null>;
}

/** What was asked of an index, and what it answered. */
export interface Traffic {
  readonly requests: number;
  /** Of all bodies. */
  readonly bytes: number;
  /** Paths in the order of the requests. */
  readonly paths: readonly string[];
}

/** A package index on the loopback interface that counts. */
export interface CountingIndex {
  /** URL of its simple index. */
  readonly url: string;
  /** What has happened since this was last called. */
  traffic(): Traffic;
  /** Answers nothing but 503 from now on, or serves again. */
  refuse(refusing: boolean): void;
  close(): void;
}

export interface IndexOptions {
  /** Seconds that a page may be used without asking again. Default: as PyPI's. */
  readonly maxAge?: number;
}

const JSON_TYPE = "application/vnd.pypi.simple.v1+json";

/** Serves an index with PyPI's rules for caches: pages are good for ten minutes and have a tag, files never change. */
export async function serveIndex(source: IndexSource, { maxAge = 600 }: IndexOptions = {}): Promise<CountingIndex> {
  let counted = { requests: 0, bytes: 0, paths: [] as string[] };
  let refusing = false;
  const pages = new Map<string, Promise<Page | null>>();

  const send = (response: ServerResponse, status: number, headers: Record<string, string>, body?: Buffer): void => {
    counted.bytes += body?.length ?? 0;
    response.writeHead(status, { ...headers, "content-length": String(body?.length ?? 0) }).end(body);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "");
    counted.requests++;
    counted.paths.push(path);
    const [, kind, project = "", filename = ""] = path.split("/");
    if (refusing) {
      send(response, 503, {});
    } else if (kind === "simple" && filename === "") {
      const known = pages.get(project) ?? source.page(project).then((files) => (files ? pageOf(project, files) : null));
      pages.set(project, known);
      const page = await known;
      if (page === null) send(response, 404, {});
      else sendPage(page, request, response);
    } else if (kind === "files") {
      const file = await source.file(project, filename);
      if (file === null) send(response, 404, {});
      else await sendFile(file, request, response);
    } else {
      send(response, 404, {});
    }
  };

  const sendPage = (page: Page, request: IncomingMessage, response: ServerResponse): void => {
    const headers = { etag: page.tag, "cache-control": `max-age=${maxAge}, public`, "content-type": JSON_TYPE };
    if (request.headers["if-none-match"] === page.tag) {
      send(response, 304, headers);
    } else if (/\bgzip\b/.test(String(request.headers["accept-encoding"]))) {
      send(response, 200, { ...headers, "content-encoding": "gzip" }, page.gzipped);
    } else {
      send(response, 200, headers, page.body);
    }
  };

  const sendFile = async (file: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { size } = statSync(file);
    const headers = {
      etag: `"${String(size)}"`,
      "accept-ranges": "bytes",
      "cache-control": "max-age=365000000, immutable, public",
      "content-type": "application/octet-stream",
    };
    const { start, end, status } = rangeOf(request.headers.range, size);
    const range = status === 206 ? { "content-range": `bytes ${start}-${end}/${size}` } : {};
    response.writeHead(status, { ...headers, ...range, "content-length": String(end - start + 1) });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    counted.bytes += end - start + 1;
    if (size === 0) response.end();
    else await pipeline(createReadStream(file, { start, end }), response);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    traffic: () => {
      const until = counted;
      counted = { requests: 0, bytes: 0, paths: [] };
      return until;
    },
    refuse: (now) => {
      refusing = now;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Page {
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly tag: string;
}

function pageOf(name: string, files: readonly IndexFile[]): Page {
  const listed = files.map((file) => ({ ...file, url: `/files/${name}/${encodeURIComponent(file.filename)}` }));
  const page = { meta: { "api-version": "1.1" }, name, versions: [], files: listed };
  const body = Buffer.from(JSON.stringify(page));
  return { body, gzipped: gzipSync(body), tag: `"${createHash("sha256").update(body).digest("hex")}"` };
}

/** The bytes that a `Range` header asks for, both ends included; all of them if there is none that can be met. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number; status: 200 | 206 } {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if ((from === "" && to === "") || start > end) return { start: 0, end: size - 1, status: 200 };
  return { start, end, status: 206 };
}
