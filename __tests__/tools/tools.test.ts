import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { UserError } from "../../src/errors.js";
import { BUILDPACK } from "../../src/platforms/buildpack.js";
import { type Context, SILENT } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";
import { run } from "../../src/system/run.js";
import { toolEnvironment } from "../../src/tools/environment.js";
import OWN from "../../src/tools/own.json" with { type: "json" };
import { createTools } from "../../src/tools/tools.js";

const version = BUILDPACK.tools;
const signal = new AbortController().signal;

let root: string;
/** One directory of tools for the tests that do not mind what is there. */
let shared: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "slugdiff-tools-"));
  shared = join(root, "shared");
});
// The process that was killed may have left one that still writes.
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 }));

function context(toolsDir: string, env: Context["env"] = {}): Context {
  return { scratch: root, progress: SILENT, signal, env: { ...process.env, ...env }, toolsDir };
}

async function say(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, {
    env: { ...toolEnvironment(process.env), ...env },
    signal,
  });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout.toString().trim();
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** A directory with one program in it, to be put on PATH. */
async function program(name: string, script: string): Promise<string> {
  const directory = await mkdtemp(join(root, "bin-"));
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return directory;
}

const before = (directory: string): Context["env"] => ({ PATH: `${directory}:${process.env.PATH ?? ""}` });

describe("the tools are fetched at Heroku's versions", () => {
  test("uv", async () => {
    expect(await say(await createTools(context(shared)).uv(), ["--version"])).toContain(`uv ${version.uv} `);
  });

  test("pip, with its own packaging", async () => {
    const python = await new Interpreters(context(shared)).findAny("3.10");
    const library = await createTools(context(shared)).pipLibrary();
    const script = "import pip, pip._vendor.packaging.tags; print(pip.__version__, pip.__file__)";
    const printed = await say(python?.path ?? "", ["-c", script], { PYTHONPATH: library });
    expect(printed).toBe(`${version.pip} ${join(library, "pip/__init__.py")}`);
  });

  test("Poetry with its export plugin, Pipenv, and deptry at ours, wherever their directory is moved", async () => {
    const tools = createTools(context(join(root, "here")));
    const paths = await Promise.all([tools.poetry(), tools.pipenv(), tools.deptry()]);
    await rename(join(root, "here"), join(root, "there"));
    const [poetry = "", pipenv = "", deptry = ""] = paths.map((path) => path.replace("/here/", "/there/"));
    expect(await say(poetry, ["--version"])).toBe(`Poetry (version ${version.poetry})`);
    expect(await say(poetry, ["export", "--help"])).toContain("--without-hashes");
    expect(await say(pipenv, ["--version"])).toBe(`pipenv, version ${version.pipenv}`);
    expect(await say(deptry, ["--version"])).toBe(`deptry ${OWN.deptry}`);
  });

  test("once a run, however many ask at a time, and once for all runs", async () => {
    const titles: string[] = [];
    const start = (title: string): ReturnType<typeof SILENT.start> => {
      titles.push(title);
      return SILENT.start(title);
    };
    const own = { ...context(join(root, "once")), progress: { ...SILENT, start } };
    const tools = createTools(own);
    const paths = await Promise.all([tools.uv(), tools.uv(), tools.pipLibrary().then(() => tools.uv())]);
    expect(new Set(paths).size).toBe(1);
    expect(await createTools(own).uv()).toBe(paths[0]);
    expect(titles).toEqual([`Fetching uv ${version.uv}`, `Fetching pip ${version.pip}`]);
  });
});

describe("what is on PATH", () => {
  test("is used at the very version", async () => {
    const bin = await program("uv", `echo 'uv ${version.uv} (x86_64-unknown-linux-gnu)'`);
    expect(await createTools(context(join(root, "unused"), before(bin))).uv()).toBe(join(bin, "uv"));
  });

  test.each([
    ["of a version that merely starts alike", `echo 'uv ${version.uv}1'`],
    ["that is broken", "exit 3"],
  ])("is not used if it is a uv %s", async (_, script) => {
    const bin = await program("uv", script);
    expect((await createTools(context(shared, before(bin))).uv()).startsWith(shared)).toBe(true);
  });

  test("is not used if it is a Poetry without the plugin", async () => {
    const bin = await program("poetry", `[ "$1" = --version ] && echo 'Poetry (version ${version.poetry})'`);
    expect((await createTools(context(join(root, "there"), before(bin))).poetry()).startsWith(root)).toBe(true);
  });
});

describe("what can go wrong is one line and a hint", () => {
  test("an index that serves another file than the pinned one is refused, and nothing is kept", async () => {
    const wheel = `uv-${version.uv}-py3-none-any.whl`;
    const server = createServer((request, response) => {
      response.setHeader("content-type", request.url?.endsWith(".whl") ? "application/zip" : "text/html");
      response.end(request.url?.endsWith(".whl") ? "tampered" : `<a href="/${wheel}">${wheel}</a>`);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    try {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      const env = { PIP_INDEX_URL: `http://user:hunter22@127.0.0.1:${port}/simple`, NO_PROXY: "127.0.0.1" };
      const error = await failure(createTools(context(join(root, "tampered"), env)).uv());
      expect(error.message).toMatch(/^uv .* was refused: the index serves another file/);
      expect(error.details.join("\n")).toMatch(/do not match the hashes/i);
      expect(error.details.join("\n")).not.toContain("hunter22");
      expect(await readdir(join(root, "tampered"))).toEqual([]);
    } finally {
      server.close();
    }
  });

  test("an index that is not there", async () => {
    // A port of this machine's that nobody listens on, and no second try.
    const env = { PIP_INDEX_URL: "http://127.0.0.1:9/simple", PIP_RETRIES: "0", NO_PROXY: "127.0.0.1" };
    const error = await failure(createTools(context(join(root, "offline"), env)).uv());
    expect(error.message).toMatch(/could not be fetched from the package index/);
    expect(error.hint).toMatch(/PIP_INDEX_URL/);
    expect(error.details).not.toEqual([]);
  });

  test("no Python with pip", async () => {
    const bin = await program("python3", "exit 1");
    const error = await failure(createTools({ ...context(join(root, "none")), env: { PATH: bin } }).uv());
    expect(error.message).toMatch(/no python3 with pip was found/);
  });

  test("a place that can't be written to", async () => {
    await writeFile(join(root, "file"), "");
    const error = await failure(createTools(context(join(root, "file", "tools"))).uv());
    expect(error.message).toMatch(/can't be written: ENOTDIR/);
  });
});

describe("several processes", () => {
  /** The sources as plain JavaScript, so that another process can run them. */
  let sources: string;
  beforeAll(async () => {
    const src = fileURLToPath(new URL("../../src", import.meta.url));
    sources = join(root, "src");
    for (const area of ["", "model", "platforms", "python", "system", "tools"]) {
      await mkdir(join(sources, area), { recursive: true });
      for (const entry of await readdir(join(src, area), { withFileTypes: true })) {
        const from = join(src, area, entry.name);
        const to = join(sources, area, entry.name);
        if (/\.(txt|json)$/.test(entry.name)) await cp(from, to);
        if (!entry.name.endsWith(".ts")) continue;
        const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
        const { outputText } = ts.transpileModule(await readFile(from, "utf8"), { compilerOptions: options });
        await writeFile(to.replace(/ts$/, "js"), outputText);
      }
    }
    await writeFile(join(sources, "package.json"), '{"type": "module"}');
    await symlink(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(root, "node_modules"));
  });

  function fetchElsewhere(toolsDir: string): ChildProcess {
    const script = `
      import { SILENT } from "./ports.js";
      import { createTools } from "./tools/tools.js";
      const context = { scratch: ".", progress: SILENT, signal: new AbortController().signal, env: process.env };
      console.log(await createTools({ ...context, toolsDir: ${JSON.stringify(toolsDir)} }).uv());
    `;
    return spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: sources,
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  test("at once: all get a whole uv, one and the same, and nothing else is left", async () => {
    const toolsDir = join(root, "contended");
    const paths = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = fetchElsewhere(toolsDir);
        let printed = "";
        child.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
        const [code] = (await once(child, "close")) as [number];
        expect(code).toBe(0);
        return printed.trim();
      }),
    );
    expect(new Set(paths).size).toBe(1);
    expect(await say(paths[0] ?? "", ["--version"])).toContain(version.uv);
    expect(await readdir(toolsDir)).toHaveLength(1);
  });

  test("one that was killed half-way leaves nothing that is used", async () => {
    const toolsDir = join(root, "killed");
    const child = fetchElsewhere(toolsDir);
    const closed = once(child, "close");
    const seen = async (): Promise<string[]> => readdir(toolsDir).catch(() => []);
    while ((await seen()).length === 0 && child.exitCode === null) await new Promise((go) => setTimeout(go, 5));
    child.kill("SIGKILL");
    await closed;
    expect((await seen()).every((name) => name.startsWith("."))).toBe(true);
    expect(await say(await createTools(context(toolsDir)).uv(), ["--version"])).toContain(version.uv);
  });
});
