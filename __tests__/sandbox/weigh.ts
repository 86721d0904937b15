// Resolves and installs an app as the action does, in a process of its own that a test can give to another user, or kill:
//     node --import scripts/typescript.mjs weigh.ts APP CACHE
// prints what was installed, or why not.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../src/errors.js";
import { install } from "../../src/install/install.js";
import { withSession } from "../../src/pipeline/session.js";
import { SILENT } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";
import { resolve } from "../../src/resolve/resolve.js";
import { minorOf, type Target } from "../../src/model/target.js";
import { detectPackageManager } from "../../src/manifests/detect.js";
import { existsSync } from "node:fs";
import { createAnswers } from "../../src/store/answers.js";
import { NO_STORE } from "../../src/store/store.js";
import { watchForEnd } from "../../src/system/signals.js";

const [app = "", cacheDir = "", kind = "sandbox"] = process.argv.slice(2);
const { signal } = watchForEnd(process);
const session = {
  repo: app,
  cache: true,
  cacheDir,
  progress: SILENT,
  env: process.env,
  building: { kind: kind === "here" ? ("here" as const) : ("sandbox" as const) },
  signal,
};
const answer = await withSession(session, async ({ tools, context, building }) => {
  const interpreter = await new Interpreters(context).findAny("3.10");
  if (interpreter === null) throw new Error("this test needs a Python");
  const minor = minorOf(interpreter.version);
  const { TEST_PATCH: patch } = process.env;
  const full = patch === undefined ? interpreter.version : `${minor}.${patch}`;
  const target: Target = { stack: "heroku-24", python: { full, minor }, pythonFrom: "test" };
  const manager = detectPackageManager((path) => existsSync(join(app, path)));
  const answers = createAnswers(NO_STORE);
  const request = { app, manager, target, interpreter, building, answers };
  const { pylock, distributions } = await resolve({ ...request, cutoff: "2026-06-01T00:00:00Z" }, tools, context);
  const wanted = { ...request, pylock, wanted: distributions };
  return install(wanted, tools, context, async ({ name, version, entries, unclaimed, root }) => ({
    name,
    version,
    files: await Promise.all(
      [...entries, ...unclaimed].map(async ({ path, kind, executable, linkTarget }) => {
        const bytes = kind === "file" ? await readFile(join(root, path)) : "";
        return [path, kind, executable, linkTarget, createHash("sha256").update(bytes).digest("hex")];
      }),
    ),
  }));
}).catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  return { message: error.message, hint: error.hint, details: error.details };
});
process.stdout.write(JSON.stringify(answer));
process.exit(0); // Not kept from ending by the signals that are watched for.
