import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Resolution } from "../../src/model/resolution.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { minorOf, type Target } from "../../src/model/target.js";
import { BUILDPACK } from "../../src/platforms/buildpack.js";
import { type Context, SILENT } from "../../src/ports.js";
import { Interpreters, type Interpreter } from "../../src/python/interpreters.js";
import { resolve, type ResolveRequest } from "../../src/resolve/resolve.js";
import { SideError } from "../../src/errors.js";
import { run, type RunResult } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import { createAnswers } from "../../src/store/answers.js";
import { NO_STORE } from "../../src/store/store.js";
import { createTools, type Tools } from "../../src/tools/tools.js";

const signal = new AbortController().signal;

/** What the tests resolve with: real tools, a Python that is there, directories of their own. */
export interface World {
  readonly root: string;
  readonly context: Context;
  readonly tools: Tools;
  /** Of a minor version that Heroku supports. */
  readonly interpreter: Interpreter;
  /** For that very Python, so that pip under it is an oracle. */
  readonly target: Target;
  /** Makes an app of files by path, and gives its directory. */
  app(files: Readonly<Record<string, string>>): Promise<string>;
  resolve(app: string, manager: PackageManagerName, change?: Change): Promise<Resolution>;
  /** The error that resolving ends with. Throws if it does not end with a SideError. */
  refusal(app: string, manager: PackageManagerName, change?: Change): Promise<SideError>;
  /** Runs a program in a directory, with the tools' environment; throws if it fails. */
  start(command: string, args: readonly string[], cwd: string, env?: Context["env"]): Promise<RunResult>;
  remove(): Promise<void>;
}

type Change = Partial<Omit<ResolveRequest, "app" | "manager">> & { readonly env?: Context["env"] };

/** A moment of which PyPI's files do not change any more. */
export const CUTOFF = "2026-06-01T00:00:00Z";

export async function createWorld(): Promise<World> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "slugdiff-resolve-")));
  const toolsDir = join(tmpdir(), "slugdiff-test-tools");
  const contextWith = async (env: Context["env"] = {}): Promise<Context> => ({
    scratch: await mkdtemp(join(root, "scratch-")),
    progress: SILENT,
    signal,
    env: { ...process.env, ...env },
    toolsDir,
  });
  const context = await contextWith();
  const interpreter = await anyInterpreter(context);
  const minor = minorOf(interpreter.version);
  const target: Target = {
    stack: "heroku-24",
    python: { full: interpreter.version, minor },
    pythonFrom: ".python-version",
  };
  const tools = createTools(context);
  const resolveIn: World["resolve"] = async (app, manager, { env, ...change } = {}) =>
    resolve(
      {
        ...{ app, manager, target, interpreter, cutoff: CUTOFF, building: { kind: "here" } },
        answers: createAnswers(NO_STORE),
        ...change,
      },
      tools,
      await contextWith(env),
    );
  return {
    root,
    context,
    tools,
    interpreter,
    target,
    app: async (files) => {
      const app = await mkdtemp(join(root, "app-"));
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(app, path)), { recursive: true });
        await writeFile(join(app, path), text);
      }
      return app;
    },
    resolve: resolveIn,
    refusal: async (app, manager, change) => {
      const error = await resolveIn(app, manager, change).then(
        ({ distributions }) => new Error(`nothing was refused: ${distributions.map(({ name }) => name).join(", ")}`),
        (reason: unknown) => reason,
      );
      if (error instanceof SideError) return error;
      throw error;
    },
    start: async (command, args, cwd, env = {}) => {
      const result = await run(command, args, { cwd, env: { ...toolEnvironment(process.env), ...env }, signal });
      if (result.code !== 0) throw new Error(`${command} failed: ${result.stderr}${result.stdout.toString()}`);
      return result;
    },
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** 3.12 if there is one: then setuptools is among what Heroku pre-installs. */
async function anyInterpreter(context: Context): Promise<Interpreter> {
  const minors = ["3.12", ...Object.keys(BUILDPACK.python.latest)];
  for (const minor of minors) {
    const found = await new Interpreters(context).find(minor);
    if (found !== null) return found;
  }
  throw new Error(`These tests need a CPython of one of ${minors.join(", ")}.`);
}

/** A distribution to be made: a wheel, or a source archive whose build fails. */
export interface Made {
  readonly name: string;
  readonly version: string;
  /** Its top-level package, if it is called otherwise. */
  readonly module?: string;
  readonly requires?: readonly string[];
  readonly extras?: readonly string[];
  readonly tag?: string;
  readonly python?: string;
  readonly sdist?: boolean;
  /** Of text in a wheel, half of which is left when it is packed. */
  readonly bytes?: number;
  /** A source archive that does not state its metadata. */
  readonly dynamic?: boolean;
}

/** Makes distributions, and gives the directory that they are in. */
export async function make(world: World, items: readonly Made[]): Promise<string> {
  const directory = await mkdtemp(join(world.root, "files-"));
  const script = fileURLToPath(new URL("./make_distributions.py", import.meta.url));
  const result = await run(world.interpreter.path, [script], {
    env: process.env,
    input: JSON.stringify({ directory, items }),
    signal,
  });
  if (result.code !== 0) throw new Error(result.stderr);
  return directory;
}

/** A package index on the loopback interface. */
export interface Index {
  /** URL of its simple index, without credentials. */
  readonly url: string;
  /** URL of one of its files. */
  file(name: string): string;
  /** Names whose pages were asked for since it was last called, sorted. */
  asked(): string[];
  close(): void;
}

export interface IndexOptions {
  /** RFC 3339; null for an index that does not say. */
  readonly uploaded?: string | null;
  /** Names of files that are yanked. */
  readonly yanked?: readonly string[];
  /** `user:password` that is asked for. */
  readonly credentials?: string;
  /** Text that every page consists of, instead. */
  readonly garbage?: string;
}

/** Serves a directory's files with the JSON form of the simple index (PEP 691, PEP 700). */
export async function serve(directory: string, options: IndexOptions = {}): Promise<Index> {
  const { uploaded = "2024-01-01T00:00:00.000000Z", yanked = [], credentials, garbage } = options;
  const asked = new Set<string>();
  const server: Server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const wanted = `Basic ${Buffer.from(credentials ?? "").toString("base64")}`;
      if (credentials !== undefined && request.headers.authorization !== wanted) {
        response.writeHead(401, { "www-authenticate": "Basic" }).end();
        return;
      }
      const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "");
      const [, kind = "", name = ""] = path.split("/");
      if (kind === "simple") asked.add(name);
      const names = await readdir(directory);
      if (kind === "files" && names.includes(name)) {
        response.writeHead(200, { "content-type": "application/octet-stream" });
        response.end(request.method === "HEAD" ? undefined : await readFile(join(directory, name)));
        return;
      }
      const files = names.filter((file) => (file.split("-")[0] ?? "").replaceAll("_", "-") === name).sort();
      if (garbage === undefined && (kind !== "simple" || files.length === 0)) {
        response.writeHead(404).end();
        return;
      }
      const listed = await Promise.all(
        files.map(async (filename) => {
          const content = await readFile(join(directory, filename));
          return {
            filename,
            url: `/files/${encodeURIComponent(filename)}`,
            hashes: { sha256: createHash("sha256").update(content).digest("hex") },
            size: content.length,
            ...(uploaded === null ? {} : { "upload-time": uploaded }),
            ...(yanked.includes(filename) ? { yanked: "withdrawn" } : {}),
          };
        }),
      );
      const page = { meta: { "api-version": "1.1" }, name, versions: [], files: listed };
      response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" });
      response.end(garbage ?? JSON.stringify(page));
    };
    answer().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/simple`,
    file: (name) => `${origin}/files/${encodeURIComponent(name)}`,
    asked: () => {
      const names = [...asked].sort();
      asked.clear();
      return names;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `name==version` of each distribution, with the file it comes from. */
export function summary({ distributions }: Resolution): string[] {
  return distributions.map(({ name, version, source }) => {
    const from = "filename" in source ? source.filename : source.kind;
    return `${name}==${version ?? "?"} ${from}`;
  });
}
