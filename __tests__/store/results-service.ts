import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One entry of the cache. */
export interface CacheEntry {
  readonly key: string;
  readonly version: string;
  readonly scope: string;
  /** The archive, once it is there whole. */
  archive: Buffer | null;
}

/** What GitHub's cache service answers with instead of an answer. */
export type Fault = "unavailable" | "refuses" | "denied" | "hangs" | "cuts";

/** GitHub's cache service, both versions, with its blob storage. Entries can be looked at and changed. */
export interface ResultsService {
  /** Variables by which a runner tells an action of it. */
  readonly env: (version: "v1" | "v2") => Record<string, string>;
  readonly entries: CacheEntry[];
  /** Where the next run reads, in this order; it writes to the first. */
  scopes: readonly string[];
  /** Methods that were called, such as `CreateCacheEntry`, in order. */
  readonly calls: string[];
  /** By method. */
  readonly faults: Map<string, Fault>;
  close(): Promise<void>;
}

export async function startResultsService(): Promise<ResultsService> {
  const entries: CacheEntry[] = [];
  const calls: string[] = [];
  const faults = new Map<string, Fault>();
  const blocks = new Map<string, Buffer>();
  const signature = randomBytes(24).toString("hex");
  let base = "";

  // "Searching for cache entries" in GitHub's documentation: all keys in one scope, then all in the next.
  const find = (keys: readonly string[], version: string): CacheEntry | undefined => {
    for (const scope of service.scopes) {
      const there = entries.filter((entry) => entry.archive && entry.version === version && entry.scope === scope);
      for (const key of keys) {
        const entry = there.find((each) => each.key === key) ?? there.findLast((each) => each.key.startsWith(key));
        if (entry) return entry;
      }
    }
    return undefined;
  };
  const reserve = (key: string, version: string): number | null => {
    const scope = service.scopes[0] ?? "";
    if (entries.some((entry) => entry.key === key && entry.version === version && entry.scope === scope)) return null;
    return entries.push({ key, version, scope, archive: null }) - 1;
  };
  const urlOf = (index: number): string => `${base}/blob/${index}?sig=${signature}`;

  type Request = Readonly<Record<string, unknown>> & { key: string; restore_keys?: string[]; version: string };
  const methods: Record<string, (request: Request) => unknown> = {
    CreateCacheEntry: ({ key, version }) => {
      const index = reserve(key, version);
      return index === null ? { ok: false, message: "already exists" } : { ok: true, signed_upload_url: urlOf(index) };
    },
    FinalizeCacheEntryUpload: ({ key, version }) => {
      const index = entries.findLastIndex((entry) => entry.key === key && entry.version === version);
      const archive = blocks.get(String(index));
      const entry = entries[index];
      if (!entry || !archive) return { ok: false };
      entry.archive = archive;
      return { ok: true, entry_id: String(index) };
    },
    GetCacheEntryDownloadURL: ({ key, restore_keys = [], version }) => {
      const entry = find([key, ...restore_keys], version);
      if (!entry) return { ok: false };
      return { ok: true, signed_download_url: urlOf(entries.indexOf(entry)), matched_key: entry.key };
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "", base);
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    };
    const path = url.pathname.split("/");
    const method = path.includes("blob") ? `${request.method ?? ""} blob` : (path.at(-1) ?? "");
    calls.push(method);

    switch (faults.get(method)) {
      case "unavailable":
        json(500, { code: "internal", msg: "service unavailable" });
        return;
      case "refuses":
        json(400, { code: "invalid_argument", msg: "no" });
        return;
      case "denied": {
        const kind = /Get|^cache$/.test(method) ? "read" : "write";
        json(403, {
          code: "permission_denied",
          msg: `cache ${kind} denied: read only`,
          message: `cache ${kind} denied: read only`,
        });
        return;
      }
      case "cuts":
        request.socket.destroy();
        return;
      case "hangs":
        return;
      case undefined:
    }

    if (url.pathname.startsWith("/twirp/")) {
      json(200, methods[method]?.(JSON.parse(body.toString()) as Request));
    } else if (url.pathname.startsWith("/blob/")) {
      const index = path.at(-1) ?? "";
      if (request.method === "PUT") {
        blocks.set(index, body);
        response.writeHead(201, { etag: '"1"', "last-modified": new Date(0).toUTCString() }).end();
        return;
      }
      const archive = entries[Number(index)]?.archive;
      if (!archive) json(404, {});
      else response.writeHead(200, { "content-length": archive.length }).end(archive);
    } else if (method === "cache") {
      const entry = find((url.searchParams.get("keys") ?? "").split(","), url.searchParams.get("version") ?? "");
      if (!entry) response.writeHead(204).end();
      else json(200, { cacheKey: entry.key, archiveLocation: urlOf(entries.indexOf(entry)) });
    } else if (method === "caches") {
      const { key, version } = JSON.parse(body.toString()) as Request;
      const index = reserve(key, version);
      if (index === null) json(409, { message: "already exists" });
      else json(201, { cacheId: index + 1 });
    } else {
      const index = Number(method) - 1;
      const entry = entries[index];
      if (!entry) json(404, {});
      else if (request.method === "PATCH") {
        blocks.set(String(index), body);
        response.writeHead(204).end();
      } else {
        entry.archive = blocks.get(String(index)) ?? null;
        response.writeHead(204).end();
      }
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const token = `${encoded({ alg: "none" })}.${encoded({ scp: "Actions.Results:run-1:job-1", exp: 4_102_444_800 })}.x`;
  const service: ResultsService = {
    scopes: ["refs/heads/main"],
    env: (version) =>
      version === "v2"
        ? { ACTIONS_RUNTIME_TOKEN: token, ACTIONS_RESULTS_URL: `${base}/`, ACTIONS_CACHE_SERVICE_V2: "true" }
        : {
            ACTIONS_RUNTIME_TOKEN: token,
            ACTIONS_CACHE_URL: `${base}/`,
            ACTIONS_CACHE_SERVICE_V2: "true",
            GITHUB_SERVER_URL: "https://github.example.com",
          },
    entries,
    calls,
    faults,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
  return service;
}
