import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
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
 * cut-off: what was uploaded after it is of no interest.
 * @param directory absolute path, for what is kept
 * @param upstream URL of a simple index
 */
export function mirror(directory: string, upstream: string, cutoff: string): IndexSource {
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

  return {
    page: async (project) => (await page(project))?.map(({ url: _, ...file }) => file) ?? null,
    file: (project, filename) =>
      once(`${project}/${filename}`, async () => {
        const [, base = filename, suffix = ""] = /^(.*?)(\.metadata)?$/.exec(filename) ?? [];
        const found = (await page(project))?.find((file) => file.filename === base);
        if (found === undefined || !isPlain(filename)) return null;
        const kept = join(directory, "files", project, filename);
        if ((await stat(kept).catch(() => null)) === null) {
          const response = await fetch(found.url + suffix);
          if (!response.ok || response.body === null) return null;
          const body = Readable.fromWeb(response.body);
          await writeWhole(kept, (path) => pipeline(body, createWriteStream(path)));
        }
        return kept;
      }),
  };
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
