import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { crc32 } from "node:zlib";
import { parse, TomlDate, type TomlTable } from "smol-toml";
import { install, type InstallRequest } from "../../src/install/install.js";
import type { InstalledDistribution } from "../../src/model/distribution.js";
import type { DistributionSource, Resolution, ResolvedDistribution } from "../../src/model/resolution.js";
import type { Target } from "../../src/model/target.js";
import { SILENT, type Context } from "../../src/ports.js";
import { Interpreters, type Interpreter } from "../../src/python/interpreters.js";
import { run } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { createTools, type Tools } from "../../src/tools/tools.js";

/** Scratch, tools and a Python to install for; all of it gone after `close`. */
export interface Bench {
  readonly root: string;
  readonly tools: Tools;
  readonly python: Interpreter;
  readonly target: Target;
  /** A context with a scratch directory of its own. */
  context(): Promise<Context>;
  close(): Promise<void>;
}

const SIGNAL = new AbortController().signal;

export async function openBench(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), "slugdiff-install-"));
  const context = async (): Promise<Context> => ({
    scratch: await mkdtemp(join(root, "scratch-")),
    progress: SILENT,
    signal: SIGNAL,
    env: process.env,
    toolsDir: join(tmpdir(), "slugdiff-test-tools"),
  });
  const first = await context();
  for (const minor of ["3.12", "3.13", "3.14", "3.11", "3.10"]) {
    const python = await new Interpreters(first).find(minor);
    if (python === null) continue;
    const target: Target = { stack: "heroku-24", python: { full: python.version, minor }, pythonFrom: "test" };
    const close = (): Promise<void> => rm(root, { recursive: true, force: true });
    return { root, tools: createTools(first), python, target, context, close };
  }
  throw new Error("these tests need a Python that Heroku supports");
}

/** Resolves requirements with uv, wheels first, for the bench's target. */
export async function resolve(bench: Bench, ...requirements: string[]): Promise<Resolution> {
  const args = ["pip", "compile", "-", "--format", "pylock.toml", "--python-version", bench.target.python.full];
  const { code, stdout, stderr } = await run(
    await bench.tools.uv(),
    [...args, "--python-platform", "x86_64-manylinux_2_39", "--python", bench.python.path, "--no-header"],
    { env: toolEnvironment(process.env), input: requirements.join("\n"), signal: SIGNAL, cwd: bench.root },
  );
  if (code !== 0) throw new Error(stderr);
  return fromLock(stdout.toString("utf8"));
}

/** The resolution that a lock of ours or of uv's stands for: of each package the last wheel, else the source archive. */
export function fromLock(pylock: string): Resolution {
  const packages = parse(pylock).packages;
  if (!Array.isArray(packages)) throw new Error("no packages");
  const distributions = packages.filter(isTable).map((entry): ResolvedDistribution => {
    const wheels = Array.isArray(entry.wheels) ? entry.wheels.filter(isTable) : [];
    // Like uv: the most specific of what fits; the lock holds only what fits.
    const wheel = wheels.at(-1);
    return {
      name: text(entry.name),
      version: entry.version === undefined ? null : text(entry.version),
      source:
        wheel !== undefined
          ? source("wheel", wheel)
          : isTable(entry.sdist)
            ? source("sdist", entry.sdist)
            : isTable(entry.directory)
              ? { kind: "directory", path: text(entry.directory.path), editable: entry.directory.editable === true }
              : vcs(entry.vcs),
    };
  });
  return { packageManager: "uv", distributions, direct: [], loose: [], pylock, notes: [] };
}

function source(kind: "wheel" | "sdist", file: TomlTable): DistributionSource {
  const url = text(file.url ?? file.path);
  const sha256 = isTable(file.hashes) ? text(file.hashes.sha256) : null;
  const size = typeof file.size === "number" ? file.size : null;
  return { kind, url, filename: url.split("/").at(-1) ?? "", sha256, size };
}

function vcs(value: unknown): DistributionSource {
  if (!isTable(value)) throw new Error("a package without a source");
  return { kind: "vcs", url: text(value.url), commit: text(value["commit-id"]), editable: false };
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof TomlDate);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error(`not a text: ${String(value)}`);
  return value;
}

/** Installs with the bench's tools; everything that is resolved, unless told otherwise. */
export async function installOn(
  bench: Bench,
  { distributions, pylock }: Pick<Resolution, "distributions" | "pylock">,
  rest: Partial<InstallRequest> = {},
  context?: Context,
): Promise<InstalledDistribution[]> {
  return install(
    {
      pylock,
      wanted: distributions,
      target: bench.target,
      interpreter: bench.python,
      app: await mkdtemp(join(bench.root, "app-")),
      building: { kind: "here" },
      ...rest,
    },
    bench.tools,
    context ?? (await bench.context()),
    (installed) => Promise.resolve(installed),
  );
}

/** The distribution of that name. */
export function named(installed: readonly InstalledDistribution[], name: string): InstalledDistribution {
  const found = installed.find((distribution) => distribution.name === name);
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

/** The content of a file of the distribution, by the end of its path; null if the distribution has none such. */
export async function content(distribution: InstalledDistribution, end: string): Promise<string | null> {
  const entry = distribution.entries.find(({ path }) => path.endsWith(end));
  return entry === undefined ? null : readFile(join(distribution.root, entry.path), "utf8");
}

/** All entries of the distribution with the hash of what they hold: equal if and only if the trees are. */
export async function digest(distribution: InstalledDistribution): Promise<Record<string, string>> {
  const lines = [...distribution.entries, ...distribution.unclaimed].map(async (entry) => {
    const { path, kind, size, executable, linkTarget = "" } = entry;
    const bytes = kind === "file" ? await readFile(join(distribution.root, path)) : "";
    const hash = createHash("sha256").update(bytes).digest("hex");
    return [path, `${kind} ${size} ${String(executable)} ${linkTarget} ${hash}`] as const;
  });
  return Object.fromEntries(await Promise.all(lines));
}

/** What a wheel is made of. Paths are relative to `site-packages`. */
export interface WheelContent {
  readonly files: Readonly<Record<string, string>>;
  /** Lines for RECORD besides the files' own. */
  readonly record?: readonly string[];
  readonly folders?: readonly string[];
  readonly metadata?: string;
}

/** Writes a wheel `name-1.0-py3-none-any.whl` and gives the lock's package for it. */
export async function makeWheel(folder: string, name: string, wheel: WheelContent): Promise<string> {
  const info = `${name}-1.0.dist-info`;
  const files: Record<string, string> = {
    ...Object.fromEntries((wheel.folders ?? []).map((path) => [`${path}/`, ""])),
    ...wheel.files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${wheel.metadata ?? ""}\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const rows = [...Object.keys(files).filter((path) => !path.endsWith("/")), ...(wheel.record ?? [])];
  files[`${info}/RECORD`] = [...rows, `${info}/RECORD`].map((path) => `${path},,\n`).join("");
  const bytes = zip(files);
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}-1.0-py3-none-any.whl`);
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return `[[packages]]\nname = "${name}"\nversion = "1.0"\nwheels = [{ url = "${pathToFileURL(path).href}", hashes = { sha256 = "${sha256}" } }]\n`;
}

/** A lock of these packages, and what it resolves to. */
export function lockOf(...packages: string[]): Resolution {
  return fromLock(`lock-version = "1.0"\ncreated-by = "test"\n${packages.join("\n")}`);
}

/** A zip archive of uncompressed entries; a name that ends in a slash is a directory. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const body: Buffer[] = [];
  const index: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name);
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x0800, 2); // Names in UTF-8.
    common.writeUInt16LE(0x21, 8); // 1980-01-01.
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(0o100644 * 0x10000, 6);
    tail.writeUInt32LE(offset, 10);
    index.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), common, tail, path]));
    body.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(index);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(index.length, 8);
  end.writeUInt16LE(index.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...body, directory, end]);
}
