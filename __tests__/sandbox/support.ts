import { spawn, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  copyFile,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SILENT } from "../../src/ports.js";
import { removeTree } from "../../src/system/remove-tree.js";
import { run } from "../../src/system/run.js";
import { createTools } from "../../src/tools/tools.js";

/** Somebody who weighs an app. */
export interface Persona {
  readonly title: string;
  /** What is put before the command that weighs. */
  readonly through: readonly string[];
  readonly uid: number;
  /** Directories that come first on PATH. */
  readonly path: readonly string[];
}

export const NOBODY = 65534;

/** A job as it is on a runner, with everything in it that somebody might want. */
export interface Scene {
  readonly root: string;
  /** Directory with the app's files. */
  readonly app: string;
  readonly temp: string;
  readonly persona: Persona;
  readonly env: Readonly<Record<string, string>>;
  /** What the job's secrets have in common. */
  readonly mark: string;
  /** Files that hold a secret, or that the runner acts upon. */
  readonly planted: readonly string[];
  /** sha256 of all of them, by path. */
  fingerprint(): Promise<Record<string, string>>;
  remove(): Promise<void>;
}

const signal = new AbortController().signal;
const TOOLS = join(tmpdir(), "slugdiff-test-tools");

/** Tools are fetched once, by whoever runs the tests, and read by everybody. */
async function fetchTools(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "slugdiff-sandbox-"));
  try {
    const tools = createTools({ scratch, progress: SILENT, signal, env: process.env, toolsDir: TOOLS });
    await Promise.all([tools.uv(), tools.pipLibrary()]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @param index address of a server, to be found in the environment with a password */
export async function createScene(
  persona: Persona,
  index: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  await fetchTools();
  const root = await realpath(await mkdtemp(join(tmpdir(), "slugdiff-sandbox-")));
  const mark = `planted-${randomBytes(8).toString("hex")}`;
  const secret = (): string => `${mark}-${randomBytes(8).toString("hex")}`;
  const at = (...path: string[]): string => join(root, ...path);
  const commands = ["set_env_1", "add_path_1", "set_output_1", "step_summary_1", "save_state_1"];
  const planted: Record<string, string> = {
    "work/app/.git/config": `[core]\n\trepositoryformatversion = 0\n[http]\n\textraheader = AUTHORIZATION: basic ${secret()}\n`,
    "work/_temp/_github_workflow/event.json": `{"secret": "${secret()}"}`,
    ...Object.fromEntries(commands.map((name) => [`work/_temp/_runner_file_commands/${name}`, `A=${secret()}\n`])),
    "home/.netrc": `machine example.org login me password ${secret()}\n`,
    "home/.docker/config.json": `{"auths": {"example.org": {"auth": "${secret()}"}}}`,
    "home/.config/uv/credentials.toml": `# ${secret()}\n`,
    "home/.config/pip/pip.conf": `[global]\n# ${secret()}\n`,
    "home/.git-credentials": `https://me:${secret()}@example.org\n`,
    "home/.ssh/id_ed25519": secret(),
    "uv-cache/archive-v0/abc/module.py": `# ${secret()}\n`,
  };
  await run("git", ["init", "--quiet", at("work/app")], { env: process.env, signal });
  const given = Object.fromEntries(Object.entries(files).map(([path, text]) => [`work/app/${path}`, text]));
  for (const [path, text] of Object.entries({ ...planted, ...given })) {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  }
  for (const name of ["cache", "scratch"]) await mkdir(at(name));
  await symlink(TOOLS, at("cache/tools"));
  await chownAll(root, persona.uid);
  const [env_1 = "", path_1 = "", output_1 = "", summary_1 = "", state_1 = ""] = commands.map((name) =>
    at("work/_temp/_runner_file_commands", name),
  );
  const paths = Object.keys(planted).map((path) => at(path));
  return {
    root,
    app: at("work/app"),
    temp: at("scratch"),
    persona,
    mark,
    planted: paths,
    env: {
      PATH: [...persona.path, "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"].join(":"),
      HOME: at("home"),
      LANG: "C.UTF-8",
      RUNNER_TEMP: at("scratch"),
      GITHUB_WORKSPACE: at("work/app"),
      GITHUB_EVENT_PATH: at("work/_temp/_github_workflow/event.json"),
      GITHUB_ENV: env_1,
      GITHUB_PATH: path_1,
      GITHUB_OUTPUT: output_1,
      GITHUB_STEP_SUMMARY: summary_1,
      GITHUB_STATE: state_1,
      GITHUB_TOKEN: secret(),
      ACTIONS_RUNTIME_TOKEN: secret(),
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret(),
      "INPUT_GITHUB-TOKEN": secret(),
      DEPLOY: secret(),
      NETRC: at("home/.netrc"),
      DOCKER_CONFIG: at("home/.docker"),
      PIP_EXTRA_INDEX_URL: index.replace("//", `//me:${secret()}@`),
      UV_INDEX_PRIVATE_PASSWORD: secret(),
      HTTPS_PROXY: `http://me:${secret()}@127.0.0.1:9`,
      UV_CACHE_DIR: at("uv-cache"),
    },
    fingerprint: async () =>
      Object.fromEntries(
        await Promise.all(
          paths.map(async (path) => {
            const content = await readFile(path);
            return [path, createHash("sha256").update(content).digest("hex")] as const;
          }),
        ),
      ),
    remove: () => removeTree(root),
  };
}

async function chownAll(path: string, uid: number): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await lchown(path, uid, uid);
  const entries = await readdir(path, { withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) await chownAll(join(path, entry.name), uid);
    else await lchown(join(path, entry.name), uid, uid);
  }
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts to resolve and install the scene's app. */
export function startWeighing({ persona, app, root, env }: Scene, kind = "sandbox"): ChildProcess {
  const command = [...persona.through, process.execPath, `--import=${here("../../scripts/typescript.mjs")}`];
  const [program, ...args] = [...command, here("./weigh.ts"), app, join(root, "cache"), kind];
  return spawn(program, args, { cwd: app, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
}

/** What `weigh.ts` answers. */
export async function weighed(scene: Scene, kind = "sandbox"): Promise<unknown> {
  const child = startWeighing(scene, kind);
  const [stdout, stderr] = [child.stdout, child.stderr].map(async (stream) => {
    let text = "";
    for await (const chunk of stream ?? []) text += String(chunk);
    return text;
  });
  await once(child, "close");
  const text = (await stdout) ?? "";
  if (text === "") throw new Error(await stderr);
  return JSON.parse(text);
}

/** Somebody on this machine to whom stolen goods are sent. */
export interface Listener {
  readonly url: string;
  /** All that has come. */
  readonly received: readonly string[];
  /** Kept when something has come. */
  readonly first: Promise<void>;
  /** Kept when nobody who sent something lives any more. */
  readonly gone: Promise<void>;
  close(): void;
}

export async function listen(): Promise<Listener> {
  const received: string[] = [];
  let tell = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let end = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      received.push(body);
      request.socket.once("close", end);
      tell();
      response.end();
    });
  });
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    first,
    gone,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Makes a source archive in a directory, and gives its path. Its backend lies in its own tree, so nothing is fetched to build it. */
export async function makeArchive(
  directory: string,
  name: string,
  backend: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const base = `${name}-1.0`;
  const tree = join(directory, base);
  await mkdir(tree, { recursive: true });
  await writeFile(
    join(tree, "pyproject.toml"),
    `[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n`,
  );
  await copyFile(here(backend), join(tree, "backend.py"));
  for (const [path, text] of Object.entries(files)) await writeFile(join(tree, path), text);
  const file = join(directory, `${base}.tar.gz`);
  const fixed = ["--sort=name", "--mtime=@1577836800", "--owner=0", "--group=0", "--numeric-owner"];
  const { code, stderr } = await run("tar", ["-czf", file, ...fixed, "-C", directory, base], {
    env: process.env,
    signal,
  });
  if (code !== 0) throw new Error(stderr);
  await rm(tree, { recursive: true });
  return file;
}

/** What a hostile archive is to do, and to whom it tells. */
export interface Orders {
  /** Does its build never end? */
  readonly sleep?: boolean;
  /** Links that it puts into the slug root, by path. */
  readonly traps?: Readonly<Record<string, string>>;
}

/** Gives the scene's app a requirement on a hostile archive. `stray` is in the command line of what that leaves behind. */
export async function requireHostile(
  scene: Scene,
  listener: Listener,
  orders: Orders = {},
): Promise<{ stray: string }> {
  const stray = `stray-${randomBytes(8).toString("hex")}`;
  const { mark, planted } = scene;
  const all = {
    mark: [mark.slice(0, 4), mark.slice(4)],
    name: "hostile",
    version: "1.0",
    requires: [],
    listener: listener.url,
    stray,
    pid: process.pid,
    read: planted,
    write: planted,
    ...orders,
  };
  const files = join(scene.app, "files");
  await makeArchive(files, "hostile", "hostile_backend.py", { "orders.json": JSON.stringify(all) });
  await writeFile(join(scene.app, "requirements.txt"), "--no-index\n--find-links files\nhostile\n");
  return { stray };
}

/** Makes a repository with these files, and serves it by Git's plain HTTP. */
export async function serveRepository(
  directory: string,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; close(): void }> {
  const git = async (...args: string[]): Promise<void> => {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
    const { code, stderr } = await run("git", [...identity, ...args], { env: process.env, signal });
    if (code !== 0) throw new Error(stderr);
  };
  const [tree, bare] = [join(directory, "tree"), join(directory, "repository.git")];
  await mkdir(tree, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(tree, path), text);
  await git("init", "--quiet", tree);
  await git("-C", tree, "add", "--all");
  await git("-C", tree, "commit", "--quiet", "--message", "first");
  await git("clone", "--quiet", "--bare", tree, bare);
  await git("-C", bare, "update-server-info");
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://localhost").pathname;
    readFile(join(directory, path)).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/repository.git`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Ids of processes whose command line holds a text. */
export async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => [pid, await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")] as const),
  );
  return lines.filter(([, line]) => line.includes(text)).map(([pid]) => pid);
}

/** Mounts of this process's namespace that hold a text. */
export async function mountsWith(text: string): Promise<string[]> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  return mounts.split("\n").filter((line) => line.includes(text));
}
