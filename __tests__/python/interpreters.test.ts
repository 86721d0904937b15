import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Context } from "../../src/ports.js";
import { SILENT } from "../../src/ports.js";
import { Interpreters, type Interpreter } from "../../src/python/interpreters.js";

let root: string;
let notes: string[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "slugdiff-python-"));
  notes = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Nothing but what `env` names: neither this machine's PATH nor its version managers. */
function context(env: Context["env"], signal = new AbortController().signal): Context {
  const progress = { ...SILENT, note: (text: string) => notes.push(text) };
  return { scratch: root, progress, signal, env: { PATH: "", HOME: join(root, "home"), ...env }, toolsDir: root };
}

/** A real interpreter of this machine. */
async function real(): Promise<Interpreter & { readonly minor: string }> {
  const found = await new Interpreters({ ...context({}), env: process.env }).findAny("3.10");
  if (found === null) throw new Error("These tests need a Python.");
  return { ...found, minor: found.version.replace(/\.\d+$/, "") };
}

/** A program that says of itself what an interpreter would. */
async function pretend(path: string, ...lines: string[]): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nprintf '%s\\n' ${[path, ...lines].map((line) => `'${line}'`).join(" ")}\n`);
  await chmod(path, 0o755);
  return path;
}

async function link(target: string, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path);
  return path;
}

describe("the interpreter of a minor version", () => {
  test.each([
    ["the runner's tool cache", (full: string) => `Python/${full}/x64/bin/python`, "RUNNER_TOOL_CACHE"],
    ["the agent's tool directory", (full: string) => `Python/${full}/x64/bin/python`, "AGENT_TOOLSDIRECTORY"],
    ["pyenv", (full: string) => `versions/${full}/bin/python`, "PYENV_ROOT"],
    ["uv", (full: string) => `cpython-${full}-linux-x86_64-gnu/bin/python3`, "UV_PYTHON_INSTALL_DIR"],
  ])("looks in %s", async (_, where, variable) => {
    const { path, version, minor } = await real();
    const linked = await link(path, join(root, "cache", where(version)));
    const here = context({ [variable]: join(root, "cache") });
    expect(await new Interpreters(here).find(minor)).toEqual({ path: linked, version });
    expect(await new Interpreters(here).find("3.99")).toBeNull();
  });

  test("passes over what does not work: a shim without a version, a broken link, a newer one that crashes", async () => {
    const { path, version, minor } = await real();
    const shims = join(root, "shims");
    await pretend(join(shims, `python${minor}`));
    await writeFile(join(shims, "python3"), "#!/bin/sh\necho no such version >&2\nexit 127\n", { mode: 0o755 });
    await link(join(root, "gone"), join(root, "cache/Python", `${minor}.998/x64/bin/python`));
    await writeFile(join(shims, "python"), "no program");
    const linked = await link(path, join(root, "cache/Python", version, "x64/bin/python"));
    const found = await new Interpreters(context({ PATH: shims, RUNNER_TOOL_CACHE: join(root, "cache") })).find(minor);
    expect(found).toEqual({ path: linked, version });
  });

  test("takes the very patch if it is there, else the newest", async () => {
    const cache = join(root, "cache/Python");
    const at = (full: string): Promise<string> => pretend(join(cache, full, "x64/bin/python"), full, "3.12");
    const [old, exact, recent] = await Promise.all(["3.12.2", "3.12.9", "3.12.10"].map(at));
    const here = context({ RUNNER_TOOL_CACHE: join(root, "cache") });
    expect(await new Interpreters(here).find("3.12")).toEqual({ path: recent, version: "3.12.10" });
    expect(await new Interpreters(here).find("3.12", "3.12.9")).toEqual({ path: exact, version: "3.12.9" });
    expect(await new Interpreters(here).find("3.12", "3.12.2")).toEqual({ path: old, version: "3.12.2" });
    expect(await new Interpreters(here).find("3.12", "3.12.14")).toEqual({ path: recent, version: "3.12.10" });
    expect(await new Interpreters(here).find("3.1")).toBeNull();
  });

  test("does not take another implementation for CPython, and says so", async () => {
    const path = await pretend(join(root, "bin/python3"), "3.11.9", "3.11", "pypy");
    expect(await new Interpreters(context({ PATH: join(root, "bin") })).find("3.11")).toBeNull();
    expect(notes).toEqual([expect.stringContaining(`${path} is pypy`)]);
  });

  test("a relative entry of PATH is not followed", async () => {
    await pretend(join(root, "bin/python3"), "3.11.9", "3.11");
    expect(await new Interpreters(context({ PATH: ".:bin" })).find("3.11")).toBeNull();
  });

  test("ends when the run is aborted", async () => {
    const { path, minor } = await real();
    const stop = AbortSignal.abort(new Error("stop"));
    await expect(new Interpreters(context({ PATH: dirname(path) }, stop)).find(minor)).rejects.toThrow("stop");
  });
});

describe("any interpreter", () => {
  test("takes the first of PATH that is new enough, whatever it was built for", async () => {
    await pretend(join(root, "one/python3"), "3.9.2", "3.9");
    const arm = await pretend(join(root, "two/python3"), "3.11.1", "3.11", "a build for linux on aarch64");
    await pretend(join(root, "three/python3"), "3.13.1", "3.13");
    const PATH = ["one", "two", "three"].map((name) => join(root, name)).join(":");
    expect(await new Interpreters(context({ PATH })).findAny("3.10")).toEqual({ path: arm, version: "3.11.1" });
  });

  test("else the newest elsewhere", async () => {
    await pretend(join(root, "pyenv/versions/3.9.18/bin/python"), "3.9.18", "3.9");
    const newest = await pretend(join(root, "pyenv/versions/3.13.0/bin/python"), "3.13.0", "3.13");
    await pretend(join(root, "pyenv/versions/3.12.1/bin/python"), "3.12.1", "3.12");
    const here = context({ PYENV_ROOT: join(root, "pyenv") });
    expect(await new Interpreters(here).findAny("3.10")).toEqual({ path: newest, version: "3.13.0" });
    expect(await new Interpreters(here).findAny("3.14")).toBeNull();
  });
});
