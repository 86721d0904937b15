import { closeSync, openSync, readdirSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, basename } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { reportOf } from "../acceptance/support.js";
import { commit, newRepository, temporary } from "../revisions/fixtures.js";
import { emptyCache, PYTHON, start } from "./support.js";

describe("a run that is ended leaves nothing, and says how by its exit status", () => {
  let silent: Server;
  let repository: string;
  beforeAll(async () => {
    silent = createServer(() => undefined); // Takes requests, and never answers.
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    repository = newRepository();
    commit(repository, { ...PYTHON, "requirements.txt": `--index-url http://127.0.0.1:${port}/simple\nlib\n` });
    commit(repository, { "requirements.txt": "", "model.bin": Buffer.alloc(3_000_000, "x") });
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  /** A run whose request the index has, and doesn't answer. */
  async function waiting(): Promise<ReturnType<typeof start>> {
    const asked = once(silent, "request");
    const run = start(["weigh", "HEAD~1", "--repo", repository, "--cache-dir", emptyCache()]);
    await asked;
    return run;
  }

  test.each<[NodeJS.Signals[], number]>([
    [["SIGINT"], 130],
    [["SIGTERM"], 143],
    [["SIGHUP"], 129],
    [["SIGINT", "SIGINT"], 130],
  ])("while it waits for an index: %j", async (signals, status) => {
    const run = await waiting();
    for (const signal of signals) run.child.kill(signal);
    expect(await run.ended()).toMatchObject({ status, stdout: "" });
  });

  // No system promises the order in which signals of different kinds that come together are handled.
  test("while it waits for an index, signals of two kinds at once", async () => {
    const run = await waiting();
    for (const signal of ["SIGINT", "SIGTERM", "SIGINT"] as const) run.child.kill(signal);
    const { status, stdout } = await run.ended();
    expect([130, 143]).toContain(status);
    expect(stdout).toBe("");
  });

  test.each([/Resolving HEAD with pip/, /Installing/, /Compiling bytecode …/, /Weighing/])("at %s", async (words) => {
    const run = start(["weigh", "--repo", repository, "--cache-dir", emptyCache(), "--format", "json"]);
    await run.says(words);
    run.child.kill("SIGINT");
    expect(await run.ended()).toMatchObject({ status: 130, stdout: "" });
  });
});

describe("a run that is killed", () => {
  test("is tidied up after by the next one, and one that goes on keeps what it has", async () => {
    const silent = createServer(() => undefined);
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const repository = newRepository();
    commit(repository, { ...PYTHON, "requirements.txt": `--index-url http://127.0.0.1:${port}/simple\nlib\n` });
    const TMPDIR = temporary();
    const waiting = async (): Promise<ReturnType<typeof start>> => {
      const asked = once(silent, "request");
      const run = start(["weigh", "--repo", repository, "--cache-dir", emptyCache()], { env: { TMPDIR } });
      await asked;
      return run;
    };
    const scratches = (): string[] => readdirSync(TMPDIR).filter((name) => name.startsWith("slugdiff-"));
    try {
      const living = await waiting();
      const kept = scratches();
      expect(kept).toHaveLength(1);
      const killed = await waiting();
      expect(scratches()).toHaveLength(2);
      killed.child.kill("SIGKILL");
      await once(killed.child, "close");
      expect(scratches()).toHaveLength(2);

      const next = start(["weigh", "nowhere", "--repo", repository], { env: { TMPDIR } });
      expect(await next.ended()).toMatchObject({ status: 2 });
      expect(scratches()).toEqual(kept);
      living.child.kill("SIGTERM");
      expect((await living.ended()).status).toBe(143);
      expect(scratches()).toEqual([]);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });
});

test("a build leaves nothing where temporary files are", async () => {
  const repository = newRepository();
  const setup = 'from setuptools import setup\nsetup(name="own", version="1.0")\n';
  commit(repository, { ...PYTHON, "requirements.txt": "./own\n", "own/setup.py": setup });
  const asked = ["weigh", "--repo", repository, "--cache-dir", emptyCache(), "--format", "json"];
  const run = start(asked, { env: { UV_HTTP_RETRIES: "3" } });
  expect((await run.ended()).stdout).toMatch(/"name": "own",\s*"version": "1.0"/);
});

describe("an output that fails", () => {
  test("a reader that has seen enough is no failure", async () => {
    const run = start(["--help"]);
    run.child.stdout?.destroy();
    expect(await run.ended()).toMatchObject({ status: 0, stderr: "" });
  });

  test("standard output on a full disk", async () => {
    const full = openSync("/dev/full", "w");
    try {
      const { status, stderr } = await start(["--help"], { stdout: full }).ended();
      expect(status).toBe(2);
      expect(stderr).toMatch(/^slugdiff: .* standard output: ENOSPC\.\nHint: [^\n]+\n$/);
    } finally {
      closeSync(full);
    }
  });

  test("standard error that nobody reads ends no run", async () => {
    const repository = newRepository();
    commit(repository, { ...PYTHON, "requirements.txt": "six\0\n" });
    const run = start(["weigh", "--repo", repository, "--cache-dir", emptyCache()]);
    run.child.stderr?.destroy();
    const { status, stdout } = await run.ended();
    expect(status).toBe(2);
    expect(stdout).toContain("INDETERMINATE");
  });
});

describe("odd surroundings", () => {
  const repository = newRepository();
  commit(repository, { "requirements.txt": "", "uv.lock": "" });

  test.each<[string, Record<string, string>]>([
    ["a relative TMPDIR", { TMPDIR: "." }],
    ["an empty RUNNER_TEMP", { RUNNER_TEMP: "" }],
    ["no HOME, no locale", { HOME: "", LANG: "C", LC_ALL: "C" }],
    ["a HOME where nothing can be", { HOME: "/proc/nowhere", XDG_CACHE_HOME: "" }],
  ])("%s", async (_, env) => {
    const run = start(["weigh", "--repo", repository], { cwd: temporary(), env });
    const { status, stdout } = await run.ended();
    expect(status).toBe(2);
    expect(stdout).toContain("several package managers");
  });

  test("a cache named from where the user stands", async () => {
    const cache = emptyCache();
    const run = start(["store", "stats", "--cache-dir", basename(cache)], { cwd: dirname(cache) });
    expect((await run.ended()).stdout).toContain(`in ${cache}`);
  });
});

test("two runs at once with one empty cache, on an app whose names would rather be commands", async () => {
  const names = [
    "\u001b[31mred",
    "::error::x",
    "##[error]x",
    "a\n::set-output name=x::y",
    "\u202egnp.exe",
    "<img|`x`>",
  ];
  const repository = newRepository();
  commit(repository, { ...PYTHON, "requirements.txt": "" });
  commit(repository, Object.fromEntries(names.map((name) => [name, name.repeat(99)])));
  const args = ["compare", "--repo", repository, "--base", "HEAD~1", "--cutoff", "2026-11-01T00:00:00Z"];
  const cache = ["--cache-dir", emptyCache()];
  const runs = [start([...args, ...cache, "--format", "json"]), start([...args, ...cache, "--format", "json"])];
  const reports = (await Promise.all(runs.map((run) => run.ended()))).map(reportOf);
  const [first, second] = reports.map((report) => ({ ...report, timings: {}, notes: [] }));
  expect(first).toEqual(second);
  for (const format of ["text", "markdown"]) {
    const { status, stdout, stderr } = await start([...args, ...cache, "--format", format]).ended();
    expect(status).toBe(0);
    expect(stdout).toContain("set-output");
    // eslint-disable-next-line no-control-regex
    expect(stdout + stderr).not.toMatch(/\u001b|\u202e|^\s*::|^\s*##\[/m);
  }
});
