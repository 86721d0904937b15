import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SideError } from "../errors.js";
import type { TreeEntry } from "../model/tree.js";
import { STACKS, type StackName } from "../model/target.js";

/** What is used of `app.json` (Dev Center, "app.json Schema"). */
export interface AppJson {
  readonly stack: string | null;
  /** Null if it does not say. */
  readonly buildpacks: readonly string[] | null;
}

const SCHEMA = z.object({
  stack: z.string().nullish(),
  buildpacks: z.array(z.object({ url: z.string() })).nullish(),
});

/**
 * Reads `app.json`; null if there is none. One that is broken counts as none: Heroku reads it for review apps and its
 * CI, and a build does not fail for it.
 * @param root absolute path of the slug root
 * @param entries of the app: a symbolic link is not followed
 */
export async function readAppJson(root: string, entries: readonly TreeEntry[]): Promise<AppJson | null> {
  if (!entries.some(({ path, kind }) => path === "app.json" && kind === "file")) return null;
  const text = await readFile(join(root, "app.json"), "utf8");
  const { data } = SCHEMA.safeParse(parseOrNull(text));
  if (data === undefined) return null;
  return { stack: data.stack ?? null, buildpacks: data.buildpacks?.map(({ url }) => url) ?? null };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Stacks that run images instead of slugs, and what they run. */
const WITHOUT_SLUG: Readonly<Record<string, string>> = {
  container: "a Docker image",
  cnb: "an image made by Cloud Native Buildpacks (Fir)",
};

/**
 * The stack that `app.json` asks for; null if it does not. To be asked only where the user names none.
 * @param root absolute path of the slug root
 * @param entries of the app
 * @throws SideError if the stack builds no slugs
 */
export async function readStack(root: string, entries: readonly TreeEntry[]): Promise<StackName | null> {
  const name = (await readAppJson(root, entries))?.stack ?? null;
  if (name === null) return null;
  const stack = STACKS.find((known) => known === name);
  if (stack !== undefined) return stack;
  const image = Object.hasOwn(WITHOUT_SLUG, name) ? WITHOUT_SLUG[name] : undefined;
  const hint = `Set \`platform\` to ${STACKS.join(", ")} to weigh the app for one that does.`;
  throw image === undefined
    ? new SideError(
        "invalid",
        "configuration",
        `app.json asks for the stack "${name}", which Heroku does not build.`,
        hint,
      )
    : new SideError(
        "unweighable",
        "configuration",
        `app.json asks for the stack "${name}": ${image}, not a slug.`,
        hint,
      );
}
