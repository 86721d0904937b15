import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { WeighedLayer } from "../../src/model/distribution.js";
import { openSharedStore, type SharedStore } from "../../src/store/actions-cache.js";
import { offersCache } from "../../src/store/cache-client.js";
import { encodeLayer } from "../../src/store/record.js";
import { openStore, type LayerStore } from "../../src/store/store.js";
import { startResultsService, type ResultsService } from "./results-service.js";
import { keyOf, layer } from "./support.js";

const made: string[] = [];
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});
function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "slugdiff-cache-"));
  made.push(directory);
  return directory;
}

let service: ResultsService;
let log: string[];
let notes: string[];
beforeEach(async () => {
  service = await startResultsService();
  [log, notes] = [[], []];
});
afterEach(async () => {
  await service.close();
});

interface Run {
  readonly version?: "v1" | "v2";
  readonly selection?: string;
  readonly env?: Record<string, string>;
  readonly disk?: LayerStore;
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What a job on a runner of its own has. */
function onRunner({
  version = "v2",
  selection = ".",
  env = {},
  disk,
  timeout,
  signal,
}: Run = {}): Promise<SharedStore> {
  const note = (text: string): void => {
    notes.push(text);
  };
  return openSharedStore({
    local: disk ?? openStore(temporary(), { note }),
    selection,
    context: {
      scratch: temporary(),
      signal: signal ?? new AbortController().signal,
      env: { PATH: process.env.PATH, HOME: temporary(), RUNNER_TEMP: temporary(), ...service.env(version), ...env },
      progress: {
        note,
        start: (title) => {
          log.push(title);
          return { advance: () => undefined, end: () => undefined };
        },
      },
    },
    ...(timeout === undefined ? {} : { timeout }),
  });
}

/** A whole run that uses these layers, and weighs those that nobody knows. Gives the names of the latter. */
async function weigh(names: readonly string[], run: Run = {}): Promise<string[]> {
  const { store, save } = await onRunner(run);
  const anew: string[] = [];
  for (const name of names) {
    const known = await store.get(keyOf(name));
    if (known) expect(known).toEqual(layer(name));
    else {
      anew.push(name);
      await store.put(keyOf(name), layer(name));
    }
  }
  await save();
  return anew;
}

/** Replaces the newest entry by an archive of `layers` in a directory, which is what whoever may write to the cache can do. */
function poison(directory: string): void {
  const method = spawnSync("zstd", ["--version"]).status === 0 ? ["--use-compress-program=zstd"] : ["-z"];
  const tar = spawnSync("tar", [...method, "-cf", "-", "-C", directory, "layers"], { maxBuffer: 1 << 28 });
  expect(tar.status).toBe(0);
  const entry = service.entries.at(-1);
  if (!entry) throw new Error("nothing was saved");
  entry.archive = tar.stdout;
}
const pathOf = (name: string): string => `layers/v2/${keyOf(name).slice(0, 2)}/${keyOf(name)}`;

test("what a run has found itself is not lost to what an earlier run has left", async () => {
  const key = keyOf("numpy");
  const remember = async (answer: string): Promise<unknown> => {
    const { store, save } = await onRunner();
    const before = await store.recall(key);
    await store.remember(key, answer);
    expect(await store.recall(key)).toBe(answer);
    await store.put(keyOf(answer), layer(answer)); // Else there is no reason to save.
    await save();
    return before;
  };
  expect([await remember("first"), await remember("second"), await remember("third")]).toEqual([
    null,
    "first",
    "second",
  ]);
});

describe.each(["v1", "v2"] as const)("with the cache service %s", (version) => {
  test("a later run knows what an earlier one has weighed, on a runner whose directories have other names", async () => {
    expect(await weigh(["numpy", "pandas"], { version })).toEqual(["numpy", "pandas"]);
    expect(await weigh(["numpy", "pandas"], { version })).toEqual([]);
    expect(service.entries.map(({ archive }) => archive !== null)).toEqual([true]);
    expect(log).toEqual([expect.stringMatching(/^Saving 2 layers \([\d.,]+ KiB\) to the Actions cache$/)]);
    expect(notes).toEqual([]);
  });

  test("one that fails costs time and a line", async () => {
    const [read, write] = version === "v2" ? ["GetCacheEntryDownloadURL", "PUT blob"] : ["cache", "caches"];
    // These are the failures after which the client does not try again.
    const fault = version === "v2" ? "cuts" : "unavailable";
    await weigh(["numpy"], { version });
    service.faults.set(read, fault);
    expect(await weigh(["numpy"], { version })).toEqual(["numpy"]);
    expect(notes).toEqual([expect.stringContaining("The Actions cache can't be read (")]);
    service.faults.clear();
    service.faults.set(write, version === "v2" ? "refuses" : "unavailable");
    expect(await weigh(["pandas"], { version })).toEqual(["pandas"]);
    expect(notes).toEqual([expect.anything(), expect.stringContaining("The Actions cache can't be written (")]);
  });
});

describe("what is saved", () => {
  test("nothing, if the run has learnt nothing", async () => {
    await weigh(["numpy", "pandas"]);
    service.calls.length = 0;
    await weigh(["numpy"]);
    expect(service.calls).toEqual(["GetCacheEntryDownloadURL", "GET blob"]);
  });

  test("the layers that this run used, and no others", async () => {
    await weigh(["numpy", "old"]);
    await weigh(["numpy", "new"]);
    expect(service.entries).toHaveLength(2);
    expect(await weigh(["numpy", "new", "old"])).toEqual(["old"]);
  });

  test("what only the runner's own disk had", async () => {
    const disk = openStore(temporary(), { note: () => undefined });
    await disk.put(keyOf("numpy"), layer("numpy"));
    await disk.put(keyOf("another app's"), layer("another app's"));
    expect(await weigh(["numpy"], { disk })).toEqual([]);
    expect(await weigh(["numpy", "another app's"])).toEqual(["another app's"]);
  });

  test("an app's own files go along, but are not worth it alone, unless they are large", async () => {
    const own = (disk: number): WeighedLayer => ({
      ...layer("app"),
      version: null,
      weight: { files: 1, disk, compressed: 1 },
      entries: [{ path: "app.py", kind: "file", disk, compressed: 1 }],
    });
    for (const [disk, saved] of [
      [1000, 0],
      [100_000_000, 1],
    ] as const) {
      const { store, save } = await onRunner();
      await store.put(keyOf(String(disk)), own(disk));
      await save();
      expect(service.entries).toHaveLength(saved);
    }
    await weigh(["numpy"]);
    const { store } = await onRunner();
    expect(await store.get(keyOf("numpy"))).toEqual(layer("numpy"));
  });

  test("a run of another app starts from any run's layers, but rather from its own", async () => {
    await weigh(["numpy", "web's"], { selection: "web" });
    expect(await weigh(["numpy", "worker's"], { selection: "worker" })).toEqual(["worker's"]);
    expect(await weigh(["numpy", "web's"], { selection: "web" })).toEqual([]);
  });

  test("a pull request reads what its base has, and rather that than another app's of its own", async () => {
    await weigh(["numpy", "web's"], { selection: "web" });
    service.scopes = ["refs/pull/7/merge", "refs/heads/main"];
    expect(await weigh(["numpy", "worker's"], { selection: "worker" })).toEqual(["worker's"]);
    expect(await weigh(["numpy", "web's"], { selection: "web" })).toEqual([]);
    service.scopes = ["refs/heads/main"];
    expect(await weigh(["worker's"], { selection: "worker" })).toEqual(["worker's"]);
  });

  test("again, where the layers of an older entry are wanted back", async () => {
    await weigh(["numpy", "old"]);
    await weigh(["numpy", "new"]);
    expect(await weigh(["numpy", "old"])).toEqual(["old"]);
    expect(await weigh(["numpy", "old"])).toEqual([]);
  });

  test("a layer of 25,000 files in less than a megabyte and a half", async () => {
    const { store, save } = await onRunner();
    await store.put(keyOf("tensorflow"), layer("tensorflow", 25_000));
    await save();
    expect(service.entries[0]?.archive?.length).toBeLessThan(1_500_000);
    expect(await (await onRunner()).store.get(keyOf("tensorflow"))).toEqual(layer("tensorflow", 25_000));
  });

  test("layers only: no tool, no wheel, no name of this machine", async () => {
    await weigh(["numpy"]);
    const directory = temporary();
    writeFileSync(join(directory, "archive"), service.entries[0]?.archive ?? "");
    const list = spawnSync("tar", ["-tf", "archive"], { cwd: directory }).stdout.toString();
    expect(list.split("\n").filter((path) => path !== "" && !path.endsWith("/"))).toEqual([pathOf("numpy")]);
  });
});

describe("a cache that does not work costs time and at most one line", () => {
  test("where the runner has none, it is not offered", () => {
    expect(offersCache({})).toBe(false);
    expect(offersCache({ ACTIONS_RUNTIME_TOKEN: "x", ACTIONS_RESULTS_URL: "" })).toBe(false);
    expect(offersCache(service.env("v1"))).toBe(true);
    expect(offersCache(service.env("v2"))).toBe(true);
  });

  test("one that has nothing, or nothing any more", async () => {
    await weigh(["numpy"]);
    service.entries.length = 0;
    expect(await weigh(["numpy"])).toEqual(["numpy"]);
    expect(notes).toEqual([]);
  });

  test.each(["read", "none", "write-only"])("one whose mode is %s", async (mode) => {
    await weigh(["numpy"]);
    const env = { ACTIONS_CACHE_MODE: mode };
    expect(await weigh(["numpy", "pandas"], { env })).toEqual(mode === "read" ? ["pandas"] : ["numpy", "pandas"]);
    expect(service.entries).toHaveLength(mode === "write-only" ? 2 : 1);
    expect(notes).toEqual([]);
  });

  test("one that the run is denied", async () => {
    await weigh(["numpy"]);
    service.faults.set("CreateCacheEntry", "denied");
    expect(await weigh(["numpy", "pandas"])).toEqual(["pandas"]);
    service.faults.set("GetCacheEntryDownloadURL", "denied");
    expect(await weigh(["numpy"])).toEqual(["numpy"]);
    expect(notes).toEqual([]);
  });

  test.each(["GetCacheEntryDownloadURL", "GET blob"])("one that hangs at %s", async (method) => {
    await weigh(["numpy"]);
    service.faults.set(method, "hangs");
    expect(await weigh(["numpy"], { timeout: 1500 })).toEqual(["numpy"]);
    expect(notes[0]).toBe("The Actions cache can't be read (it did not answer in 1.5 s): this takes more time.");
  });

  test("one that is down while it is written", async () => {
    service.faults.set("PUT blob", "hangs");
    expect(await weigh(["numpy"], { timeout: 1500 })).toEqual(["numpy"]);
    expect(notes.at(-1)).toBe(
      "The Actions cache can't be written (it did not answer in 1.5 s): later runs take more time.",
    );
  });

  test("one that was left half written", async () => {
    service.faults.set("FinalizeCacheEntryUpload", "cuts");
    await weigh(["numpy"]);
    service.faults.clear();
    expect(await weigh(["numpy"])).toEqual(["numpy"]);
  });

  test("the end of a run ends it too", async () => {
    service.faults.set("GetCacheEntryDownloadURL", "hangs");
    const ended = new AbortController();
    const { store } = await onRunner({ signal: ended.signal });
    const layer = store.get(keyOf("numpy"));
    ended.abort(new Error("the run has ended"));
    await expect(layer).rejects.toThrow("the run has ended");
  });
});

describe("a poisoned cache changes no figure", () => {
  /** Ways to be no record of the layer of this name, by what is wrong. */
  const POISON: Readonly<Record<string, (name: string, file: string) => void | Promise<void>>> = {
    "another layer's record": async (_, file) => {
      writeFileSync(file, await encodeLayer(keyOf("tiny"), layer("tiny")));
    },
    "its record, cut off": async (name, file) => {
      writeFileSync(file, (await encodeLayer(keyOf(name), layer(name))).subarray(0, 300));
    },
    "its record with another byte": async (name, file) => {
      writeFileSync(file, (await encodeLayer(keyOf(name), layer(name))).fill(0, 200, 201));
    },
    "a weight that its files do not sum to": async (name, file) => {
      writeFileSync(file, await encodeLayer(keyOf(name), { ...layer(name), weight: layer("tiny").weight }));
    },
    "a directory": (_, file) => {
      mkdirSync(join(file, "x"), { recursive: true });
    },
    "a link to what never ends": (_, file) => {
      symlinkSync("/dev/zero", file);
    },
    "a pipe": (_, file) => {
      expect(spawnSync("mkfifo", [file]).status).toBe(0);
    },
  };
  const names = Object.keys(POISON);

  test(`as ${names.join(", ")}`, async () => {
    await weigh([...names, "sound"]);
    const directory = temporary();
    const file = (name: string): string => {
      const path = join(directory, pathOf(name));
      mkdirSync(dirname(path), { recursive: true });
      return path;
    };
    for (const [name, write] of Object.entries(POISON)) await write(name, file(name));
    writeFileSync(file("sound"), await encodeLayer(keyOf("sound"), layer("sound")));
    poison(directory);
    expect(await weigh([...names, "sound"])).toEqual(names);
    // What was damaged is replaced: its successor is taken.
    expect(await weigh([...names, "sound"])).toEqual([]);
    expect(notes).toEqual([]);
  });

  test("as an archive of something else, one that is cut off, or none", async () => {
    await weigh(["numpy"]);
    const directory = temporary();
    writeFileSync(join(directory, "layers"), "no directory");
    poison(directory);
    expect(await weigh(["numpy"])).toEqual(["numpy"]);
    expect(notes).toEqual([]);
    for (const archive of [service.entries.at(-1)?.archive?.subarray(0, 200), Buffer.from("<html>"), Buffer.alloc(0)]) {
      const entry = service.entries.at(-1);
      if (entry) entry.archive = archive ?? null;
      notes.length = 0;
      expect(await weigh(["numpy"])).toEqual(["numpy"]);
      expect(notes).toHaveLength(1);
    }
    expect(await weigh(["numpy"])).toEqual([]);
  });
});

test("no other module uses the toolkit's cache client", () => {
  const importers = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => readFileSync(join("src", file), "utf8").includes('"@actions/cache"'));
  expect(importers).toEqual([join("store", "cache-process.ts")]);
});
