import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../ports.js";
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
export async function resolveRequirements(
  file: string,
  options: CompileOptions,
  request: LockRequest,
  tools: Tools,
  context: Context,
): Promise<Lock> {
  const { app } = request;
  const work = async (job: LockRequest, read: RequirementsFile): Promise<Lock> => {
    const directory = await mkdtemp(join(context.scratch, "resolve-"));
    try {
      const { pylock, notes } = await compile(directory, read, options, job, tools, context);
      return {
        pylock: backToApp(pylock, job.app, app),
        notes,
        ...factsOf(read, job.app, app),
        preinstalled: options.preinstalled,
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
  const read = await readRequirements(file, options.writtenFrom, request, tools, context);
  if (!read.requirements.some(({ link }) => link?.directory === true)) return work(request, read);
  return inCopy(app, context, async (copy) => {
    const job = { ...request, app: copy };
    return work(job, await readRequirements(file, options.writtenFrom, job, tools, context));
  });
}

/** What a requirements file adds to the lock that was made of it, in a copy of the app or in the app itself. */
function factsOf(
  file: RequirementsFile,
  copy: string,
  app: string,
): Pick<Lock, "direct" | "hashes" | "requireHashes" | "indexUrls"> {
  const hashes = new Map<string, string[]>();
  for (const { name, link, hashes: allowed } of file.requirements) {
    const all = link?.sha256 == null ? allowed : [...allowed, link.sha256];
    if (name !== null && all.length > 0) hashes.set(name, [...(hashes.get(name) ?? []), ...all]);
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
    hashes,
    requireHashes: file.requireHashes,
    indexUrls: [...(file.indexUrl === null ? [] : [file.indexUrl]), ...file.extraIndexUrls, ...file.findLinks],
  };
}
