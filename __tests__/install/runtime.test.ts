import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { pack, type Header } from "tar-stream";
import { unpackRuntime } from "../../src/install/runtime.js";
import { SILENT } from "../../src/ports.js";

let root: string;
let server: Server;
let address: string;
const archives = new Map<string, Buffer>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "slugdiff-runtime-"));
  server = createServer((request, response) => {
    const archive = archives.get(request.url ?? "");
    response.statusCode = archive === undefined ? 403 : 200;
    response.end(archive);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  address = typeof at === "object" && at !== null ? `http://127.0.0.1:${at.port}` : "";
});
afterAll(async () => {
  server.close();
  await rm(root, { recursive: true, force: true });
});

const context = { env: {}, progress: SILENT, signal: new AbortController().signal };

type Item = Partial<Header> & { readonly name: string; readonly content?: string | Buffer };

/** A tar of the items, in zstd as Heroku's builds have it: with long distance matching and a wide window. */
async function archiveOf(...items: Item[]): Promise<Buffer> {
  const tar = pack();
  for (const { content = "", ...header } of items) tar.entry(header, content);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const { ZSTD_c_compressionLevel, ZSTD_c_enableLongDistanceMatching, ZSTD_c_windowLog } = zlib.constants;
  return zlib.zstdCompressSync(Buffer.concat(chunks), {
    params: { [ZSTD_c_compressionLevel]: 9, [ZSTD_c_enableLongDistanceMatching]: 1, [ZSTD_c_windowLog]: 27 },
  });
}

async function unpack(archive: Buffer): ReturnType<typeof unpackRuntime> {
  const into = await mkdtemp(join(root, "into-"));
  const file = join(into, "..", `${createHash("sha256").update(archive).digest("hex")}.tar.zst`);
  await writeFile(file, archive);
  return unpackRuntime(file, into, context);
}

describe("a runtime archive", () => {
  // Large enough that a match reaches back over more than fzstd's output at a time.
  const noise = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (Math.imul(at, 2654435761) >>> 13) & 255));
  const items: Item[] = [
    { name: "./", type: "directory" },
    { name: "./bin/", type: "directory" },
    { name: "./bin/python3.12", mode: 0o755, content: noise },
    { name: "./bin/python3", type: "symlink", linkname: "python3.12" },
    { name: "./lib/libpython3.12.so", content: noise },
    { name: `./lib/python3.12/${"deep/".repeat(40)}module.py`, content: "x = 1\n" },
    { name: "./bin/same", type: "link", linkname: "./bin/python3.12" },
  ];

  test("is laid out under .heroku/python, from a file or an address, with its hash", async () => {
    const archive = await archiveOf(...items);
    archives.set("/runtime.tar.zst", archive);
    const into = await mkdtemp(join(root, "into-"));
    const { entries, sha256 } = await unpackRuntime(`${address}/runtime.tar.zst`, into, context);
    expect(sha256).toBe(createHash("sha256").update(archive).digest("hex"));
    expect(entries.filter(({ kind }) => kind !== "directory")).toEqual([
      { path: ".heroku/python/bin/python3", kind: "symlink", size: 0, executable: true, linkTarget: "python3.12" },
      { path: ".heroku/python/bin/python3.12", kind: "file", size: noise.length, executable: true },
      { path: ".heroku/python/bin/same", kind: "file", size: noise.length, executable: true },
      { path: ".heroku/python/lib/libpython3.12.so", kind: "file", size: noise.length, executable: false },
      {
        path: `.heroku/python/lib/python3.12/${"deep/".repeat(40)}module.py`,
        kind: "file",
        size: 6,
        executable: false,
      },
    ]);
    expect(noise.equals(await readFile(join(into, ".heroku/python/lib/libpython3.12.so")))).toBe(true);
    expect((await unpack(archive)).entries).toEqual(entries);
  });

  test.each([
    ["a path that climbs out", [{ name: "../../evil", content: "x" }], /leads out/],
    ["an absolute path", [{ name: "/evil", content: "x" }], /leads out/],
    ["a link that leads out", [{ name: "etc", type: "symlink", linkname: "/etc" }], /link out of/],
    [
      "a file through a link",
      [
        { name: "out", type: "symlink", linkname: "../../.." },
        { name: "out/evil", content: "x" },
      ],
      /is no directory/,
    ],
    ["a hard link out", [{ name: "evil", type: "link", linkname: "../../../evil" }], /leads out/],
    ["a pipe", [{ name: "pipe", type: "fifo" }], /neither a file/],
    ["a device", [{ name: "null", type: "character-device", devmajor: 1, devminor: 3 }], /neither a file/],
    ["nothing", [], /empty/],
  ] satisfies [string, Item[], RegExp][])("is refused with %s in it", async (_, hostile, why) => {
    await writeFile(join(root, "marker"), "");
    await expect(unpack(await archiveOf(...hostile))).rejects.toThrow(why);
    expect(existsSync(join(root, "evil"))).toBe(false);
  });

  test("is refused if it is damaged, no zstd, or not there", async () => {
    const archive = await archiveOf(...items);
    const refusal = { name: "SideError", state: "unweighable" };
    await expect(unpack(archive.subarray(0, archive.length / 2))).rejects.toMatchObject(refusal);
    await expect(unpack(Buffer.from("no archive at all, but some text"))).rejects.toMatchObject(refusal);
    const into = join(root, "missing");
    await mkdir(into);
    await expect(unpackRuntime(`${address}/missing`, into, context)).rejects.toThrow("answers 403");
    await expect(unpackRuntime(join(root, "missing.tar.zst"), into, context)).rejects.toMatchObject(refusal);
  });
});
