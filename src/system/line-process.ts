import { spawn } from "node:child_process";
import { Socket } from "node:net";
import { UserError } from "../errors.js";
import { redact, secretsOf } from "./redact.js";
import { definedOnly, killGroup, Tail } from "./run.js";

/** A program that stays, and answers every line that it is given with a line. Idle, it does not keep this process alive. */
export interface LineProcess {
  /**
   * The answer to one line; neither holds a newline. Lines are answered in their order, so that several may be asked at a time.
   * Rejects if the program has ended, with its last words.
   */
  ask(line: string): Promise<string>;
  /** Ends the program: it is given no more lines. */
  close(): void;
}

export interface LineProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program is killed, with all that it started, when this is aborted. */
  readonly signal: AbortSignal;
}

interface Asked {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Starts a program without a shell. That it can't be started is told to whoever asks it something. */
export function startLineProcess(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: LineProcessOptions,
): LineProcess {
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, env: definedOnly(env), stdio: ["pipe", "pipe", "pipe"], detached: true });
  const waiting: Asked[] = [];
  let ended: Error | null = null;
  let pending = "";
  const stderr = new Tail();
  const pipes = [child.stdin, child.stdout, child.stderr].filter((pipe) => pipe instanceof Socket);
  const hold = (isAsked: boolean): void => {
    for (const handle of [child, ...pipes]) {
      if (isAsked) handle.ref();
      else handle.unref();
    }
  };
  hold(false);
  const kill = (): void => {
    killGroup(child);
  };
  signal.addEventListener("abort", kill, { once: true });
  const end = (error: Error): void => {
    signal.removeEventListener("abort", kill);
    ended ??= signal.reason instanceof Error ? signal.reason : error;
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    const lines = (pending + chunk).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) waiting.shift()?.resolve(line);
    if (waiting.length === 0) hold(false);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr.add(chunk);
  });
  child.stdin.on("error", () => undefined); // It has ended, which is told by "close".
  child.on("error", (error: NodeJS.ErrnoException) => {
    end(new UserError(`${command} could not be started: ${error.code ?? error.message}.`, "See the message above."));
  });
  child.on("close", (code) => {
    const words = redact(stderr.text(), secretsOf(env));
    end(new Error(`${[command, ...args].join(" ")} ended with code ${String(code)}:\n${words}`));
  });
  return {
    ask: (line) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        hold(true);
        waiting.push({ resolve, reject });
        child.stdin.write(`${line}\n`);
      }),
    close: () => {
      child.stdin.end();
    },
  };
}
