import { chmodSync, existsSync, lchownSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Ran } from "../acceptance/support.js";
import { commit, newRepository, temporary } from "../revisions/fixtures.js";
import { PERSONAS } from "../sandbox/personas.js";
import { NOBODY } from "../sandbox/support.js";
import { attempt, emptyCache, PYTHON, start } from "./support.js";

/** Root may do everything, so that these run as a user without rights whoever runs the tests. */
const USER = PERSONAS.at(-1);
if (USER === undefined) throw new Error("nobody");
const isRoot = process.getuid?.() === 0;

/** Permissions that are given back, so that what was made can be removed. */
const closed: string[] = [];
afterEach(() => {
  for (const path of closed.splice(0).reverse()) chmodSync(path, 0o755);
});

function close(path: string, mode = 0): void {
  chmodSync(path, mode);
  closed.push(path);
}

/** Everything under a directory becomes the user's. */
function give(directory: string): string {
  if (!isRoot) return directory;
  const parent = join(directory, "..");
  chmodSync(parent, 0o755);
  for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    lchownSync(join(directory, path), NOBODY, NOBODY);
  }
  lchownSync(directory, NOBODY, NOBODY);
  return directory;
}

/** A directory that the user may write to, or may not. */
function place(mode: number): string {
  const directory = join(temporary(), "place");
  mkdirSync(directory);
  give(directory);
  if (mode !== 0o755) close(directory, mode);
  return directory;
}

function repositoryOf(files: Readonly<Record<string, string>> = {}): string {
  const repository = newRepository();
  commit(repository, { ...PYTHON, "requirements.txt": "", ...files });
  return give(repository);
}

async function asUser(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return start(args, { cwd: "/", through: USER?.through ?? [], env: { HOME: place(0o755), ...env } }).ended();
}

function cache(): string {
  const directory = place(0o755);
  symlinkSync(join(tmpdir(), "slugdiff-test-tools"), join(directory, "tools"));
  return directory;
}

/** One line and one hint, and nothing else. */
function expectRefused({ status, stdout, stderr }: Ran, words: RegExp): void {
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^slugdiff: [^\n]+\nHint: [^\n]+\n( {2}[^\n]*\n)*$/);
  expect(stderr).toMatch(words);
}

// The tools, once and for all users.
beforeAll(async () => {
  const repository = newRepository();
  commit(repository, { ...PYTHON, "requirements.txt": "" });
  await attempt(["weigh", "--repo", repository, "--cache-dir", emptyCache()]);
});

test("a user without rights weighs all the same", async () => {
  const ran = await asUser(["weigh", "--repo", repositoryOf(), "--cache-dir", cache()]);
  expect(ran.stdout).toMatch(/^PASS/);
  expect(ran.status).toBe(0);
});

test.each([".", ".git", ".git/index"])("a repository whose %s can't be read", async (path) => {
  const repository = repositoryOf();
  close(join(repository, path));
  const ran = await asUser(["weigh", "worktree", "--repo", repository, "--cache-dir", cache()]);
  expectRefused(ran, /can't be read: EACCES|Permission denied/);
});

test("a directory of the worktree that can't be read is not taken for deleted", async () => {
  const repository = repositoryOf({ "shop/models.py": "" });
  close(join(repository, "shop"));
  const ran = await asUser(["weigh", "worktree", "--repo", repository, "--cache-dir", cache()]);
  expectRefused(ran, /shop\/models\.py can't be looked at: EACCES/);
});

test("a manifest of the worktree that can't be read", async () => {
  const repository = repositoryOf();
  close(join(repository, "requirements.txt"));
  const ran = await asUser(["weigh", "worktree", "--repo", repository, "--cache-dir", cache()]);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/^INDETERMINATE\n/);
  expect(ran.stdout).toMatch(/^"requirements\.txt" can't be read: EACCES\.\n[^\n]+\n/m);
});

test.each(["", "deeper/still"])("a cache directory that can't be written: %j", async (below) => {
  const closedCache = place(0o555);
  const ran = await asUser(["weigh", "--repo", repositoryOf(), "--cache-dir", join(closedCache, below)]);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/^INDETERMINATE\n/);
  expect(ran.stdout).toMatch(/tools can't be written: EACCES\.\nMake it writable, or [^\n]+--no-cache[^\n]+\n/);
  expect(readdirSync(closedCache)).toEqual([]);
});

test("a layer store that can't be written is done without, and that is said", async () => {
  const directory = cache();
  mkdirSync(join(directory, "layers"), { mode: 0o555 });
  closed.push(join(directory, "layers"));
  const ran = await asUser(["weigh", "--repo", repositoryOf(), "--cache-dir", directory]);
  expect(ran.stderr).toMatch(/^The layer store in .* can't be written \(EACCES\)/m);
  expect(ran.status).toBe(0);
});

test.each(["stats", "clear"])("a layer store that can't be read: %s", async (action) => {
  const directory = place(0o755);
  mkdirSync(join(directory, "layers"));
  close(join(directory, "layers"), 0o000);
  expectRefused(await asUser(["store", action, "--cache-dir", directory]), /layers can't be \w+: EACCES/);
});

test("an output that can't be written", async () => {
  const output = join(place(0o555), "report.json");
  const ran = await asUser(["weigh", "--repo", repositoryOf(), "--cache-dir", cache(), "--output", output]);
  expect(ran.status).toBe(2);
  expect(ran.stderr).toMatch(/^slugdiff: .*report\.json can't be written: EACCES\.\nHint: [^\n]+\n$/m);
  expect(existsSync(output)).toBe(false);
});

test("a temporary directory that can't be written", async () => {
  const ran = await asUser(["weigh", "--repo", repositoryOf(), "--cache-dir", cache()], { RUNNER_TEMP: place(0o555) });
  expectRefused(ran, /No scratch directory could be made in .*: EACCES/);
});

if (isRoot) {
  test("a repository of somebody else", async () => {
    const repository = repositoryOf();
    lchownSync(repository, 0, 0);
    const ran = await asUser(["weigh", "--repo", repository, "--cache-dir", cache()]);
    expectRefused(ran, /belongs to another user/);
  });
}
