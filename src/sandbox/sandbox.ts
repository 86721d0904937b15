import { mkdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Context } from "../ports.js";
import { asset } from "../system/asset.js";
import { UserError } from "../errors.js";
import { redact, secretsOf } from "../system/redact.js";
import { removeTree } from "../system/remove-tree.js";
import { runStreaming, type RunResult } from "../system/run.js";
import { CERTIFICATES, sandboxEnvironment } from "./environment.js";
import { mountsFor } from "./mounts.js";

/** A command and what it may see. */
export interface SandboxedCommand {
  /** Absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /**
   * Absolute path of the one directory that the command may write, and where it starts. It has the same path inside, must hold
   * nothing that the command may not know, and belongs to the calling user again when the command has ended. Whatever is
   * in it by then is a stranger's: no link in it may be followed.
   */
  readonly work: string;
  /** Absolute paths of files and directories that it may read beside the system's, such as an interpreter's. */
  readonly readable: readonly string[];
  /** Added to the environment, which is made anew; null takes something out of it. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Whether it has the machine's network. Default: true, as builds fetch what they build with. */
  readonly network?: boolean;
  /** What it is called where it takes too long, and what can be done then. Default: a build. */
  readonly called?: { readonly name: string; readonly ifLate: string };
}

/** Runs strangers' code where it finds nothing and harms nobody. */
export interface Sandbox {
  /**
   * Runs a command without rights, under a root of its own. A non-zero exit status is a result, not an error. All that it
   * started has ended when this settles.
   * @throws UserError if it takes too long or prints too much; the signal's reason if aborted
   */
  run(command: SandboxedCommand): Promise<RunResult>;
  /** Kept when nothing runs in here. */
  ended(): Promise<void>;
}

/** How the sandbox is entered. */
export interface Way {
  /** `root`: with root's rights. `user`: with anybody's, through a user namespace. */
  readonly kind: "root" | "user";
  /** Command that gives the rights, to be put before another; empty if the caller has them. */
  readonly through: readonly string[];
}

const SCRIPT = asset(import.meta.url, "enter.sh");

/** Milliseconds. Nothing that Heroku would build in its own 15 minutes takes longer. */
export const TIME_LIMIT = 30 * 60 * 1000;

/** Bytes of standard output. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

const BUILD = { name: "A build", ifLate: "Choose a version with a wheel." } as const;

/** Directory within the work directory for what the command writes beside its results. */
const OWN = ".sandbox";

/**
 * A sandbox that is entered in the given way, which must work on this machine.
 * @param timeLimit milliseconds for each command
 */
export function createSandbox(way: Way, context: Context, timeLimit = TIME_LIMIT): Sandbox {
  const running = new Set<Promise<unknown>>();
  return {
    run: (command) => {
      const result = runIn(way, command, timeLimit, context);
      running.add(result);
      return result.finally(() => running.delete(result));
    },
    ended: async () => {
      await Promise.allSettled(running);
    },
  };
}

async function runIn(
  way: Way,
  { command, args, work, readable, env, network = true, called = BUILD }: SandboxedCommand,
  timeLimit: number,
  context: Context,
): Promise<RunResult> {
  const own = join(work, OWN);
  const root = join(context.scratch, "sandbox-root");
  const [home, temporary, cache] = [join(own, "home"), join(own, "tmp"), join(own, "uv-cache")];
  for (const directory of [root, home, temporary]) await mkdir(directory, { recursive: true });
  const inside: Readonly<Record<string, string | null | undefined>> = {
    ...sandboxEnvironment(context.env),
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: home,
    UV_CACHE_DIR: cache,
    ...env,
  };
  const variables = Object.entries(inside).flatMap(([name, value]) => (value == null ? [] : [`${name}=${value}`]));
  const secrets = secretsOf(context.env);
  const certificates = CERTIFICATES.flatMap((name) => (inside[name] ?? "").split(":")).filter((path) =>
    path.startsWith("/"),
  );
  const mounts = await mountsFor({
    work,
    temporary,
    readable: await withRealPaths([...readable, ...certificates]),
    hidden: await withRealPaths(privateDirectories(context)),
  });
  const script = [
    ...["/bin/sh", SCRIPT, "supervise", way.kind, network ? "network" : "none", root, work, owner(), work],
    ...mounts.flatMap((mount) => {
      switch (mount.kind) {
        case "bind":
          return ["bind", mount.source, mount.path];
        case "link":
          return ["link", mount.target, mount.path];
        case "hide":
          return ["hide", "-", mount.path];
      }
    }),
    // None should be in there. Whatever a caller overlooked ends here.
    ...["--", ...["/usr/bin/env", "-i", ...variables, command, ...args].map((text) => redact(text, secrets))],
  ];
  const [program = "", ...rest] = [...way.through, ...script];
  const late = new AbortController();
  const timer = setTimeout(() => {
    const minutes = Math.round(timeLimit / 60_000);
    late.abort(new UserError(`${called.name} did not end in ${minutes} minutes.`, called.ifLate));
  }, timeLimit);
  try {
    const options = {
      cwd: "/",
      env: { PATH: context.env.PATH, LC_ALL: "C.UTF-8" },
      lifeline: true,
      signal: AbortSignal.any([context.signal, late.signal]),
    };
    const {
      code,
      stderr,
      value: stdout,
    } = await runStreaming(program, rest, options, (chunks) => atMost(chunks, called.name));
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
    await removeTree(own);
  }
}

/** Standard output as a whole: a stranger's, so it may be endless. */
async function atMost(chunks: AsyncIterable<Buffer>, name: string): Promise<Buffer> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    all.push(chunk);
    size += chunk.length;
    if (size > OUTPUT_LIMIT) throw new UserError(`${name} wrote more than anybody can read.`, "See what it does.");
  }
  return Buffer.concat(all);
}

/** Where a job's secrets are: never shown, not even within something that is. */
function privateDirectories({ env, scratch, toolsDir }: Context): string[] {
  const { HOME, GITHUB_WORKSPACE, RUNNER_TEMP, RUNNER_WORKSPACE, UV_CACHE_DIR, GITHUB_ENV, GITHUB_EVENT_PATH } = env;
  const files = [GITHUB_ENV, GITHUB_EVENT_PATH].flatMap((file) => (file === undefined ? [] : [dirname(file)]));
  const all = [HOME, GITHUB_WORKSPACE, RUNNER_TEMP, RUNNER_WORKSPACE, UV_CACHE_DIR, ...files, scratch, toolsDir];
  return all.flatMap((path) => (path?.startsWith("/") === true && path !== "/" ? [path] : []));
}

/** The paths, and where they lead if they are links. */
async function withRealPaths(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => path)));
  return [...new Set([...paths, ...real])];
}

function owner(): string {
  return `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
}
