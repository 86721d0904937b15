import { z } from "zod";
import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { asset } from "../system/asset.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";

const SCRIPT = asset(import.meta.url, "read_uses.py");

/** What is read, and what is looked for in it. */
export interface UsesRequest {
  /** Absolute path of the app. */
  readonly root: string;
  /** Plain files of it. */
  readonly files: readonly string[];
  /** By path, what is read instead of a file; null for nothing. */
  readonly texts: ReadonlyMap<string, string | null>;
  /** By a distribution's normalised name, the words that stand for it. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  /** Absolute path of the interpreter whose syntax counts. */
  readonly python: string;
}

const USES = z.object({
  /** How many Python files there are. */
  python: z.int().nonnegative(),
  /** Dotted names; what is taken from a module counts as of it (`flask.Flask`). */
  imports: z.array(z.string()),
  /** Distributions that a string in a Python file, a notebook or a setting has a word of. */
  named: z.array(z.string()),
  /** Distributions that what starts programs has a word of. */
  started: z.array(z.string()),
  /** Python files that could not be read. */
  unread: z.array(z.object({ path: z.string(), why: z.string() })),
});
/** What an app's own files import and name. */
export type Uses = z.infer<typeof USES>;

/**
 * Reads what an app's own files import and name. They are parsed, in a process of its own, and none of them is run.
 * @throws UserError if that process fails, as the parser may on a file that was made for it
 */
export async function readUses(
  { root, files, texts, words, python }: UsesRequest,
  { scratch, env, signal }: Pick<Context, "scratch" | "env" | "signal">,
): Promise<Uses> {
  const input = { root, files, texts: Object.fromEntries(texts), words: Object.fromEntries(words) };
  const { code, stdout, stderr } = await run(python, ["-I", "-X", "utf8", SCRIPT], {
    cwd: scratch,
    env: toolEnvironment(env),
    input: JSON.stringify(input),
    signal,
  });
  if (code === 0) return USES.parse(JSON.parse(stdout.toString("utf8")));
  throw new UserError("The app's own files could not be parsed.", "See Python's last lines.", lastLines(stderr, 3));
}
