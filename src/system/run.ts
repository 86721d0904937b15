import { spawn, type ChildProcess } from "node:child_process";
import { UserError } from "../errors.js";
import { redact, secretsOf } from "./redact.js";

export interface RunOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array;
  /**
   * Standard input stays open and empty: that it ends tells the program to end itself, which one that runs as another user
   * can't be made to, and to tidy up. It is killed if it does not in `GRACE`.
   */
  readonly lifeline?: boolean;
  readonly signal: AbortSignal;
  /** Milliseconds; the process is killed and the call fails after that. Default: none. */
  readonly timeout?: number;
  /** Called with each piece of standard output as it comes, for progress. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Called with each piece of standard error as it comes, credentials and all: of a long one only the end is kept. */
  readonly onStderr?: (chunk: Buffer) => void;
}

/** What a child process left. `stderr` has its credentials removed; `stdout` is untouched, as it is data. */
export interface RunResult {
  /** Exit status; 128 plus the signal's number is not modelled: a killed process has -1. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Milliseconds that a program has to tidy up once its lifeline is cut. */
const GRACE = 30_000;

/** A child keeps at most this much of its standard error: the last lines are what helps. Bytes. */
const STDERR_KEPT = 256 * 1024;

/**
 * Runs a program without a shell, in a process group of its own, which is killed as a whole when `signal` aborts.
 * A non-zero exit status is a result, not an error.
 * @throws UserError if the program can't be started or takes too long; the signal's reason if aborted
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { code, stderr, value } = await runStreaming(command, args, options, async (chunks) => {
    const stdout: Buffer[] = [];
    for await (const chunk of chunks) {
      options.onStdout?.(chunk);
      stdout.push(chunk);
    }
    return Buffer.concat(stdout);
  });
  return { code, stdout: value, stderr };
}

/**
 * As `run`, for output that is too large to hold: `consume` reads it as it comes, and the program waits while
 * `consume` is busy. If `consume` ends before the output does, the program is killed; if it fails, so does the call.
 */
export function runStreaming<T>(
  command: string,
  args: readonly string[],
  options: RunOptions,
  consume: (stdout: AsyncIterable<Buffer>) => Promise<T>,
): Promise<Omit<RunResult, "stdout"> & { readonly value: T }> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) {
      reject(abortReason(options.signal));
      return;
    }
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: definedOnly(options.env),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const stderr = new Tail();
    let timedOut = false;
    let grace: NodeJS.Timeout | undefined;
    const kill = (): void => {
      if (options.lifeline !== true) {
        killGroup(child);
        return;
      }
      child.stdin.destroy();
      grace ??= setTimeout(killGroup, GRACE, child);
    };
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill();
          }, options.timeout);
    options.signal.addEventListener("abort", kill, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      clearTimeout(grace);
      options.signal.removeEventListener("abort", kill);
    };
    const consumed = consume(child.stdout).finally(() => {
      // Output that nobody reads any more would keep the process waiting.
      if (!child.stdout.readableEnded) kill();
      child.stdout.destroy();
    });
    consumed.catch(() => undefined); // Looked at when the process has ended.
    child.stderr.on("data", (chunk: Buffer) => {
      options.onStderr?.(chunk);
      stderr.add(chunk);
    });
    child.stdin.on("error", () => undefined); // A child may end without reading its input.
    child.on("error", (error: NodeJS.ErrnoException) => {
      settle();
      reject(
        new UserError(
          `${command} could not be started: ${error.code ?? error.message}.`,
          error.code === "ENOENT" ? `Install ${command}, or put it on PATH.` : "See the message above.",
        ),
      );
    });
    child.on("close", (code) => {
      settle();
      if (options.signal.aborted) {
        reject(abortReason(options.signal));
      } else if (timedOut) {
        reject(
          new UserError(`${command} did not finish in ${String((options.timeout ?? 0) / 1000)} s.`, "Try again later."),
        );
      } else {
        consumed.then((value) => {
          resolve({ code: code ?? -1, value, stderr: redact(stderr.text(), secretsOf(options.env)) });
        }, reject);
      }
    });
    if (options.lifeline !== true) child.stdin.end(options.input);
  });
}

/** The last lines of a tool's output that are worth showing under an error: not where in its own code a Python tool was. */
export function lastLines(text: string, count = 12): string[] {
  const lines = text
    .replace(/^.*Traceback \(most recent call last\):\n|^([ \t]*)File ".*", line \d+.*\n(?:\1[ \t]+.*\n)*/gm, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
  return lines.slice(-count);
}

/** Kills a child that was started `detached`, with all that it has started. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended by itself.
  }
}

/** The last bytes of an output. */
export class Tail {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(readonly kept: number = STDERR_KEPT) {}

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (let [first] = this.#chunks; first && this.#length - first.length >= this.kept; [first] = this.#chunks) {
      this.#chunks.shift();
      this.#length -= first.length;
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.kept).toString("utf8");
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}

/** The variables that have a value, as `spawn` takes them. */
export function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) clean[name] = value;
  return clean;
}
