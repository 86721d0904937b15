import { cp, lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";
import { inWords, type ResolvedDistribution } from "../model/resolution.js";
import { minorOf, PYTHON_HOME, type Target } from "../model/target.js";
import { HEROKU } from "../platforms/heroku.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { wantedCredentials } from "../sandbox/access.js";
import { interpreterFiles } from "../sandbox/interpreter.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import { redact, secretsOf } from "../system/redact.js";
import { removeTree } from "../system/remove-tree.js";
import { lastLines, run } from "../system/run.js";
import { toolEnvironment } from "../tools/environment.js";
import { errorCode, hostileBuild, hostileWheel, installError, withoutAccess } from "./errors.js";
import { isTable } from "../model/toml.js";
import { normalName } from "../model/name.js";

/** What every call of uv in one install has in common. */
export interface Installer {
  /** Absolute path of the uv binary. */
  readonly uv: string;
  /** What uv runs with, and builds with: of the target's minor version, unless there is none. */
  readonly python: Interpreter;
  readonly target: Target;
  /** May uv build, outside of a sandbox? */
  readonly builds: boolean;
  /** What builds need is resolved as of this moment (RFC 3339); null for now. */
  readonly cutoff: string | null;
}

/** Where one call of uv works. */
export interface Workplace {
  /** Absolute path of a directory for this call alone. */
  readonly work: string;
  /** Absolute path of the directory to lay a slug out in; within `work`. */
  readonly root: string;
  /** Null: outside. In the sandbox there are no credentials, and uv has a cache to itself. */
  readonly sandbox: Sandbox | null;
}

/**
 * Installs the lock's distributions into `root`, laid out as a slug; `root` must exist. Nothing is compiled.
 * @param lock text of a lock (PEP 751), all of which is installed
 * @param wanted what the lock holds, to name the culprit of a failure
 * @throws SideError
 */
export async function uvInstall(
  lock: string,
  wanted: readonly ResolvedDistribution[],
  { work, root, sandbox }: Workplace,
  installer: Installer,
  context: Context,
): Promise<void> {
  const { uv, python, target, builds, cutoff } = installer;
  const scratch = join(work, "uv");
  await mkdir(scratch, { recursive: true });
  const file = join(scratch, "pylock.toml");
  await writeFile(file, sandbox === null ? lock : redact(lock, secretsOf(context.env)));
  const args = [
    ...["pip", "install", "--requirements", file, "--no-deps", "--prefix", join(root, PYTHON_HOME)],
    ...["--python", python.path, "--python-version", target.python.full],
    ...["--python-platform", HEROKU.stacks[target.stack].uvPlatform],
    // Copies where the cache is on another file system.
    ...["--link-mode", "hardlink", "--preview-features", "pylock"],
    ...(builds || sandbox !== null ? [] : ["--no-build"]),
    ...(cutoff === null ? [] : ["--exclude-newer", cutoff]),
  ];
  // uv passes over paths that lead out of a wheel, at which pip fails, and tells of it in its log alone.
  const settings = { SOURCE_DATE_EPOCH: "1577836800", RUST_LOG: "uv_extract=warn" };
  const result =
    sandbox === null
      ? await run(uv, args, {
          cwd: scratch, // Outside the app: its settings for uv are for its own resolution.
          env: { ...toolEnvironment(context.env), ...settings },
          signal: context.signal,
        })
      : await sandbox.run({
          command: uv,
          args,
          work,
          readable: [uv, ...(await interpreterFiles(python, context)), ...localArchives(lock)],
          env: settings,
        });
  if (sandbox !== null) await refuseLinks(work, root, wanted);
  const escaping = /Skipping unsafe file name: (.*)/.exec(result.stderr)?.[1];
  if (escaping !== undefined) {
    // What is unpacked is kept, and would not be told of again.
    const names = wanted.map(({ name }) => name);
    if (sandbox === null) {
      await run(uv, ["cache", "clean", "--quiet", ...names], {
        env: toolEnvironment(context.env),
        signal: context.signal,
      });
    }
    const name = names.length === 1 ? names.join("") : `one of ${names.length} distributions`;
    throw hostileWheel(name, `the path ${JSON.stringify(escaping)} in it leads out of its directory`);
  }
  if (result.code !== 0) throw failure(result.stderr, wanted, sandbox !== null, context);
  await removeTree(scratch);
  await rm(join(root, PYTHON_HOME, ".lock"), { force: true }); // uv's own.
  await relocate(join(root, PYTHON_HOME), minorOf(python.version), target.python.minor);
}

/**
 * Puts modules and headers where Heroku has them: uv names their directories after the interpreter that it runs with,
 * whatever version it was asked to install for, and puts headers where only a virtual environment has them.
 */
async function relocate(home: string, from: string, to: string): Promise<void> {
  if (from !== to) await rename(join(home, `lib/python${from}`), join(home, `lib/python${to}`)).catch(unless("ENOENT"));
  const headers = join(home, `include/site/python${from}`);
  // Into a directory that a wheel's data may have made already.
  await cp(headers, join(home, `include/python${to}`), { recursive: true }).catch(unless("ENOENT"));
  await rm(headers, { recursive: true, force: true });
  await rmdir(join(home, "include/site")).catch(unless("ENOENT", "ENOTEMPTY"));
}

/** Throws what it is given, unless it is one of these errors of the system. */
function unless(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.some((code) => code === errorCode(error))) throw error;
  };
}

/** Archives that lie on this machine, such as those of a local index: uv in the sandbox reads them, and nothing beside them. */
function localArchives(lock: string): string[] {
  const { packages } = parse(lock);
  return (Array.isArray(packages) ? packages : [])
    .flatMap((entry) => (isTable(entry) ? [entry.sdist, entry.archive] : []))
    .flatMap((file) => {
      const { url, path } = isTable(file) ? file : {};
      if (typeof path === "string") return [path];
      return typeof url === "string" && url.startsWith("file://") ? [fileURLToPath(url)] : [];
    })
    .filter((path) => ARCHIVE.test(path));
}

const ARCHIVE = /\.(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|zip)$/;

/**
 * What comes out of the sandbox is as its builds left it: a link in it would lead this process, which may do more, to other
 * files. Installers lay down none; a repository's checkout may hold some, which nothing follows.
 * @throws SideError
 */
async function refuseLinks(work: string, root: string, wanted: readonly ResolvedDistribution[]): Promise<void> {
  const name = inWords(wanted);
  const checkouts = join(root, PYTHON_HOME, "src");
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (path !== checkouts) await visit(path);
      } else if (!entry.isFile()) {
        throw hostileBuild(name, `it left ${relative(root, path)}, which is neither a file nor a directory`);
      }
    }
  };
  for (let at = root; at !== work; at = dirname(at)) {
    if (!(await lstat(at)).isDirectory()) throw hostileBuild(name, "it put something else in the place of a directory");
  }
  try {
    await visit(root);
  } catch (error) {
    if (errorCode(error) !== "ENAMETOOLONG") throw error;
    throw hostileBuild(name, "it nested directories deeper than a path can name");
  }
}

function failure(stderr: string, wanted: readonly ResolvedDistribution[], sandboxed: boolean, context: Context): Error {
  // uv writes `name==1.0` and `name @ url` in backquotes, or (name==1.0).
  const culprit = [...stderr.matchAll(/[`(]([A-Za-z0-9][A-Za-z0-9._-]*)/g)]
    .map((match) => normalName(match[1] ?? ""))
    .find((name) => wanted.some((distribution) => distribution.name === name));
  if (culprit !== undefined && /script path must resolve|escapes|outside of the target/i.test(stderr)) {
    return hostileWheel(culprit, "a path in it leads out of its directory");
  }
  const what = culprit ?? (wanted.length === 1 ? (wanted[0]?.name ?? "") : `${wanted.length} distributions`);
  // What leads up to the failure is of no interest: it differs from run to run.
  const lines = stderr
    .split("\n")
    .filter((line) => !/^(Using CPython|Resolved |Prepared |warning: |\s+Built? )/.test(line));
  const details = lastLines(lines.join("\n"));
  if (sandboxed && wantedCredentials(stderr)) return withoutAccess(what, details, context);
  return installError(`${what} could not be installed`, details, context);
}
