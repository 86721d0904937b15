import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "@jest/globals";
import { SILENT, type Context } from "../../src/ports.js";
import type { Credentials } from "../../src/revisions/credentials.js";
import { openRepository, type Repository } from "../../src/revisions/repository.js";

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A directory of the test's own. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), "slugdiff-test-"));
  made.push(directory);
  return directory;
}

/** An environment in which git knows nothing of the machine's own configuration. */
export const ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

export function git(
  directory: string,
  args: readonly string[],
  input?: string | Buffer,
  env: Readonly<Record<string, string>> = {},
): string {
  const result = spawnSync("git", args, { cwd: directory, env: { ...ENV, ...env }, input });
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr.toString()}`);
  return result.stdout.toString().replace(/\n$/, "");
}

/** Writes files (null: removes one), commits all, and gives the commit's name. @param date of the commit; default: now */
export function commit(
  directory: string,
  files: Readonly<Record<string, string | Buffer | null>>,
  date?: string,
): string {
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    if (content === null) rmSync(file);
    else writeFileSync(file, content);
  }
  git(directory, ["add", "-A"]);
  const env = date === undefined ? {} : { GIT_COMMITTER_DATE: date };
  git(directory, ["commit", "-q", "--allow-empty", "-m", "x"], undefined, env);
  return git(directory, ["rev-parse", "HEAD"]);
}

/** An empty repository with the branch `main`, served as GitHub serves: by object name, with filters. */
export function newRepository(...options: string[]): string {
  const directory = join(temporary(), "up");
  git(tmpdir(), ["init", "-q", "-b", "main", ...options, directory]);
  git(directory, ["config", "uploadpack.allowFilter", "true"]);
  git(directory, ["config", "uploadpack.allowAnySHA1InWant", "true"]);
  return directory;
}

export function clone(from: string, ...options: string[]): string {
  const directory = join(temporary(), "clone");
  git(tmpdir(), ["clone", "-q", ...options, `file://${from}`, directory]);
  return directory;
}

export function context(changes: Partial<Context> = {}): Context {
  return {
    scratch: temporary(),
    progress: SILENT,
    signal: new AbortController().signal,
    env: ENV,
    toolsDir: temporary(),
    ...changes,
  };
}

export function open(
  directory: string,
  changes: Partial<Context> = {},
  credentials?: Credentials,
): Promise<Repository> {
  return openRepository(directory, context(changes), { credentials });
}

/** Content by path of everything under a directory; a link's is `-> target`. */
export function contents(directory: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length + 1);
    if (entry.isSymbolicLink()) found[path] = `-> ${readlinkSync(file)}`;
    else if (entry.isFile()) found[path] = readFileSync(file, "latin1");
  }
  return found;
}

/** A hash of every name and byte under a directory. */
export function fingerprint(directory: string): string {
  const hash = createHash("sha256");
  const found = contents(directory);
  for (const path of Object.keys(found).sort()) hash.update(`${path}\0${found[path] ?? ""}\0`);
  return hash.digest("hex");
}
