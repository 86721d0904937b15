import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { openCachedText, type CachedText } from "../../src/store/cached-text.js";
import { temporary } from "../revisions/fixtures.js";
import { startResultsService, type ResultsService } from "./results-service.js";

let service: ResultsService;
beforeEach(async () => {
  service = await startResultsService();
});
afterEach(async () => {
  await service.close();
});

/** What a job on a runner of its own has. */
function onRunner(prefix = "slugdiff-history-1-web-", env: Record<string, string> = {}): CachedText {
  return openCachedText({
    prefix,
    context: {
      scratch: temporary(),
      signal: new AbortController().signal,
      env: { PATH: process.env.PATH, HOME: temporary(), RUNNER_TEMP: temporary(), ...service.env("v2"), ...env },
    },
    timeout: 20_000,
  });
}

test("a later run reads the newest text of its own, and no other job's", async () => {
  expect(await onRunner().read()).toBeNull();
  await onRunner().write("first\n");
  await onRunner().write("second é\n");
  await onRunner("slugdiff-history-1-worker-").write("other\n");
  expect(await onRunner().read()).toBe("second é\n");
  expect(service.entries).toHaveLength(3);
});

test("a pull request reads what the default branch has left", async () => {
  await onRunner().write("main's\n");
  service.scopes = ["refs/pull/7/merge", "refs/heads/main"];
  expect(await onRunner().read()).toBe("main's\n");
});

test("a run that may not read or write is none the worse for it; an outage is told of", async () => {
  await onRunner().write("first\n");
  service.faults.set("GetCacheEntryDownloadURL", "denied").set("CreateCacheEntry", "denied");
  expect(await onRunner().read()).toBeNull();
  await onRunner().write("second\n");
  expect(service.entries).toHaveLength(1);
  service.faults.clear();
  service.faults.set("GetCacheEntryDownloadURL", "cuts").set("PUT blob", "refuses");
  await expect(onRunner().read()).rejects.toBeInstanceOf(UserError);
  await expect(onRunner().write("third\n")).rejects.toBeInstanceOf(UserError);
});

test("what is no file is no text: a link, a directory, a pipe that never ends", async () => {
  for (const make of [
    (path: string) => {
      symlinkSync("/etc/passwd", path);
    },
    (path: string) => {
      mkdirSync(path);
    },
    (path: string) => spawnSync("mkfifo", [path]),
  ]) {
    await onRunner().write("first\n");
    const directory = temporary();
    mkdirSync(join(directory, "history"));
    make(join(directory, "history", "record.json"));
    const method = spawnSync("zstd", ["--version"]).status === 0 ? ["--use-compress-program=zstd"] : ["-z"];
    const tar = spawnSync("tar", [...method, "-cf", "-", "-C", directory, "history"]);
    expect(tar.status).toBe(0);
    const entry = service.entries.at(-1);
    if (entry) entry.archive = tar.stdout;
    expect(await onRunner().read()).toBeNull();
  }
});
