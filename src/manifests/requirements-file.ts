import { lstat, readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { SideError } from "../errors.js";
import { BUILDPACK } from "../platforms/buildpack.js";
import type { Context } from "../ports.js";
import { markerEnvironment } from "../resolve/environment.js";
import { withoutPaths } from "../resolve/errors.js";
import { runHelper } from "../resolve/helper.js";
import { asset } from "../system/asset.js";
import { redact, secretsOf } from "../system/redact.js";
import { systemErrorCode } from "../system/system-error.js";
import { toolEnvironment } from "../tools/environment.js";
import type { Tools } from "../tools/tools.js";
import type { LockRequest } from "./manifest.js";

const HELPER = asset(import.meta.url, "read_requirements_file.py");

const Link = z.object({
  url: z.string(),
  path: z.string().nullable(),
  /** Is it a directory that is there? */
  directory: z.boolean(),
  vcs: z.boolean(),
  sha256: z.string().nullable(),
});

const Required = z.object({
  /** Relative to the app's directory, or a URL. */
  file: z.string(),
  line: z.number(),
  name: z.string().nullable(),
  extras: z.array(z.string()),
  specifier: z.string(),
  /** Does the specifier name a pre-release? Then pip takes pre-releases of it. */
  prerelease: z.boolean(),
  link: Link.nullable(),
  editable: z.boolean(),
  constraint: z.boolean(),
  hashes: z.array(z.string()),
});

const File = z.object({
  requirements: z.array(Required),
  /** Null: the default. */
  indexUrl: z.string().nullable(),
  extraIndexUrls: z.array(z.string()),
  /** Of these the ones that refuse access. */
  refusing: z.array(z.string()),
  findLinks: z.array(z.string()),
  /** Places to find files at that are not in the app, as they are written. */
  noLinks: z.array(z.string()),
  noIndex: z.boolean(),
  trustedHosts: z.array(z.string()),
  noBinary: z.array(z.string()),
  onlyBinary: z.array(z.string()),
  preferBinary: z.boolean(),
  allReleases: z.array(z.string()),
  onlyFinal: z.array(z.string()),
  requireHashes: z.boolean(),
});
/** A requirements file as pip reads it, with all that it includes. */
export type RequirementsFile = z.infer<typeof File>;
/** One requirement or constraint of it. */
export type Required = z.infer<typeof Required>;

const Answer = z.union([
  z.object({
    file: File,
    /** Does it follow from the text of that one file, whatever else there is? */
    alone: z.boolean(),
  }),
  z.object({
    error: z.object({
      file: z.string().nullable(),
      line: z.number().nullable(),
      message: z.string(),
      /** Could something not be fetched? */
      network: z.boolean(),
    }),
  }),
]);
type Answer = z.infer<typeof Answer>;

/**
 * Reads a requirements file as pip does; those that do not apply to the target are left out.
 * @param file absolute path, or relative to the app
 * @param writtenFrom the file that a reader would look into; null for the requirements file itself
 * @throws SideError that names the file and the line, if pip could not read it
 */
export async function readRequirements(
  file: string,
  writtenFrom: string | null,
  job: LockRequest,
  tools: Tools,
  context: Context,
): Promise<RequirementsFile> {
  const { app, target } = job;
  const env = toolEnvironment(context.env);
  const input = {
    file,
    indexUrl: env.PIP_INDEX_URL ?? null,
    extraIndexUrls: (env.PIP_EXTRA_INDEX_URL ?? "").split(/\s+/).filter((url) => url !== ""),
    environment: markerEnvironment(target),
  };
  const answer = await answerFor(input, job, tools);
  if ("file" in answer) {
    const [refusing] = answer.file.refusing;
    if (refusing === undefined) return answer.file;
    throw new SideError(
      "unweighable",
      "resolve",
      `The index ${redact(refusing)} refused access.`,
      "Give this run the credentials that Heroku's build has, for instance in PIP_EXTRA_INDEX_URL or ~/.netrc.",
    );
  }
  const { error } = answer;
  const place = writtenFrom ?? `${error.file ?? file}${error.line === null ? "" : `:${error.line}`}`;
  const [first = "", ...rest] = redact(error.message, secretsOf(context.env))
    .split("\n")
    .map((line) => withoutPaths(line.trim(), app, context))
    .filter((line) => line !== "");
  if (error.network) {
    const text = `${redact(place)}: a file that it includes could not be fetched.`;
    throw new SideError("unweighable", "resolve", text, "Try again later; check that its address is right.", [
      first,
      ...rest,
    ]);
  }
  const [text, hint] = inWords(first, redact(place), error.line !== null);
  throw new SideError("invalid", "manifest", text, hint, rest);
}

/** The script's answer, which is found out once for all files of that text where it depends on nothing else. */
async function answerFor(
  input: { readonly file: string; readonly [key: string]: unknown },
  { app, answers }: LockRequest,
  tools: Tools,
): Promise<Answer> {
  const ask = (): Promise<Answer> => runHelper(HELPER, input, Answer, app, tools);
  const text = isAbsolute(input.file) ? null : await plainText(join(app, input.file));
  if (text === null) return ask();
  let own: Answer | undefined;
  const isAlone = (found: Answer): boolean => "file" in found && found.alone;
  const answer = await answers.to({
    about: ["requirements file", BUILDPACK.tools.pip, text, input],
    find: async () => {
      tools.expectInstall();
      return (own = await ask());
    },
    lasting: { schema: Answer, may: isAlone },
  });
  // Whatever else it depends on may differ where another side has asked.
  return isAlone(answer) ? answer : (own ?? ask());
}

/** The text of a file as bytes, one character each; null if there is none, or it is a link. */
async function plainText(path: string): Promise<string | null> {
  try {
    return (await lstat(path)).isFile() ? await readFile(path, "latin1") : null;
  } catch (error) {
    if (systemErrorCode(error) === null) throw error;
    return null; // Which the script says in pip's words.
  }
}

/** What pip says of a place, with what to do about it. */
function inWords(message: string, place: string, hasLine: boolean): readonly [text: string, hint: string] {
  if (message.includes("codec can't decode"))
    return [`${place}: This is not UTF-8, as pip expects.`, "Save it as UTF-8."];
  const [, missing] = /^Could not open requirements file: .*No such file or directory: '(.*)'$/.exec(message) ?? [];
  if (missing === undefined) {
    const text = `${place}: ${message.replace(/ \(from line .*\)$/, "")}`;
    return [text, hasLine ? "Correct that line." : "Correct that file."];
  }
  return hasLine
    ? [`${place}: ${missing} is not in the app.`, "Commit that file, or correct the line."]
    : [`${place}: This is a link to what is not there.`, "Commit it as a plain file."];
}
