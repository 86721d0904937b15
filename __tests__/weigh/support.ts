import { createCipheriv } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import type { Tree, TreeEntry } from "../../src/model/tree.js";
import { SILENT } from "../../src/ports.js";
import { createTools } from "../../src/tools/tools.js";
import { scanTree } from "../../src/weigh/scan.js";
import { createWeigher, type Weigher, type WeigherOptions } from "../../src/weigh/weigher.js";

/** A directory for one test file, gone at its end. */
export function scratchDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "slugdiff-weigh-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Bytes that can't be compressed, the same ones each time. */
export function noise(length: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, 1), Buffer.alloc(16, 2));
  return cipher.update(Buffer.alloc(length));
}

/** Fills `root` with all that a file system allows and a slug may hold. */
export function oddTree(root: string): void {
  const deep = "d".repeat(60);
  mkdirSync(join(root, deep, deep), { recursive: true });
  mkdirSync(join(root, "empty/also empty"), { recursive: true });
  mkdirSync(join(root, "a"));
  const names = [
    "a/c",
    "a-b",
    "a.b",
    "aé",
    "a\u{1F40D}",
    "a\uFFEE",
    "-f",
    "back\\slash",
    "quo'te\"",
    "tab\there",
    " blank ",
  ];
  for (const name of names) writeFileSync(join(root, name), name);
  writeFileSync(join(root, "nothing"), "");
  writeFileSync(join(root, "block"), Buffer.alloc(512, 1));
  writeFileSync(join(root, "program"), "#!/bin/sh\n");
  chmodSync(join(root, "program"), 0o755);
  writeFileSync(join(root, deep, deep, "long path"), "x");
  linkSync(join(root, "block"), join(root, "hard link"));
  symlinkSync("nothing", join(root, "link"));
  symlinkSync(`${deep}/${deep}/to nowhere`, join(root, "long link"));
  symlinkSync(`${deep}/${deep}/to nowhere`, join(root, deep, deep, "long link in a long path"));
  // Names and targets at the edge of the header's field of 100 bytes: "./app/" is 6 of them.
  for (const length of [93, 94, 95]) {
    writeFileSync(join(root, "f".repeat(length)), "x");
    mkdirSync(join(root, "e".repeat(length)));
    symlinkSync("t".repeat(length + 6), join(root, `to ${length}`));
  }
}

/** The Python whose zlib the tests weigh with. */
export const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"]).toString().trim();

/** Runs `use` with a weigher, and ends what it works with. By default that is zlib in WebAssembly. */
export async function weighing<T>(
  use: (weigher: Weigher) => Promise<T>,
  options: Partial<WeigherOptions> = {},
): Promise<T> {
  const { signal } = new AbortController();
  const weigher = createWeigher({ little: 0, python: () => Promise.resolve(null), signal, ...options });
  try {
    return await use(weigher);
  } finally {
    await weigher.close();
  }
}

/** Installs requirements as Heroku lays them out, with bytecode, under `root`. */
export async function install(root: string, scratch: string, requirements: readonly string[]): Promise<void> {
  const toolsDir = join(scratch, "tools");
  const tools = createTools({
    scratch,
    progress: SILENT,
    signal: new AbortController().signal,
    env: process.env,
    toolsDir,
  });
  await mkdir(toolsDir, { recursive: true });
  const prefix = join(root, ".heroku/python");
  const args = ["pip", "install", "--quiet", "--compile-bytecode", "--prefix", prefix, "--only-binary", ":all:"];
  execFileSync(await tools.uv(), [...args, "--python", "python3", ...requirements], {
    env: { ...process.env, UV_PYTHON_DOWNLOADS: "never" },
  });
}

/** One tree for each distribution that is installed under `root`, and one for what nobody claims. */
export function distributionTrees(root: string): Tree[] {
  const all = scanTree(root);
  const owners = new Map<string, string>();
  for (const { path } of all.filter((entry) => entry.path.endsWith(".dist-info/RECORD"))) {
    const packages = dirname(dirname(path));
    for (const line of readFileSync(join(root, path), "utf8").split("\n")) {
      const claimed = normalize(join(packages, line.replace(/,[^,]*,[^,]*$/, "").replace(/^"|"$/g, "")));
      owners.set(claimed, path);
      // Bytecode belongs to what it was compiled from.
      owners.set(claimed.replace(/([^/]+)\.py$/, "__pycache__/$1"), path);
    }
  }
  const ownerOf = (path: string): string => {
    const source = path.replace(/\.cpython-\d+\.pyc$/, "");
    return owners.get(path) ?? owners.get(source) ?? "";
  };
  const trees = new Map<string, TreeEntry[]>();
  let pending: TreeEntry[] = []; // directories, which go to the owner of their first file
  for (const entry of all) {
    pending = pending.filter((directory) => entry.path.startsWith(`${directory.path}/`));
    pending.push(entry);
    if (entry.kind === "directory") continue;
    const owner = ownerOf(entry.path);
    const own = trees.get(owner) ?? [];
    own.push(...pending);
    trees.set(owner, own);
    pending = [];
  }
  return [...trees.values()].map((entries) => ({ root, entries }));
}

/** The tar of `root`, whose name must be `app`, as bytes that GNU tar writes. */
export function gnuTar(root: string, ...options: string[]): Buffer {
  const args = ["--sort=name", "--owner=root", "--group=root", "--format=gnu", "--hard-dereference", ...options];
  return execFileSync("tar", [...args, "-C", dirname(root), "-cf", "-", "./app"], { maxBuffer: 2 ** 31 });
}

/** How long `data` gets under `pigz -6`. */
export function pigzSize(data: Buffer): number {
  const { stdout, error, status } = spawnSync("pigz", ["-6", "--stdout"], { input: data, maxBuffer: 2 ** 31 });
  if (error && "code" in error && error.code === "ENOENT") return python(PIGZ, data);
  if (error ?? status !== 0) throw error ?? new Error("pigz failed");
  return stdout.length;
}

/** What pigz does: blocks of 128 KiB, each primed with the 32 KiB before it and ended on a byte boundary. */
const PIGZ = `
import sys, zlib
data, size = sys.stdin.buffer.read(), 20
for at in range(0, len(data), 131072):
    z = zlib.compressobj(6, zlib.DEFLATED, -15, 8, 0, *([data[max(0, at - 32768):at]] if at else []))
    size += len(z.compress(data[at:at + 131072]) + z.flush(zlib.Z_SYNC_FLUSH))
print(size)
`;

/** Runs a Python script that reads `data` and prints a number. */
export function python(script: string, data: Buffer): number {
  return Number(execFileSync("python3", ["-c", script], { input: data }).toString());
}
