import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { apportion, GIB, MIB } from "../../src/model/bytes.js";
import { entryWeight } from "../../src/model/layer.js";
import type { Tree, TreeEntry } from "../../src/model/tree.js";
import { sum } from "../../src/model/weight.js";
import { compressSegment } from "../../src/weigh/compress.js";
import { scanTree } from "../../src/weigh/scan.js";
import { cut, isLarge } from "../../src/weigh/segments.js";
import { tarHeaders, tarPadding } from "../../src/weigh/tar.js";
import { COMPRESSOR, Zlib } from "../../src/weigh/zlib.js";
import { noise, oddTree, python, PYTHON, scratchDirectory, weighing } from "./support.js";

const scratch = scratchDirectory();
afterAll(scratch.remove);

/** A new directory that stands for a slug root. */
function slugRoot(name: string): string {
  const root = join(scratch.path, name);
  mkdirSync(root, { recursive: true });
  return root;
}

const treeOf = (root: string): Tree => ({ root, entries: scanTree(root) });

/** Files large and small. */
let real: Tree;
/** All that a file system allows. */
let odd: Tree;
beforeAll(() => {
  const root = slugRoot("real");
  for (const name of ["typescript/lib/_tsc.js", "typescript/package.json", "zod/v4/core"]) {
    cpSync(join("node_modules", name), join(root, name), { recursive: true });
  }
  real = treeOf(root);
  const strange = slugRoot("odd");
  oddTree(strange);
  odd = treeOf(strange);
});

describe("a layer's weight", () => {
  test("is the sum of its entries, exactly, and they are those of the tree", async () => {
    await weighing(async (weigher) => {
      for (const tree of [real, odd]) {
        const { weight, entries } = await weigher.weigh(tree);
        expect(sum(entries.map(entryWeight))).toEqual(weight);
        expect(entries.map(({ path, kind, disk }) => [path, kind, disk])).toEqual(
          tree.entries.map(({ path, kind, size }) => [path, kind, size]),
        );
        expect(weight.files).toBe(tree.entries.filter(({ kind }) => kind !== "directory").length);
      }
    });
  });

  test("does not depend on the number of threads, nor on what else is weighed", async () => {
    const one = await weighing((weigher) => weigher.weigh(real), { atOnce: 1 });
    const among = await weighing((weigher) => Promise.all([odd, real, odd, real].map((tree) => weigher.weigh(tree))), {
      atOnce: 5,
    });
    expect(among[1]).toEqual(one);
    expect(among[3]).toEqual(one);
    expect(among[2]).toEqual(among[0]);
  });

  test("is the same by the zlib of this machine's Python", async () => {
    const large = slugRoot("large");
    writeFileSync(join(large, "a"), "x".repeat(1000));
    writeFileSync(join(large, "b.bin"), Buffer.concat([noise(3 * MIB + 12_345), Buffer.alloc(MIB, "abc")]));
    writeFileSync(join(large, "c"), noise(MIB));
    for (const tree of [real, odd, treeOf(large)]) {
      const native = await weighing((weigher) => weigher.weigh(tree), { python: () => Promise.resolve(PYTHON) });
      expect(native).toEqual(await weighing((weigher) => weigher.weigh(tree)));
    }
  });

  test("is the same where large files in it are known already", async () => {
    const root = slugRoot("models");
    writeFileSync(join(root, "a.py"), "print()");
    writeFileSync(join(root, "model.bin"), noise(2 * MIB + 777));
    writeFileSync(join(root, "n.py"), "print()");
    writeFileSync(join(root, "other.bin"), Buffer.alloc(3 * MIB, "abc"));
    const tree = treeOf(root);
    await weighing(async (weigher) => {
      const whole = await weigher.weigh(tree);
      const known = new Map<string, number>();
      for (const entry of tree.entries.filter(isLarge)) {
        const told: number[] = [];
        known.set(entry.path, await weigher.weighFile(root, entry, (bytes) => told.push(bytes)));
        expect(told.length).toBeGreaterThan(2);
        expect(told.reduce((a, b) => a + b)).toBe(entry.size);
      }
      expect([...known.keys()]).toEqual(["model.bin", "other.bin"]);
      let done = 0;
      expect(await weigher.weigh(tree, (bytes) => (done += bytes), known)).toEqual(whole);
      expect(done).toBe(2 * "print()".length);
    });
  });

  test("is the same in this thread", async () => {
    for (const tree of [odd, real]) {
      const here = await weighing((weigher) => weigher.weigh(tree), { little: Infinity });
      expect(here).toEqual(await weighing((weigher) => weigher.weigh(tree)));
    }
  });

  test("is the same where that Python has another zlib, or none", async () => {
    const other = join(slugRoot("pythons"), "python");
    const expected = await weighing((weigher) => weigher.weigh(odd));
    for (const script of ["read line; echo '\"another\"'; cat", "exit 1", "read line; echo nonsense"]) {
      writeFileSync(other, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const python = (): Promise<string> => Promise.resolve(other);
      expect(await weighing((weigher) => weigher.weigh(odd), { python })).toEqual(expected);
    }
  });

  test("is what canonical zlib makes of its stretch", async () => {
    const { entries } = odd;
    const stretch = entries.flatMap((entry) => [
      tarHeaders(entry),
      entry.kind === "file" ? readFileSync(join(odd.root, entry.path)) : Buffer.alloc(0),
      Buffer.alloc(tarPadding(entry.size)),
    ]);
    const { weight } = await weighing((weigher) => weigher.weigh(odd));
    expect(cut(entries)).toHaveLength(1);
    const script = `import sys, zlib
z = zlib.compressobj(6, zlib.DEFLATED, -15)
print(len(z.compress(sys.stdin.buffer.read()) + z.flush(zlib.Z_SYNC_FLUSH)))`;
    expect(weight.compressed).toBe(python(script, Buffer.concat(stretch)));
  });

  test("is split in proportion to what each file weighs alone under canonical zlib", async () => {
    const root = slugRoot("small");
    cpSync("src", join(root, "src"), { recursive: true });
    const { entries } = treeOf(root);
    const script = `import os, sys, zlib
def lone(path):
    z = zlib.compressobj(6, zlib.DEFLATED, -15)
    return len(z.compress(open(path, "rb").read() if os.path.isfile(path) else b"") + z.flush())
print(*(lone(path) for path in sys.argv[1:]))`;
    const args = ["-c", script, ...entries.map(({ path }) => join(root, path))];
    const lone = execFileSync("python3", args).toString().trim().split(" ").map(Number);
    const weighed = await weighing((weigher) => weigher.weigh({ root, entries }));
    expect(weighed.entries.map(({ compressed }) => compressed)).toEqual(apportion(weighed.weight.compressed, lone));
  });

  test("cutting costs next to nothing: the whole stretch in one go is as long within 0.05 %", async () => {
    const { root, entries } = real;
    const counter = new Zlib().counter();
    for (const entry of entries) {
      counter.write(tarHeaders(entry));
      if (entry.kind === "file") counter.write(readFileSync(join(root, entry.path)));
      counter.write(new Uint8Array(tarPadding(entry.size)));
    }
    const whole = counter.end();
    const { weight } = await weighing((weigher) => weigher.weigh(real));
    expect(Math.abs(weight.compressed - whole) / whole).toBeLessThan(0.0005);
  });

  test("progress sums to the bytes on disk", async () => {
    let done = 0;
    const { weight } = await weighing((weigher) => weigher.weigh(real, (bytes) => (done += bytes)));
    expect(done).toBe(weight.disk);
  });

  test("nothing weighs nothing; a directory alone weighs its tar entry", async () => {
    await weighing(async (weigher) => {
      const nothing = await weigher.weigh({ root: scratch.path, entries: [] });
      expect(nothing).toEqual({ weight: { files: 0, disk: 0, compressed: 0 }, entries: [] });
      const directory: TreeEntry = { path: "empty", kind: "directory", size: 0, executable: false };
      const { weight } = await weigher.weigh({ root: scratch.path, entries: [directory] });
      expect(weight).toMatchObject({ files: 0, disk: 0 });
      expect(weight.compressed).toBeGreaterThan(20);
      expect(weight.compressed).toBeLessThan(200);
    });
  });
});

describe("very large files", () => {
  test("a piece beyond 4 GiB is read where it is", () => {
    const root = slugRoot("far");
    const path = join(root, "model.bin");
    const tail = noise(300_000);
    writeFileSync(path, "");
    truncateSync(path, 5 * GIB);
    appendFileSync(path, tail);
    const segment = cut(scanTree(root)).findLast(({ content }) => content > 0);
    if (!segment) throw new Error("no segment");
    const { compressed } = compressSegment(new Zlib(), root, segment);
    expect(compressed).toBeGreaterThan(tail.length);
    expect(compressed).toBeLessThan(tail.length + 1000);
  });

  test("take no more memory than small ones", () => {
    const root = slugRoot("heavy");
    for (const name of ["one.bin", "two.bin"]) {
      writeFileSync(join(root, name), noise(3 * MIB));
      truncateSync(join(root, name), 300 * MIB);
    }
    const program = `
      import { readFileSync } from "node:fs";
      import { createWeigher } from "./src/weigh/weigher.ts";
      import { scanTree } from "./src/weigh/scan.ts";
      const root = ${JSON.stringify(root)};
      const weigher = createWeigher({ atOnce: 4, python: () => Promise.resolve(null), signal: new AbortController().signal });
      const { weight } = await weigher.weigh({ root, entries: scanTree(root) });
      await weigher.close();
      // What resourceUsage() tells begins with the memory of the process that started this one.
      const [, kilobytes] = /^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
      console.log(JSON.stringify({ disk: weight.disk, kilobytes: Number(kilobytes) }));`;
    const module = join(scratch.path, "heavy.ts");
    writeFileSync(module, program.replaceAll('"./src', `"${process.cwd()}/src`));
    const out = execFileSync("node", [
      "--disable-warning=ExperimentalWarning",
      "--import=./scripts/typescript.mjs",
      module,
    ]);
    const { disk, kilobytes } = JSON.parse(out.toString()) as { disk: number; kilobytes: number };
    expect(disk).toBe(600 * MIB);
    expect(kilobytes).toBeLessThan(250 * 1024);
  });
});

describe("what goes wrong", () => {
  const file = (path: string, size: number): TreeEntry => ({ path, kind: "file", size, executable: false });

  test.each<[problem: string, message: string, change: (root: string) => void]>([
    [
      "been removed",
      "lib/a.py vanished while it was being weighed.",
      (root) => {
        rmSync(join(root, "lib/a.py"));
      },
    ],
    [
      "grown",
      "lib/a.py changed while it was being weighed.",
      (root) => {
        appendFileSync(join(root, "lib/a.py"), "more");
      },
    ],
    [
      "been cut short",
      "lib/a.py changed while it was being weighed.",
      (root) => {
        truncateSync(join(root, "lib/a.py"), 1);
      },
    ],
    [
      "been replaced by a link to elsewhere",
      "lib/a.py can't be read: ELOOP.",
      (root) => {
        rmSync(join(root, "lib/a.py"));
        symlinkSync("/etc/passwd", join(root, "lib/a.py"));
      },
    ],
  ])("a file that has %s makes its tree unweighable, and no other", async (title, message, change) => {
    for (const [size, python] of [100, 3 * MIB].flatMap((size) => [[size, null] as const, [size, PYTHON] as const])) {
      const root = slugRoot(`${title} ${size} ${python === null ? "here" : "native"}`);
      mkdirSync(join(root, "lib"));
      writeFileSync(join(root, "lib/a.py"), noise(size));
      writeFileSync(join(root, "lib/b.py"), noise(size));
      const tree = treeOf(root);
      change(root);
      await weighing(
        async (weigher) => {
          const [spoilt, sound] = await Promise.allSettled([weigher.weigh(tree), weigher.weigh(odd)]);
          expect(spoilt).toMatchObject({ reason: { name: "SideError", state: "unweighable", step: "weigh", message } });
          expect(sound.status).toBe("fulfilled");
        },
        { python: () => Promise.resolve(python) },
      );
    }
  });

  test("a bug in a thread reaches the caller with its stack, and ends the weigher", async () => {
    await weighing(async (weigher) => {
      const weighed = weigher.weigh({ root: scratch.path, entries: [file("no\0path", 5)] });
      await expect(weighed).rejects.toMatchObject({ stack: expect.stringContaining("compress.ts") });
      await expect(weigher.weigh(odd)).rejects.toMatchObject({ code: "ERR_INVALID_ARG_VALUE" });
    });
  });

  test("an interruption ends the work with its reason", async () => {
    const stop = new AbortController();
    const reason = new Error("interrupted");
    await weighing(
      async (weigher) => {
        const weighed = weigher.weigh(real);
        stop.abort(reason);
        await expect(weighed).rejects.toBe(reason);
        await expect(weigher.weigh(odd)).rejects.toBe(reason);
      },
      { signal: stop.signal },
    );
  });

  test("the worker is no program", () => {
    const worker = ["--import=./scripts/typescript.mjs", "src/weigh/worker.ts"];
    expect(spawnSync("node", worker).stderr.toString()).toContain("worker thread, not a program");
  });
});

test("the compressor that weights are remembered under is the one that is installed", () => {
  const { version } = JSON.parse(readFileSync("node_modules/zlib-streams/package.json", "utf8")) as { version: string };
  expect(COMPRESSOR).toContain(`zlib-streams@${version} `);
});
