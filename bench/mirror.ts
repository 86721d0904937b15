import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { z } from "zod";
import type { IndexSource } from "./index-server.js";

const Page = z.object({ files: z.array(z.looseObject({ filename: z.string(), url: z.string() })) });

/** URL of the simple index that pip would ask, as it is set up here. */
export function upstreamOf(python: string): string {
  const { PIP_INDEX_URL } = process.env;
  if (PIP_INDEX_URL) return PIP_INDEX_URL;
  const program = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)";
  return execFileSync(python, ["-c", program], { encoding: "utf8" }).trim();
}

/**
 * An index that fetches from another one what it is asked for, and keeps it. Pages are fetched again if they are older than the
 * cut-off: what was uploaded after it is of no interest. The metadata of wheels is to be had by itself (PEP 658), as on PyPI, also where the
 * other index, which may be a cache, does not offer it.
 * @param directory absolute path, for what is kept
 * @param upstream URL of a simple index
 * @param python path of an interpreter
 */
export function mirror(directory: string, upstream: string, cutoff: string, python: string): IndexSource {
  const pending = new Map<string, Promise<unknown>>();
  /** Does the work unless somebody else is at it; for many requests for one thing at a time. */
  const once = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = pending.get(key) as Promise<T> | undefined;
    if (before !== undefined) return before;
    const started = work().finally(() => pending.delete(key));
    pending.set(key, started);
    return started;
  };

  const page = (project: string): Promise<z.infer<typeof Page>["files"] | null> =>
    once(project, async () => {
      if (!isPlain(project)) return null;
      const kept = join(directory, "pages", `${project}.json`);
      const saved = await stat(kept).catch(() => null);
      if (saved === null || saved.mtimeMs < Date.parse(cutoff)) {
        const address = `${upstream.replace(/\/$/, "")}/${project}/`;
        const response = await fetch(address, { headers: { accept: "application/vnd.pypi.simple.v1+json" } });
        if (response.status === 404) return null;
        if (!response.ok) throw new Error(`the index answers ${String(response.status)} for ${project}`);
        const { files } = Page.parse(await response.json());
        const absolute = files.map((file) => ({ ...file, url: new URL(file.url, address).href }));
        await writeWhole(kept, (path) => writeFile(path, JSON.stringify({ files: absolute })));
      }
      return Page.parse(JSON.parse(await readFile(kept, "utf8"))).files;
    });

  /** Path of a file that is kept, fetched before if need be; null if upstream has none. */
  const fetched = async (project: string, filename: string, url: string): Promise<string | null> => {
    const kept = join(directory, "files", project, filename);
    if (await exists(kept)) return kept;
    const response = await fetch(url);
    if (!response.ok || response.body === null) return null;
    const body = Readable.fromWeb(response.body);
    await writeWhole(kept, (path) => pipeline(body, createWriteStream(path)));
    return kept;
  };

  const file: IndexSource["file"] = (project, filename) =>
    once(`${project}/${filename}`, async () => {
      const found = (await page(project))?.find((each) => each.filename === filename);
      return found !== undefined && isPlain(filename) ? fetched(project, filename, found.url) : null;
    });

  const metadata = (project: string, filename: string): Promise<string | null> =>
    once(`${project}/${filename}.metadata`, async () => {
      const kept = join(directory, "files", project, `${filename}.metadata`);
      if (await exists(kept)) return kept;
      const wheel = await file(project, filename);
      if (wheel === null) return null;
      const { stdout } = await promisify(execFile)(python, ["-c", METADATA, wheel], { maxBuffer: 2 ** 28 });
      await writeWhole(kept, (path) => writeFile(path, stdout));
      return kept;
    });

  return {
    page: async (project) => {
      const files = await page(project);
      return (
        files?.map(({ url: _, ...each }) => ({ ...each, "core-metadata": each.filename.endsWith(".whl") })) ?? null
      );
    },
    file: (project, filename) =>
      filename.endsWith(SUFFIX) ? metadata(project, filename.slice(0, -SUFFIX.length)) : file(project, filename),
  };
}

const SUFFIX = ".metadata";

/** Prints the metadata in a wheel. */
const METADATA = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name, = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA") and each.count("/") == 1)
sys.stdout.buffer.write(wheel.read(name))
`;

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

/** A name that leads nowhere else when it is part of a path. */
function isPlain(name: string): boolean {
  return /^[\w][\w.+!-]*$/.test(name);
}

/** Writes a file that is there whole or not at all. */
async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
