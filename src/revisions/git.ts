import { run, runStreaming, type RunResult } from "../system/run.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables that tell git which repository to work on, or how. They are set inside a git hook, and would make
 * `--repo DIR` mean something else than DIR. (`git rev-parse --local-env-vars`, less those that only add configuration.)
 */
const REPOSITORY_VARIABLES = new Set([
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_DIR",
  "GIT_EXTERNAL_DIFF",
  "GIT_GLOB_PATHSPECS",
  "GIT_GRAFT_FILE",
  "GIT_ICASE_PATHSPECS",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NAMESPACE",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
]);

/** Keeps a repository's own configuration from having git run programs: a hostile one must not gain from being weighed. */
const HARDENING = ["-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"];

/**
 * The environment for every git process: never asks, takes no optional lock (so that the user's index is not
 * refreshed) and talks to no remote. A partial clone then says that an object is missing instead of fetching it.
 */
export function gitEnvironment(env: Environment): Environment {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !REPOSITORY_VARIABLES.has(name))),
    GCM_INTERACTIVE: "never",
    // Set but empty, it keeps git from asking by `core.askPass` or SSH_ASKPASS; a script of the user's own may answer.
    GIT_ASKPASS: env.GIT_ASKPASS ?? "",
    // Git has GIT_NO_LAZY_FETCH since 2.39.4 and 2.45; in older ones no permitted transport has the same effect.
    GIT_ALLOW_PROTOCOL: "none",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C",
    SSH_ASKPASS_REQUIRE: "never",
  };
}

/** One entry of git's configuration; a variable that is named without a value is `true`. */
export type Setting = readonly [key: string, value: string];

/** Runs git in one directory, with one environment. */
export class Git {
  constructor(
    readonly directory: string,
    readonly env: Environment,
    readonly signal: AbortSignal,
  ) {}

  /** The same git elsewhere, or with more variables; a variable that is `undefined` is removed. */
  at(directory: string, variables: Environment = {}): Git {
    return new Git(directory, { ...this.env, ...variables }, this.signal);
  }

  /** @param timeout milliseconds, for what waits for a network; default none */
  run(args: readonly string[], input: string | Uint8Array = "", timeout?: number): Promise<RunResult> {
    return run("git", [...HARDENING, ...args], {
      cwd: this.directory,
      env: this.env,
      signal: this.signal,
      input,
      ...(timeout === undefined ? {} : { timeout }),
    });
  }

  /** What git prints, without the newline at its end; null if it fails. */
  async line(args: readonly string[]): Promise<string | null> {
    const { code, stdout } = await this.run(args);
    return code === 0 ? stdout.toString("utf8").replace(/\r?\n$/, "") : null;
  }

  /** All that configures git here, in the order in which it is read. */
  async settings(): Promise<Setting[]> {
    const { stdout } = await this.run(["config", "--includes", "--list", "-z"]);
    const settings = stdout.toString("utf8").split("\0").slice(0, -1);
    return settings.map((setting) => setting.split(/\n(.*)/s)).map(([key = "", value = "true"]) => [key, value]);
  }

  /** For output that is too large to hold. A non-zero exit status is the caller's to look at. */
  async stream<T>(
    args: readonly string[],
    input: string,
    consume: (stdout: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<{ readonly code: number; readonly stderr: string; readonly value: T }> {
    const options = { cwd: this.directory, env: this.env, signal: this.signal, input };
    return runStreaming("git", [...HARDENING, ...args], options, consume);
  }
}

/** The parts of NUL-terminated output (`-z`), as bytes: file names need not be UTF-8. */
export function splitAtNul(output: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let from = 0; from < output.length;) {
    const to = output.indexOf(0, from);
    const end = to === -1 ? output.length : to;
    parts.push(output.subarray(from, end));
    from = end + 1;
  }
  return parts;
}
