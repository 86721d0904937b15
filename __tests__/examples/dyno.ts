import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Interpreters } from "../../src/python/interpreters.js";
import { SILENT, type Context } from "../../src/ports.js";
import { run } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { createTools } from "../../src/tools/tools.js";
import { freePort, type Config } from "./storage.js";

/** An app as it would be in its slug: its files, and an environment with what its requirements.txt locks. */
export interface Slug {
  /** A new dyno of it, with an empty /tmp of its own. */
  dyno(): Dyno;
  /** Runs one of the app's Python programs, or another by its absolute path; fails if that fails. */
  python(...args: readonly string[]): Promise<void>;
  /** What a piece of Python prints, with the app's modules at hand. */
  evaluate(code: string): Promise<string>;
  remove(): void;
}

export interface Dyno {
  /** What the dyno has in /tmp/models. */
  models(): string[];
  /** Absolute path of a file in /tmp/models. */
  path(name: string): string;
  /** Starts the Procfile's web process, with two workers, on a free port. Does not wait for it. */
  web(config: Config): Promise<Web>;
  /** Runs the Procfile's release command to its end. */
  release(config: Config): Promise<{ readonly code: number | null; readonly log: string }>;
}

export interface Web {
  /** What is answered to a request; waits until the port is bound. */
  get(path: string): Promise<Response>;
  post(path: string, body: unknown): Promise<Response>;
  /** Waits until a GET is answered with that status. */
  until(path: string, status: number): Promise<Response>;
  log(): string;
  /** Process ids of gunicorn's workers. */
  workers(): number[];
  /** As Heroku ends a dyno: SIGTERM, then after 30 s SIGKILL. Gives the exit code; null if it had to be killed. */
  stop(): Promise<number | null>;
}

const MINORS = ["3.12", "3.13", "3.14"];

async function findPython(context: Context): Promise<string> {
  for (const minor of MINORS) {
    const found = await new Interpreters(context).find(minor);
    if (found !== null) return found.path;
  }
  throw new Error(`This needs a CPython of one of: ${MINORS.join(", ")}.`);
}

/** Installs the app of a directory from PyPI, by uv, with the hashes checked. */
export async function install(directory: string): Promise<Slug> {
  const root = mkdtempSync(join(tmpdir(), "slugdiff-dyno-"));
  const app = join(root, "app");
  cpSync(directory, app, { recursive: true });
  const toolsDir = join(tmpdir(), "slugdiff-test-tools");
  mkdirSync(toolsDir, { recursive: true });
  const signal = new AbortController().signal;
  const context: Context = { scratch: root, progress: SILENT, signal, env: process.env, toolsDir };
  const uv = await createTools(context).uv();
  const python = await findPython(context);
  const venv = join(root, "venv");
  const env = { ...toolEnvironment(process.env), VIRTUAL_ENV: venv };
  for (const args of [
    ["venv", "--quiet", "--python", python, venv],
    ["pip", "sync", "--quiet", "--require-hashes", join(app, "requirements.txt")],
  ]) {
    const { code, stderr } = await run(uv, args, { cwd: root, env, signal });
    if (code !== 0) throw new Error(`uv ${args.join(" ")} failed: ${stderr}`);
  }
  const path = [join(venv, "bin"), process.env.PATH ?? ""].join(delimiter);
  const commands = procfile(app);
  const evaluate = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(join(venv, "bin/python"), args, { cwd: app, env: { PATH: path }, signal });
    if (code !== 0) throw new Error(`python ${args.join(" ")} failed: ${stderr}`);
    return stdout.toString();
  };
  return {
    dyno: () => startDyno({ app, path, commands, tmp: mkdtempSync(join(root, "tmp-")) }),
    python: async (...args) => {
      await evaluate(args);
    },
    evaluate: (code) => evaluate(["-c", code]),
    remove: () => {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function procfile(app: string): { web: string; release: string } {
  const commands = new Map(
    readFileSync(join(app, "Procfile"), "utf8")
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const [web, release] = [commands.get("web"), commands.get("release")];
  if (web === undefined || release === undefined) throw new Error("The Procfile has no web or no release command.");
  return { web, release };
}

interface Parts {
  readonly app: string;
  readonly path: string;
  readonly commands: { readonly web: string; readonly release: string };
  readonly tmp: string;
}

function startDyno({ app, path, commands, tmp }: Parts): Dyno {
  const models = join(tmp, "models");
  /** Nothing of the machine's environment but what a dyno has too. */
  const start = (command: string, config: Config): { child: ChildProcess; log: () => string } => {
    const child = spawn("bash", ["-c", command], {
      cwd: app,
      env: { PATH: path, HOME: tmp, TMPDIR: tmp, WEB_CONCURRENCY: "2", ...config },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // A process group of its own, so that all of it can be ended.
    });
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (log += text.toString()));
    return { child, log: () => log };
  };
  return {
    models: () => {
      try {
        return readdirSync(models).sort();
      } catch {
        return [];
      }
    },
    path: (name) => join(models, name),
    release: async (config) => {
      const { child, log } = start(commands.release, config);
      await once(child, "close");
      return { code: child.exitCode, log: log() };
    },
    web: async (config) => {
      const port = await freePort();
      const { child, log } = start(commands.web, { PORT: String(port), ...config });
      return webOf(child, log, `http://127.0.0.1:${port}`);
    },
  };
}

interface Question {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function webOf(child: ChildProcess, log: () => string, origin: string): Web {
  const ask = async (path: string, init: Question = {}): Promise<Response> => {
    for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
      try {
        return await fetch(`${origin}${path}`, { ...init, headers: { ...init.headers, connection: "close" } });
      } catch {
        await sleep(50); // The port is not bound yet.
      }
    }
    throw new Error(`No answer from ${path}: ${log()}`);
  };
  const get = (path: string): Promise<Response> => ask(path);
  return {
    get,
    post: (path, body) =>
      ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    until: async (path, status) => {
      for (let tries = 0; tries < 600; tries++) {
        const response = await get(path);
        if (response.status === status) return response;
        await sleep(50);
      }
      throw new Error(`${path} is not answered with ${status}: ${log()}`);
    },
    log,
    workers: () => {
      const { pid } = child;
      return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
        .trim()
        .split(" ")
        .map(Number);
    },
    stop: async () => {
      if (child.exitCode !== null || child.pid === undefined) return child.exitCode;
      const ended = once(child, "close");
      const group = -child.pid;
      process.kill(child.pid, "SIGTERM");
      const late = setTimeout(() => process.kill(group, "SIGKILL"), 30_000);
      await ended;
      clearTimeout(late);
      return child.exitCode;
    },
  };
}
