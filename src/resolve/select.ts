import { z } from "zod";
import { SideError } from "../errors.js";
import type { Lock, LockRequest } from "../manifests/manifest.js";
import type { ResolvedDistribution } from "../model/resolution.js";
import { BUILDPACK } from "../platforms/buildpack.js";
import { platformTags } from "../platforms/heroku.js";
import { redact } from "../system/redact.js";
import type { Tools } from "../tools/tools.js";
import { markerEnvironment } from "./environment.js";
import { targetPhrase } from "./errors.js";
import { isPortable } from "./portable.js";
import { runHelper } from "./helper.js";
import { asset } from "../system/asset.js";

const HELPER = asset(import.meta.url, "select_distributions.py");

const Source = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["wheel", "sdist", "archive"]),
    filename: z.string(),
    url: z.string(),
    sha256: z.string().nullable(),
    size: z.number().nullable(),
  }),
  z.object({ kind: z.literal("vcs"), url: z.string(), commit: z.string(), editable: z.boolean() }),
  z.object({ kind: z.literal("directory"), path: z.string(), editable: z.boolean() }),
]);

export const SELECTED = z.object({
  name: z.string(),
  version: z.string().nullable(),
  /** Absolute path or URL, as the lock has it: it may hold credentials. */
  location: z.string(),
  source: Source,
});

const Answer = z.union([
  z.object({ distributions: z.array(SELECTED) }),
  z.object({
    error: z.object({
      reason: z.enum(["lock", "python", "unusable", "hash", "unhashed", "outside"]),
      name: z.string().nullable(),
      message: z.string(),
    }),
  }),
]);

/** A distribution that the target gets, and where the lock has it from. */
export interface Selected extends ResolvedDistribution {
  /** Absolute path or URL; never to be shown, as it may hold credentials. */
  readonly location: string;
}

/**
 * What the target gets of a lock, sorted by name: of every distribution whose marker applies the best file.
 * @throws SideError
 */
export async function select(lock: Lock, { app, target, answers }: LockRequest, tools: Tools): Promise<Selected[]> {
  const holdsElsewhere = isPortable(lock.pylock);
  const input = {
    pylock: lock.pylock,
    environment: markerEnvironment(target),
    python: target.python.minor.split(".").map(Number),
    platforms: platformTags(target.stack),
    app: holdsElsewhere ? null : app,
    hashes: lock.hashes,
    requireHashes: lock.requireHashes,
  };
  const answer = await answers.to({
    about: ["select", BUILDPACK.tools.pip, input],
    find: () => runHelper(HELPER, { ...input, app }, Answer, app, tools),
    lasting: holdsElsewhere ? { schema: Answer, may: (found) => "distributions" in found } : undefined,
  });
  if ("error" in answer) {
    const { reason, name, message } = answer.error;
    const [state, text, hint] = REFUSALS[reason](name ?? "A distribution", targetPhrase(target));
    throw new SideError(state, "resolve", text, hint, [redact(message)]);
  }
  return answer.distributions
    .map((distribution) => ({ ...distribution, source: withoutCredentials(distribution.source) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Refusal = (name: string, target: string) => readonly ["invalid" | "unweighable", message: string, hint: string];

const REFUSALS: Readonly<Record<"lock" | "python" | "unusable" | "hash" | "unhashed" | "outside", Refusal>> = {
  lock: () => [
    "unweighable",
    "The lock can't be read.",
    "Lock again with the version of the package manager that Heroku has.",
  ],
  python: (_, target) => [
    "invalid",
    `The lock is not for ${target}.`,
    "Let .python-version and the Python versions that the project allows agree, and lock again.",
  ],
  unusable: (name, target) => [
    "unweighable",
    `${name} has no file that is usable for ${target}.`,
    "Choose a version with a wheel for that Python and stack, or with a source archive.",
  ],
  hash: (name) => [
    "invalid",
    `No file of ${name} has a hash that the app's files allow.`,
    "Lock again; if the hash still differs, the file was replaced on its index.",
  ],
  unhashed: (name) => [
    "invalid",
    `${name} has no hash in the requirements, though others have.`,
    "pip demands a hash for all or none: write the file anew with every dependency, for instance with pip-compile.",
  ],
  outside: (name) => [
    "invalid",
    `${name} is taken from outside the app's directory, where Heroku does not see it.`,
    "Move it under the slug root, or publish it to an index.",
  ],
};

function withoutCredentials(source: ResolvedDistribution["source"]): ResolvedDistribution["source"] {
  return source.kind === "directory" ? source : { ...source, url: redact(source.url) };
}
