import { cp, mkdtemp } from "node:fs/promises";
import { basename, isAbsolute, join, relative } from "node:path";
import { z } from "zod";
import { normalName } from "../model/name.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { interpreterFiles } from "../sandbox/interpreter.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { redact, secretsOf } from "../system/redact.js";
import { removeTree } from "../system/remove-tree.js";
import type { Tools } from "../tools/tools.js";

/** What building says of a distribution, in the words of its core metadata. */
export interface SourceMetadata {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly requires: readonly string[];
  readonly requiresPython: string | null;
  readonly extras: readonly string[];
}

/** Where the distribution comes from, as pip takes it: a URL, with `name @` before it and `#sha256=` behind it if known. */
export interface SourceRequest {
  readonly requirement: string;
  /** Absolute path of the app, which `requirement` may name a file or directory of. */
  readonly app: string;
  readonly python: Interpreter;
  /** RFC 3339: what the build needs is resolved as of then; null for now. */
  readonly cutoff: string | null;
}

const Report = z.object({
  install: z
    .array(
      z.object({
        metadata: z.object({
          name: z.string().regex(/^[\w.-]+$/),
          version: z.string().regex(/^[\w.+!-]+$/),
          requires_dist: z.array(z.string()).default([]),
          requires_python: z.string().nullable().default(null),
          provides_extra: z.array(z.string()).default([]),
        }),
      }),
    )
    .length(1),
});

/** What the build said where it failed: standard error, credentials removed. */
export class BuildFailure {
  constructor(readonly output: string) {}
}

/**
 * Asks a distribution that does not state its metadata for it, which runs its code: in the sandbox, by pip, as Heroku does.
 * What it answers is a stranger's word, and good for that distribution alone.
 */
export async function sourceMetadata(
  request: SourceRequest,
  sandbox: Sandbox,
  tools: Tools,
  context: Context,
): Promise<SourceMetadata | BuildFailure> {
  const { app, python, cutoff } = request;
  const library = await tools.pipLibrary();
  const work = await mkdtemp(join(context.scratch, "metadata-"));
  try {
    let { requirement } = request;
    if (requirement.includes(app)) {
      const copy = join(work, "app");
      const filter = (path: string): boolean => basename(path) !== ".git";
      await cp(app, copy, { recursive: true, verbatimSymlinks: true, filter });
      requirement = requirement.replaceAll(app, copy);
    }
    const { code, stdout, stderr } = await sandbox.run({
      command: python.path,
      args: [
        ...["-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-"],
        ...["--no-cache-dir", "--no-input", ...(cutoff === null ? [] : ["--uploaded-prior-to", cutoff])],
        redact(requirement, secretsOf(context.env)),
      ],
      work,
      readable: [library, ...(await interpreterFiles(python, context)), ...filesOf(requirement, work)],
      env: { PYTHONPATH: library },
    });
    if (code !== 0) return new BuildFailure(redact(stderr, secretsOf(context.env)));
    const report = Report.safeParse(parsed(stdout.toString("utf8")));
    const [found] = report.data?.install ?? [];
    if (found === undefined) return new BuildFailure("Its metadata can't be read.");
    const { name, version, requires_dist, requires_python, provides_extra } = found.metadata;
    return {
      name: normalName(name),
      version,
      requires: requires_dist,
      requiresPython: requires_python,
      extras: provides_extra,
    };
  } finally {
    await removeTree(work);
  }
}

/** The archive that a `file:` address names, if it lies elsewhere than in the work directory, such as in a local index. */
function filesOf(requirement: string, work: string): string[] {
  const [, path] = /(?:^|@ )file:\/\/(\/[^#?]+\.(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|zip))(?:#|$)/.exec(requirement) ?? [];
  if (path === undefined) return [];
  const file = decodeURIComponent(path);
  const inside = relative(work, file);
  return inside.startsWith("..") || isAbsolute(inside) ? [file] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
