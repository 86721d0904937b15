import { execFileSync, spawn, type ChildProcessByStdio } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import { SILENT, type Context } from "../src/ports.js";
import { Interpreters, type Interpreter } from "../src/python/interpreters.js";
import { createTools } from "../src/tools/tools.js";
import { serveIndex, type CountingIndex, type IndexOptions, type IndexSource, type Traffic } from "./index-server.js";
import { mirror, upstreamOf } from "./mirror.js";

/** Everything is resolved as of this moment. */
export const CUTOFF = "2026-11-01T00:00:00Z";

/** The minor version of Python that all apps are for. */
export const PYTHON = "3.12";

/** What installs and resolves for the machine that apps run on, in uv's words. */
export const TARGET = ["--python-version", PYTHON, "--python-platform", "x86_64-manylinux_2_39"] as const;

/** Files by path: their content, a file to move there, or null for one that is removed. */
export type Files = Readonly<Record<string, string | { readonly from: string } | null>>;

const Took = z.object({
  status: z.number(),
  start: z.number(),
  wall: z.number(),
  cpu: z.number(),
  own: z.number(),
  tree: z.number(),
});

/** What a command took: seconds, and bytes of memory. */
export type Took = z.infer<typeof Took>;

const Event = z.discriminatedUnion("event", [
  z.object({ event: z.literal("start"), pid: z.number(), at: z.number() }),
  z.object({ event: z.literal("weigh"), bytes: z.number() }),
  z.object({
    event: z.literal("spawn"),
    at: z.number(),
    file: z.string(),
    args: z.array(z.string()),
    installed: z.array(z.string()),
  }),
  z.object({ event: z.literal("exit"), pid: z.number(), memory: z.number() }),
]);

/** A child process that the program started. */
export interface Child {
  /** Seconds after the program was started. */
  readonly after: number;
  readonly file: string;
  readonly args: readonly string[];
  /** Names of what it was to install. */
  readonly installed: readonly string[];
}

/** One run of the program. */
export interface Run extends Took, Traffic {
  readonly children: readonly Child[];
  /** Bytes of content that went to the compressor. */
  readonly compressed: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The report as JSON; null if none was written. */
  readonly report: unknown;
}

/** How one run is made. */
export interface Comparison {
  readonly repository: string;
  readonly base: string;
  readonly head: string;
  /** The program's cache, by `newCache`. */
  readonly cache: string;
  /** uv's; default: the one that has everything. */
  readonly uvCache?: string;
  /** Nothing answers: neither the index nor anything else. */
  readonly offline?: boolean;
}

/** Where measurements are taken: an index of its own, tools that are there already, and directories that are gone at the end. */
export interface Lab {
  readonly root: string;
  readonly python: Interpreter;
  /** Absolute path of the pinned uv. */
  readonly uv: string;
  readonly index: CountingIndex;
  /** A directory that is there and empty. */
  directory(name: string): string;
  /** A cache for the program with the tools in it, and with the layers of another one if that is given. */
  newCache(like?: string): string;
  /** A repository with one branch for each of the revisions, the first of which the others branch off from. */
  repository(revisions: Readonly<Record<string, Files>>): string;
  /** Runs uv, or anything else in the program's environment; gives what it printed, and throws if it fails. */
  start(command: string, args: readonly string[], options?: StartOptions): Promise<string>;
  measure(command: string, args: readonly string[], options?: StartOptions): Promise<Measured>;
  compare(comparison: Comparison): Promise<Run>;
  close(): void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Measured {
  readonly took: Took;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LabOptions extends IndexOptions {
  /** What the index has; default: what the machine's own index has, kept in `kept` once it was fetched. */
  readonly source?: (root: string, python: string) => IndexSource;
  /** Directory that the bundle is in. */
  readonly dist?: string;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The bundle that is measured. */
export const DIST = process.env.SLUGDIFF_DIST ?? here("../dist");

/** What is kept between runs: tools, and what was fetched from the machine's own index. */
function keptDirectory(): string {
  const cache = process.env.XDG_CACHE_HOME ?? "";
  return join(cache === "" ? join(homedir(), ".cache") : cache, "slugdiff-bench");
}

/** The machine's own index, as far as it was ever asked. */
export function keptMirror(python: string): IndexSource {
  return mirror(join(keptDirectory(), "mirror"), upstreamOf(python), CUTOFF, python);
}

/** Nothing listens there: whatever is not on this machine is out of reach at once. */
const NOWHERE = "http://127.0.0.1:9";

export async function openLab({ source, dist = DIST, ...options }: LabOptions = {}): Promise<Lab> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "slugdiff-bench-")));
  const remove = (): void => {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  };
  process.on("exit", remove); // Gigabytes may lie there.
  const kept = keptDirectory();
  const toolsDir = join(kept, "tools");
  mkdirSync(toolsDir, { recursive: true });
  const signal = new AbortController().signal;
  const context: Context = { scratch: root, progress: SILENT, signal, env: process.env, toolsDir };
  const tools = createTools(context);
  const python = await new Interpreters(context).find(PYTHON);
  if (python === null) throw new Error(`The benchmarks need a Python ${PYTHON}, for instance one of pyenv's.`);
  const uv = await tools.uv();
  await tools.pipLibrary();
  const made = source?.(root, python.path) ?? keptMirror(python.path);
  const index = await serveIndex(made, options);

  const directory = (name: string): string => mkdtempSync(join(root, `${name}-`));
  const temporary = directory("tmp");
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PIP_|UV_|NODE_|npm_|.*_proxy$)/i.test(name));
  // As where one Python was set up: the wrappers of version managers take longer than what is measured.
  const path = (process.env.PATH ?? "").split(delimiter).filter((each) => !/\bshims\/?$/.test(each));
  const environment: Record<string, string> = {
    ...Object.fromEntries(inherited.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    PATH: [dirname(python.path), ...path].join(delimiter),
    PIP_CACHE_DIR: directory("pip-cache"),
    PIP_CONFIG_FILE: "/dev/null",
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_INDEX_URL: index.url,
    UV_CACHE_DIR: directory("uv-cache"),
    UV_DEFAULT_INDEX: index.url,
    UV_PYTHON_DOWNLOADS: "never",
    RUNNER_TEMP: temporary,
    TMPDIR: temporary,
    ...Object.fromEntries(["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name) => [name, NOWHERE])),
    ...Object.fromEntries(["no_proxy", "NO_PROXY"].map((name) => [name, "127.0.0.1"])),
  };
  let count = 0;

  const measure: Lab["measure"] = async (command, args, { cwd = root, env = {} } = {}) => {
    const output = join(root, `took-${String(count++)}.json`);
    const child = spawn("python3", [here("measure.py"), output, command, ...args], {
      cwd,
      env: { ...environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = await collect(child);
    const took = Took.parse(JSON.parse(readFileSync(output, "utf8")));
    rmSync(output);
    return { took, stdout: printed.stdout, stderr: printed.stderr };
  };

  const start: Lab["start"] = async (command, args, { cwd = root, input = "", env = {} } = {}) => {
    const child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    const output = collect(child);
    child.stdin.end(input);
    const { status, stdout, stderr } = await output;
    if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
    return stdout;
  };

  const help = await start(process.execPath, [join(dist, "cli/index.js"), "compare", "--help"]);
  // Bundles of before that option give no advice.
  const noAdvice = help.includes("--advice-time") ? ["--advice-time", "0"] : [];

  const compare: Lab["compare"] = async ({ repository, base, head, cache, uvCache, offline = false }) => {
    const log = join(root, `log-${String(count++)}.jsonl`);
    const report = join(root, "report.json");
    rmSync(report, { force: true });
    writeFileSync(log, "");
    index.refuse(offline);
    index.traffic();
    const { took, ...printed } = await measure(
      process.execPath,
      [
        ...[join(dist, "cli/index.js"), "compare", "--repo", repository, "--base", base, "--head", head],
        ...["--cache-dir", cache, "--cutoff", CUTOFF, ...noAdvice, "--format", "markdown", "--output", report],
      ],
      {
        env: {
          NODE_OPTIONS: `--import=${pathToFileURL(here("observe.mjs")).href}`,
          SLUGDIFF_BENCH_LOG: log,
          ...(uvCache === undefined ? {} : { UV_CACHE_DIR: uvCache }),
        },
      },
    );
    index.refuse(false);
    const events = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Event.parse(JSON.parse(line)));
    rmSync(log);
    const main = events.find(({ event }) => event === "start");
    const exit = events.find((event) => event.event === "exit" && main?.event === "start" && event.pid === main.pid);
    return {
      ...took,
      ...index.traffic(),
      ...printed,
      own: exit?.event === "exit" ? exit.memory : took.own,
      compressed: events.reduce((total, event) => total + (event.event === "weigh" ? event.bytes : 0), 0),
      children: events.flatMap((event) =>
        event.event === "spawn"
          ? [{ after: event.at - took.start, file: event.file, args: event.args, installed: event.installed }]
          : [],
      ),
      report: took.status === 0 || took.status === 1 ? JSON.parse(readFileSync(report, "utf8")) : null,
    };
  };

  return {
    root,
    python,
    uv,
    index,
    directory,
    newCache: (like) => {
      const cache = directory("cache");
      symlinkSync(toolsDir, join(cache, "tools"));
      if (like !== undefined) {
        cpSync(like, cache, {
          recursive: true,
          preserveTimestamps: true,
          filter: (path) => path !== join(like, "tools"),
        });
      }
      return cache;
    },
    repository: (revisions) => {
      const path = directory("repository");
      const git = (...args: string[]): void => {
        const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@example.com", "-c", "commit.gpgsign=false"];
        // What is large here was made to be hard to compress: git need not try.
        const fast = ["-c", "core.compression=0", "-c", "core.bigFileThreshold=16m", "-c", "gc.auto=0"];
        execFileSync("git", ["-C", path, ...identity, ...fast, ...args], { env: environment });
      };
      git("init", "--quiet", "--initial-branch=main");
      for (const [at, [branch, files]] of Object.entries(revisions).entries()) {
        if (at > 0) git("checkout", "--quiet", "-b", branch, "main");
        for (const [name, content] of Object.entries(files)) {
          const file = join(path, name);
          mkdirSync(dirname(file), { recursive: true });
          if (content === null) rmSync(file);
          else if (typeof content === "string") writeFileSync(file, content);
          else renameSync(content.from, file);
        }
        git("add", "--all");
        git("commit", "--quiet", "--allow-empty", `--message=${branch}`);
      }
      return path;
    },
    start,
    measure,
    compare,
    close: () => {
      index.close();
      process.off("exit", remove);
      remove();
    },
  };
}

type Readers = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** What a child process printed, and its exit status, once it has ended. */
function collect(child: Readers): Promise<{ status: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const printed = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
    child.on("error", reject).on("close", (status) => {
      resolve({ status, ...printed });
    });
  });
}
