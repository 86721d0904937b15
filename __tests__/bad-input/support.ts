import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { setTimeout } from "node:timers/promises";
import { expect } from "@jest/globals";
import type { ReportSide } from "../../src/model/report.js";
import { reportOf, slugdiff, type Ran } from "../acceptance/support.js";
import { temporary } from "../revisions/fixtures.js";

/** What is enough for pip to be asked, whose index then says the rest. */
export const PYTHON = { ".python-version": "3.12\n" };

/** A cache that knows no layer, with tools that are fetched once for all tests. */
export function emptyCache(): string {
  const tools = join(tmpdir(), "slugdiff-test-tools");
  mkdirSync(tools, { recursive: true });
  const cache = temporary();
  symlinkSync(tools, join(cache, "tools"));
  return cache;
}

/** Runs a command, and holds what is true of every run, however it ends: nothing is left behind, no stack is shown. */
export async function attempt(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const scratch = temporary();
  const ran = await slugdiff(args, { RUNNER_TEMP: scratch, UV_HTTP_RETRIES: "0", ...env });
  expect(readdirSync(scratch)).toEqual([]);
  expectNoStack(ran);
  return ran;
}

export function expectNoStack({ stdout, stderr }: Pick<Ran, "stdout" | "stderr">): void {
  expect(stdout + stderr).not.toMatch(/^\s+at .*:\d+|Traceback|node:internal/m);
}

/** A mistake before anything was begun: one line and one hint, and nothing on standard output. */
export async function refused(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, stdout, stderr } = await attempt(args, env);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^slugdiff: [^\n]+\nHint: [^\n]+\n( {2}[^\n]*\n)*$/);
  return stderr;
}

/** A head that can't be weighed: exit status 2, and a report, on standard output as in the file. */
export async function unweighed(
  repository: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly problem: NonNullable<ReportSide["problem"]>; readonly state: string; readonly shown: string }> {
  const output = join(temporary(), "report.json");
  const where = ["--repo", repository, "--cache-dir", emptyCache()];
  const ran = await attempt(["weigh", ...where, "--format", "json", "--output", output, ...args], env);
  expect(ran.status).toBe(2);
  expect(readFileSync(output, "utf8")).toBe(ran.stdout);
  const { head, verdict } = reportOf(ran);
  expect(verdict.status).toBe("indeterminate");
  if (head.problem === null) throw new Error(`it was weighed: ${ran.stdout}`);
  expect(head.problem.message).toMatch(/^[^\n]+$/);
  expect(head.problem.hint).toMatch(/^[^\n]+$/);
  return { problem: head.problem, state: head.state, shown: ran.stdout + ran.stderr };
}

/** A command line in a process of its own, whose temporary files are in a directory of its own. */
export interface Started {
  readonly child: ChildProcess;
  readonly scratch: string;
  /** What it has written to standard error so far. */
  stderr(): string;
  /** Waits until it ends: its exit status and outputs. Expects that it left neither files nor processes. */
  ended(): Promise<Ran>;
  /** Waits until standard error has such words. */
  says(words: RegExp): Promise<void>;
}

/** Starts the command line as it stands in the sources. */
export function start(
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly stdout?: number | "pipe";
    /** What is put before the command, such as what makes it run as another user. */
    readonly through?: readonly string[];
  } = {},
): Started {
  const scratch = temporary();
  chmodSync(scratch, 0o777);
  const loader = [
    "--disable-warning=ExperimentalWarning",
    "--import",
    pathToFileURL(resolve("scripts/typescript.mjs")).href,
  ];
  const command = [...(options.through ?? []), process.execPath, ...loader, resolve("src/cli.ts"), ...args];
  const [program = "", ...rest] = command;
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, NODE_OPTIONS: "", RUNNER_TEMP: "", TMPDIR: scratch, UV_HTTP_RETRIES: "0", ...options.env },
    stdio: ["ignore", options.stdout ?? "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const closed = once(child, "close");
  return {
    child,
    scratch,
    stderr: () => stderr,
    ended: async () => {
      const [code] = (await closed) as [number | null];
      expect(readdirSync(scratch).filter((name) => name !== "node-compile-cache")).toEqual([]);
      // Of what was killed some may take a moment to be gone.
      for (let patience = 50; patience > 0 && processesIn(scratch).length > 0; patience--) await setTimeout(50);
      expect(processesIn(scratch)).toEqual([]);
      const ran = { status: code ?? -1, stdout, stderr };
      expectNoStack(ran);
      return ran;
    },
    says: async (words) => {
      while (!words.test(stderr)) {
        if (child.exitCode !== null) throw new Error(`it has ended: ${stderr}`);
        if (child.stderr !== null) await Promise.race([once(child.stderr, "data"), closed]);
      }
    },
  };
}

/** Command lines of the processes that were given this temporary directory. */
function processesIn(scratch: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const isIn = readFileSync(`/proc/${id}/environ`, "latin1").includes(scratch);
        return isIn ? [readFileSync(`/proc/${id}/cmdline`, "latin1").replaceAll("\0", " ")] : [];
      } catch {
        return []; // Ended meanwhile, or another user's.
      }
    })
    .filter((line) => line !== ""); // A process that has ended, and whose parent has not looked yet.
}
