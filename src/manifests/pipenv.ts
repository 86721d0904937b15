import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SideError } from "../errors.js";
import { toolError } from "../resolve/errors.js";
import { redact } from "../system/redact.js";
import { run, type RunResult } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { pipenvIndexes } from "./indexes.js";
import type { Manifest } from "./manifest.js";
import { readManifest, readToml, tableRequirements } from "./project.js";
import { resolveRequirements } from "./requirements.js";
import { inStandIn } from "./stand-in.js";

const FILES: readonly string[] = ["Pipfile", "Pipfile.lock"];

/** What a lock says of where to look. */
const Locked = z.object({
  _meta: z.object({ sources: z.array(z.object({ name: z.string(), url: z.string() })) }),
  default: z.record(z.string(), z.object({ index: z.string().optional() })),
});

/** What Pipenv says is written here: a name that no file of the app has. */
const LIST = ".slugdiff-requirements.txt";

/**
 * Heroku runs `pipenv install --deploy`, which gives pip every locked distribution without its dependencies. So does this:
 * `pipenv requirements` writes them down. (`pipenv pylock` writes addresses that do not exist, and one wheel's name for
 * every hash.)
 */
export const pipenv: Manifest = {
  logins: () => Promise.resolve([]), // They are in the addresses.
  async sources(app) {
    const texts = await Promise.all(FILES.map((name) => readManifest(app, name)));
    // Variables of the environment may be anywhere in them.
    return texts.some((text) => /\b(?:path|file|editable)["' ]*[:=]|\$\{/.test(text)) ? null : texts;
  },
  async indexes(app, _, { env }) {
    const { _meta, default: packages } = Locked.parse(JSON.parse(await readManifest(app, "Pipfile.lock")));
    // As pip would have it of what Pipenv says.
    const expanded = (url: string): string =>
      url.replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced?: string, bare?: string) => env[braced ?? bare ?? ""] ?? all);
    const sources = _meta.sources.map(({ name, url }) => ({ name, url: expanded(url) }));
    return pipenvIndexes(sources, packages);
  },
  async lock(request, tools, context) {
    const { app, target } = request;
    const pipfile = await readToml(app, "Pipfile");
    await checkLock(app);
    const program = await tools.pipenv();
    return inStandIn(app, FILES, context, async (directory) => {
      const env = {
        ...toolEnvironment(context.env),
        PIPENV_IGNORE_VIRTUALENVS: "1",
        PIPENV_DONT_LOAD_ENV: "1",
        WORKON_HOME: directory,
      };
      const start = (args: readonly string[]): Promise<RunResult> =>
        run(program, args, { cwd: directory, env, signal: context.signal });
      const fail = ({ stderr, stdout }: RunResult): SideError => {
        const output = `${stderr}\n${redact(stdout.toString("utf8"))}`;
        return toolError({ tool: "pipenv", output, app, target, refusal: null }, context);
      };
      const verified = await start(["verify"]);
      if (verified.code !== 0) {
        if (!/out-of-date/i.test(`${verified.stderr}\n${verified.stdout.toString("utf8")}`)) throw fail(verified);
        throw new SideError(
          "invalid",
          "manifest",
          "Pipfile.lock is out of date: it does not follow from Pipfile.",
          "Run `pipenv lock` and commit Pipfile.lock.",
        );
      }
      const listed = await start(["requirements", "--hash"]);
      if (listed.code !== 0) throw fail(listed);
      const list = join(directory, LIST);
      await writeFile(list, listed.stdout, { mode: 0o600 });
      const options = { writtenFrom: "Pipfile.lock", dependencies: false, cutoff: null, preinstalled: [] };
      const lock = await resolveRequirements(list, options, request, tools, context);
      // Pipenv gives pip hashes where it has them, without asking for all.
      return { ...lock, direct: tableRequirements(pipfile, "packages"), requireHashes: false };
    });
  },
};

/** Pipenv's own answer to a lock that it can't read is a trace of its stack. */
async function checkLock(app: string): Promise<void> {
  let lock: unknown;
  try {
    lock = JSON.parse(await readManifest(app, "Pipfile.lock"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof lock === "object" && lock !== null && !Array.isArray(lock)) return;
  throw new SideError("invalid", "manifest", "Pipfile.lock is not a JSON object.", "Run `pipenv lock` and commit it.");
}
