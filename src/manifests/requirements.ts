import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { BUILDPACK } from "../platforms/buildpack.js";
import type { Context } from "../ports.js";
import { indexesOf, isPortable } from "../resolve/portable.js";
import { redact } from "../system/redact.js";
import type { Tools } from "../tools/tools.js";
import { compile, type CompileOptions } from "./compile.js";
import { backToApp, inCopy } from "./copy.js";
import type { Lock, LockRequest } from "./manifest.js";
import { readRequirements, type RequirementsFile } from "./requirements-file.js";

/**
 * What pip would install for a requirements file.
 * @param file absolute path, or relative to the app
 * @throws SideError
 */
export function resolveRequirements(
  file: string,
  options: CompileOptions,
  request: LockRequest,
  tools: Tools,
  context: Context,
): Promise<Lock> {
  const read: ReadRequirements = (job) => readRequirements(file, options.writtenFrom, job, tools, context);
  return lockRequirements(read, options, request, tools, context);
}

/** Reads requirements in the app, or in a copy of it: paths among them are of that directory. */
export type ReadRequirements = (job: LockRequest) => Promise<RequirementsFile>;

/**
 * What pip would install for requirements.
 * @throws SideError
 */
export async function lockRequirements(
  readIn: ReadRequirements,
  options: CompileOptions,
  request: LockRequest,
  tools: Tools,
  context: Context,
): Promise<Lock> {
  const { app, answers, target, python, building } = request;
  const work = async (job: LockRequest, read: RequirementsFile): Promise<Lock> => {
    // A file with hashes was locked before, as other package managers' files are.
    const given = { ...options, cutoff: read.requireHashes ? null : options.cutoff };
    const find = async (): Promise<Compiled> => {
      const directory = await mkdtemp(join(context.scratch, "resolve-"));
      try {
        return await compile(directory, read, given, job, tools, context);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    };
    const here = [target, python.version, building.kind, BUILDPACK.tools, indexesOf(context.env)];
    const { pylock, notes } = await answers.to<Compiled>({
      // Where the file names something of the app, that has an absolute path: no other side's question is the same.
      about: ["compile", withoutPlaces(read), given, ...here],
      find,
      lasting: read.requireHashes ? { schema: COMPILED, may: (found) => isPortable(found.pylock) } : undefined,
    });
    return {
      pylock: backToApp(pylock, job.app, app),
      notes,
      ...factsOf(read, job.app, app),
      preinstalled: options.preinstalled,
    };
  };
  const read = await readIn(request);
  if (!read.requirements.some(({ link }) => link?.directory === true)) return work(request, read);
  return inCopy(app, context, async (copy) => {
    const job = { ...request, app: copy };
    return work(job, await readIn(job));
  });
}

const COMPILED = z.strictObject({ pylock: z.string(), notes: z.array(z.string()) });
type Compiled = z.infer<typeof COMPILED>;

/** The file without what says where something stands in it, which makes no difference to what it requires. */
function withoutPlaces(file: RequirementsFile): unknown {
  return { ...file, requirements: file.requirements.map((required) => ({ ...required, file: null, line: null })) };
}

/** What a requirements file adds to the lock that was made of it, in a copy of the app or in the app itself. */
function factsOf(
  file: RequirementsFile,
  copy: string,
  app: string,
): Pick<Lock, "direct" | "loose" | "hashes" | "requireHashes" | "indexUrls"> {
  const hashes: Record<string, string[]> = {};
  for (const { name, link, hashes: allowed } of file.requirements) {
    const all = link?.sha256 == null ? allowed : [...allowed, link.sha256];
    if (name !== null && all.length > 0) hashes[name] = [...(hashes[name] ?? []), ...all];
  }
  return {
    direct: file.requirements
      .filter(({ constraint }) => !constraint)
      .map(({ name, extras, file: path, line, link, editable }) => ({
        name,
        extras,
        location: { file: redact(path), line },
        address: link === null ? null : (link.path ?? link.url).replaceAll(copy, app),
        editable,
      })),
    loose: looseIn(file),
    hashes,
    requireHashes: file.requireHashes,
    indexUrls: [...(file.indexUrl === null ? [] : [file.indexUrl]), ...file.extraIndexUrls, ...file.findLinks],
  };
}

/** Names of what is required by name, and in no version that alone will do; constraints count. */
function looseIn({ requirements }: RequirementsFile): string[] {
  const pinned = new Set(requirements.flatMap(({ name, specifier }) => (isExact(specifier) ? [name] : [])));
  const asked = requirements.filter(({ constraint, link }) => !constraint && link === null);
  return [...new Set(asked.flatMap(({ name }) => (name === null || pinned.has(name) ? [] : [name])))];
}

function isExact(specifier: string): boolean {
  return specifier.split(",").some((each) => /^={2,3}[^*]+$/.test(each));
}
