import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { NO_STORE, openStore, type LayerStore, type StoreOptions } from "../../src/store/store.js";
import { keyOf, layer } from "./support.js";

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-store-"));
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

let directory: string;
let notes: string[];
let count = 0;
beforeEach(() => {
  directory = join(scratch, String(count++));
  notes = [];
});
const open = (options: Partial<StoreOptions> = {}): LayerStore =>
  openStore(directory, { note: (text) => notes.push(text), ...options });

const fileOf = (name: string): string => join(directory, "v2", keyOf(name).slice(0, 2), keyOf(name));

/** Starts a program in a process of its own that has what it imports below, and the store `directory`. */
function start(program: string, shell = ""): { pid: number; ended: Promise<{ code: number | null; stdout: string }> } {
  const path = join(scratch, `program-${String(count++)}.ts`);
  const from = (file: string): string => JSON.stringify(join(process.cwd(), file));
  writeFileSync(
    path,
    `import { isDeepStrictEqual } from "node:util";
     import { openStore } from ${from("src/store/store.ts")};
     import { keyOf, layer } from ${from("__tests__/store/support.ts")};
     const store = openStore(${JSON.stringify(directory)}, { note: (text) => console.log(text) });
     ${program}`,
  );
  const node = `exec node --disable-warning=ExperimentalWarning --import=./scripts/typescript.mjs "${path}"`;
  const process_ = spawn("bash", ["-c", `${shell} ${node}`], { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  process_.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    process_.on("close", (code) => {
      resolve({ code, stdout });
    });
  });
  return { pid: process_.pid ?? 0, ended };
}

describe("the layer store", () => {
  test("gives back what it was given, also to the next run", async () => {
    expect(await open().get(keyOf("a"))).toBeNull();
    await open().put(keyOf("a"), layer("a"));
    await open().put(keyOf("b"), { ...layer("b"), version: null, measure: "estimated", error: 12 });
    expect(await open().get(keyOf("a"))).toEqual(layer("a"));
    expect(await open().get(keyOf("b"))).toMatchObject({ version: null, measure: "estimated", error: 12 });
    expect(notes).toEqual([]);
  });

  test("a layer of 25,000 files is small on disk", async () => {
    const large = layer("tensorflow", 25_000);
    await open().put(keyOf("large"), large);
    expect(await open().get(keyOf("large"))).toEqual(large);
    // Two thirds of that are the random names of this test.
    expect(statSync(fileOf("large")).size).toBeLessThan(25_000 * 48);
  });

  test("tells how much it holds, and forgets it when asked", async () => {
    expect(await open().stats()).toEqual({ layers: 0, bytes: 0, directory });
    for (const name of ["a", "b"]) await open().put(keyOf(name), layer(name));
    const bytes = statSync(fileOf("a")).size + statSync(fileOf("b")).size;
    expect(await open().stats()).toEqual({ layers: 2, bytes, directory });
    writeFileSync(join(directory, "v2", "not ours"), "kept");
    await open().clear();
    expect(await open().stats()).toEqual({ layers: 0, bytes: 0, directory });
    expect(await open().get(keyOf("a"))).toBeNull();
    expect(readFileSync(join(directory, "v2", "not ours"), "utf8")).toBe("kept");
  });

  test("another layout's records are not looked at", async () => {
    mkdirSync(join(directory, "v1", "aa"), { recursive: true });
    writeFileSync(join(directory, "v1", "aa", keyOf("a")), "from the past");
    await open().put(keyOf("b"), layer("b"));
    await open().clear();
    expect(existsSync(join(directory, "v1", "aa", keyOf("a")))).toBe(true);
  });

  test("--no-cache remembers nothing", async () => {
    await NO_STORE.put(keyOf("a"), layer("a"));
    expect(await NO_STORE.get(keyOf("a"))).toBeNull();
    expect((await NO_STORE.stats()).layers).toBe(0);
    await NO_STORE.clear();
  });

  test("a key that is none is a bug", async () => {
    await expect(open().get("../../etc/passwd")).rejects.toThrow("Not a key");
  });
});

describe("a record that is not as it was written", () => {
  /** A record with a true checksum, whatever is in it. */
  const forged = (record: unknown): Buffer => {
    const body = gzipSync(JSON.stringify(record));
    return Buffer.concat([
      Buffer.from(`slugdiff layer sha256:${createHash("sha256").update(body).digest("hex")}\n`),
      body,
    ]);
  };
  const one = { paths: "a\0", kinds: "f", disk: [10], compressed: [4] };
  const none = { paths: "", kinds: "", disk: [], compressed: [] };
  const weight = { files: 1, disk: 10, compressed: 4 };
  const metadata = { requires: [], extras: [] };
  const sound = {
    key: keyOf("a"),
    version: null,
    measure: "measured",
    weight,
    error: 0,
    entries: one,
    unclaimed: none,
    metadata,
  };

  test("(the forger of these tests can write a sound one)", async () => {
    await open().put(keyOf("a"), layer("a"));
    writeFileSync(fileOf("a"), forged(sound));
    expect(await open().get(keyOf("a"))).toMatchObject({ weight: { disk: 10 } });
  });

  test.each<[problem: string, spoil: (record: Buffer) => Buffer]>([
    ["empty", () => Buffer.alloc(0)],
    ["cut short", (record) => record.subarray(0, record.length - 1)],
    ["cut within its first line", (record) => record.subarray(0, 20)],
    [
      "changed by one bit",
      (record) => Buffer.concat([record.subarray(0, -9), Buffer.from([(record.at(-9) ?? 0) ^ 1]), record.subarray(-8)]),
    ],
    ["longer than it was", (record) => Buffer.concat([record, Buffer.from("\n")])],
    ["foreign", () => Buffer.from("%PDF-1.7\n")],
    [
      "no gzip",
      () =>
        Buffer.concat([
          Buffer.from(`slugdiff layer sha256:${createHash("sha256").update("x").digest("hex")}\n`),
          Buffer.from("x"),
        ]),
    ],
    ["of another key", () => forged({ ...sound, key: keyOf("b") })],
    ["not an object", () => forged(null)],
    ["without a field", () => forged({ ...sound, metadata: undefined })],
    ["with a field too many", () => forged({ ...sound, more: 1 })],
    ["with bytes that are no numbers", () => forged({ ...sound, weight: { ...weight, disk: "10" } })],
    [
      "with negative bytes",
      () => forged({ ...sound, entries: { ...one, disk: [-10] }, weight: { ...weight, disk: -10 } }),
    ],
    ["with an entry that has no name", () => forged({ ...sound, entries: { ...one, paths: "\0" } })],
    ["with a kind that there is not", () => forged({ ...sound, entries: { ...one, kinds: "x" } })],
    ["with more kinds than entries", () => forged({ ...sound, unclaimed: { ...none, kinds: "f" } })],
    ["with entries that do not sum to its weight", () => forged({ ...sound, weight: { ...weight, compressed: 5 } })],
  ])("is as good as missing, and goes: %s", async (_problem, spoil) => {
    await open().put(keyOf("a"), layer("a"));
    writeFileSync(fileOf("a"), spoil(readFileSync(fileOf("a"))));
    expect(await open().get(keyOf("a"))).toBeNull();
    expect(existsSync(fileOf("a"))).toBe(false);
    await open().put(keyOf("a"), layer("a"));
    expect(await open().get(keyOf("a"))).toEqual(layer("a"));
    expect(notes).toEqual([]);
  });
});

describe("the store's bound", () => {
  test("what was unused for longest goes first, and reading is use", async () => {
    const names = ["a", "b", "c", "d"];
    for (const name of names) await open().put(keyOf(name), layer(name, 50));
    names.forEach((name, at) => {
      utimesSync(fileOf(name), 1000 + at, 1000 + at);
    });
    const { bytes } = await open().stats();
    await open().get(keyOf("a"));
    await open({ maxBytes: bytes }).put(keyOf("e"), layer("e", 50));
    const left = [...names, "e"].filter((name) => existsSync(fileOf(name)));
    expect(left).toEqual(["a", "d", "e"]);
  });

  test("holds also when one run puts more than fits", async () => {
    const maxBytes = 40_000;
    const store = open({ maxBytes });
    await Promise.all(Array.from({ length: 60 }, (_, at) => store.put(keyOf(String(at)), layer(String(at), 50))));
    const { bytes, layers } = await store.stats();
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect(layers).toBeGreaterThan(3);
  });

  test("what a killed run left half written goes when it is old", async () => {
    await open().put(keyOf("a"), layer("a"));
    const [old, young] = ["11111111", "22222222"].map((id) => `${fileOf("a")}.${id}-1111-1111-1111-111111111111.tmp`);
    if (old === undefined || young === undefined) throw new Error("two names");
    for (const path of [old, young]) writeFileSync(path, "half");
    utimesSync(old, 1000, 1000);
    expect((await open().stats()).layers).toBe(1);
    await open().put(keyOf("b"), layer("b"));
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });
});

describe("a store that can't be written costs a note", () => {
  test("a file where its directory should be", async () => {
    writeFileSync(directory, "not a directory");
    const store = open();
    expect(await store.get(keyOf("a"))).toBeNull();
    await store.put(keyOf("a"), layer("a"));
    await store.put(keyOf("b"), layer("b"));
    expect(notes).toEqual([expect.stringMatching(/can't be written \((ENOTDIR|EEXIST)\)/)]);
    expect((await store.stats()).layers).toBe(0);
  });

  test("a disk that is full", async () => {
    await open().put(keyOf("a"), layer("a"));
    // No file may get longer than 1 KiB: what is beyond fails, as it does on a full disk.
    const { stdout } = await start(
      `for (const name of ["b", "c"]) await store.put(keyOf(name), layer(name, 2000));
       console.log((await store.get(keyOf("a"))).version);`,
      "ulimit -f 1;",
    ).ended;
    expect(stdout).toMatch(/^The layer store in .* can't be written \(EFBIG\)[^\n]*\n1\.0\n$/);
    expect(existsSync(fileOf("b"))).toBe(false);
    expect(readdirSync(dirname(fileOf("b"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a directory that may be read only", async () => {
    await open().put(keyOf("a"), layer("a"));
    await open().put(keyOf("b"), layer("b"));
    writeFileSync(fileOf("b"), "corrupt");
    const places = [join(directory, "v2"), dirname(fileOf("a")), dirname(fileOf("b"))];
    for (const place of places) chmodSync(place, 0o555);
    for (const path of [scratch, directory]) chmodSync(path, 0o755);
    for (const name of ["a", "b"]) chmodSync(fileOf(name), 0o444);
    // Root may write anywhere: it becomes a user who may not.
    const { stdout } = await start(
      `if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
       console.log((await store.get(keyOf("a"))).version, await store.get(keyOf("b")));
       await store.put(keyOf("c"), layer("c"));
       await store.put(keyOf("d"), layer("d"));
       await store.clear().catch((error) => console.log(error.name, error.message));`,
    ).ended;
    for (const place of places) chmodSync(place, 0o755);
    expect(stdout.split("\n")).toEqual([
      "1.0 null",
      expect.stringMatching(/can't be written \(EACCES\)/),
      expect.stringMatching(/^UserError The layer store .* can't be cleared: EACCES\./),
      "",
    ]);
  });
});

describe("several processes", () => {
  test("write and read the same layers at once, with the bound at work", async () => {
    const work = `
      const small = openStore(${JSON.stringify(directory)}, { note: (text) => console.log(text), maxBytes: 60_000 });
      for (let round = 0; round < 30; round++) {
        const name = "layer " + (round % 10);
        const known = await small.get(keyOf(name));
        if (known && !isDeepStrictEqual(known, layer(name, 100))) console.log("wrong", name);
        await small.put(keyOf(name), layer(name, 100));
      }`;
    const ended = await Promise.all([1, 2, 3].map(() => start(work).ended));
    expect(ended).toEqual([1, 2, 3].map(() => ({ code: 0, stdout: "" })));
    const { layers, bytes } = await open().stats();
    expect(layers).toBeGreaterThan(3);
    // Each may be ahead of what the others know of by what they put meanwhile, but not by more.
    expect(bytes).toBeLessThan(2 * 60_000);
  });

  test("killed at any moment leave whole records or none", async () => {
    for (let kill = 0; kill < 8; kill++) {
      const victim = start(`
        console.log("ready");
        for (let round = 0; ; round++) await store.put(keyOf("victim " + (round % 5)), layer("victim " + (round % 5), 3000));`);
      while (!existsSync(join(directory, "v2"))) await pause(5);
      await pause(kill * 13);
      process.kill(victim.pid, "SIGKILL");
      await victim.ended;
      const store = open();
      const before = await store.stats();
      for (let at = 0; at < 5; at++) {
        const name = `victim ${String(at)}`;
        const [there, known] = [existsSync(fileOf(name)), await store.get(keyOf(name))];
        expect(known).toEqual(there ? layer(name, 3000) : null);
      }
      expect(await store.stats()).toEqual(before);
      rmSync(directory, { recursive: true });
    }
    expect(notes).toEqual([]);
  });
});
