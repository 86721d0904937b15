import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { WeighedLayer } from "../../src/model/distribution.js";
import type { Parts } from "../../src/pipeline/parts.js";
import { withSession } from "../../src/pipeline/session.js";
import { SILENT } from "../../src/ports.js";
import { commit, newRepository } from "../revisions/fixtures.js";
import { startResultsService, type ResultsService } from "./results-service.js";
import { keyOf, layer } from "./support.js";

const root = mkdtempSync(join(tmpdir(), "slugdiff-session-"));
let service: ResultsService;
const repo = newRepository();
beforeAll(async () => {
  commit(repo, { "app.py": "" });
  service = await startResultsService();
});
afterAll(async () => {
  await service.close();
  rmSync(root, { recursive: true, force: true });
});

/** A run on a machine of its own. */
function run<T>(cache: boolean, work: (parts: Parts) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(root, "home-"));
  const env = { PATH: process.env.PATH, HOME: home, RUNNER_TEMP: home, ...service.env("v2") };
  const signal = new AbortController().signal;
  const actionsCache = { selection: "." };
  return withSession({ repo, cache, cacheDir: null, actionsCache, progress: SILENT, env, signal }, work);
}
const learn = ({ store }: Parts): Promise<void> => store.put(keyOf("numpy"), layer("numpy"));
const recall = ({ store }: Parts): Promise<WeighedLayer | null> => store.get(keyOf("numpy"));

test("what a run has learnt is known to the next, unless it failed or was told to keep nothing", async () => {
  await run(false, learn);
  const failing = run(true, async (parts) => {
    await learn(parts);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await run(true, recall)).toBeNull();
  await run(true, learn);
  expect(await run(true, recall)).toEqual(layer("numpy"));
  service.calls.length = 0;
  expect(await run(false, recall)).toBeNull();
  expect(service.calls).toEqual([]);
});
