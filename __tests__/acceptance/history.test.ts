import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { commit, newRepository } from "../revisions/fixtures.js";
import { openWorld, slugdiff, type Ran, type World } from "./support.js";

const ROWS = z.object({
  app: z.string(),
  rows: z.array(
    z.object({
      sha: z.string(),
      date: z.string(),
      state: z.enum(["weighed", "absent", "unweighable"]),
      total: z.object({ compressed: z.int() }).optional(),
      step: z.int().nullish(),
      changes: z
        .array(z.object({ name: z.string(), fromVersion: z.string().nullable(), toVersion: z.string().nullable() }))
        .optional(),
      problem: z.string().optional(),
    }),
  ),
});

let world: World;
let cacheDir: string;
let repo: string;
let shas: string[];

/** An app in a directory whose requirements are pinned in part, over the years. */
beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  repo = newRepository();
  const web = (requirements: string): Record<string, string> => ({ "web/requirements.txt": requirements });
  shas = [
    commit(repo, { "other.txt": "1", "web/.python-version": `${world.python}\n` }, "2020-05-01T00:00:00Z"),
    commit(repo, web("itsdangerous\n"), "2020-06-01T00:00:00Z"),
    commit(repo, { "other.txt": "2" }, "2020-07-01T00:00:00Z"),
    commit(repo, { "web/app.py": "print()\n" }, "2026-10-01T00:00:00+02:00"),
    commit(repo, web("itsdangerous\nsix==99.0.0\n"), "2026-10-02T00:00:00Z"),
    commit(repo, web("itsdangerous\nsix==1.16.0\n"), "2026-10-03T00:00:00Z"),
  ];
}, 240_000);
afterAll(() => {
  world.close();
});

const run = (...args: readonly string[]): Promise<Ran> =>
  slugdiff(["history", "--repo", repo, "--app", "web", "--cache-dir", cacheDir, ...args]);
const told = async (...args: readonly string[]) => {
  const { status, stdout, stderr } = await run("--format", "json", ...args);
  return { status, stderr, ...ROWS.parse(JSON.parse(stdout)) };
};
const started = (stderr: string, what: string): string[] =>
  stderr.split("\n").filter((line) => line.startsWith(what) && line.endsWith(" …"));

describe("slugdiff history", () => {
  test("tells of the commits that changed the app, each as of its own date, and of those that can't be weighed", async () => {
    const { status, rows, stderr } = await told();
    expect(status).toBe(0);
    expect(rows.map(({ sha }) => sha)).toEqual([shas[0], shas[1], shas[3], shas[4], shas[5]]);
    expect(rows.map(({ state }) => state)).toEqual(["absent", "weighed", "weighed", "unweighable", "weighed"]);
    expect(rows[2]?.date).toBe("2026-09-30T22:00:00Z");
    // Nobody has pinned it: what was published in between is what would have been deployed.
    expect(rows[2]?.changes?.find(({ name }) => name === "itsdangerous")).toMatchObject({
      fromVersion: "1.1.0",
      toVersion: "2.2.0",
    });
    expect(rows[3]?.problem).toContain("requirements.txt:2");
    expect(rows[4]?.changes?.map(({ name }) => name)).toEqual(["six", "app"]);
    expect(rows[4]?.step).toBe((rows[4]?.total?.compressed ?? 0) - (rows[2]?.total?.compressed ?? 0));
    // Each distribution once, whatever commits have it.
    const installed = started(stderr, "Installing").join();
    for (const name of ["six", "pip"]) expect(installed.match(new RegExp(`\\b${name}\\b`, "g"))).toHaveLength(1);
  });

  test("the second time nothing is installed, nor resolved but what could not be", async () => {
    const [first, second] = [await told(), await told()];
    expect(second.rows).toEqual(first.rows);
    expect(started(second.stderr, "Installing")).toEqual([]);
    expect(started(second.stderr, "Resolving")).toEqual([`Resolving ${shas[4]?.slice(0, 7) ?? ""} with pip …`]);
  });

  test("one commit more costs what it changes", async () => {
    shas.push(commit(repo, { "web/requirements.txt": "itsdangerous\nsix==1.17.0\n" }, "2026-10-04T00:00:00Z"));
    const { rows, stderr } = await told("--last", "2");
    expect(rows.map(({ sha }) => sha)).toEqual(shas.slice(-2));
    expect(started(stderr, "Installing")).toEqual(["Installing six …"]);
    expect(started(stderr, "Resolving")).toHaveLength(1);
  });

  test("a cut-off holds for all, and the same files are weighed once then", async () => {
    const before = commit(repo, { "web/app.py": "print(1)\n" }, "2026-10-05T00:00:00Z");
    const again = commit(repo, { "web/app.py": "print()\n" }, "2026-10-06T00:00:00Z");
    const { rows, stderr } = await told("--cutoff", "2026-11-01T00:00:00Z", "--last", "4");
    expect(rows.map(({ sha }) => sha)).toEqual([...shas.slice(-2), before, again]);
    expect(rows.map(({ state }) => state)).toEqual(["weighed", "weighed", "weighed", "weighed"]);
    expect(rows[3]?.total).toEqual(rows[1]?.total);
    expect(started(stderr, "Resolving")).toHaveLength(3);
    expect(started(stderr, "Installing")).toEqual([]);
    // Of 2020: there was no such version of six yet.
    const { rows: early } = await told("--cutoff", "2020-01-01T00:00:00Z", "--last", "1");
    expect(early.map(({ state }) => state)).toEqual(["unweighable"]);
  });

  test("is text and Markdown too, in a file as well; nothing is left to tell where nobody changed anything", async () => {
    const file = join(world.root, "history.md");
    const { stdout, status } = await run("--last", "2", "--output", file);
    expect(status).toBe(0);
    expect(stdout).toContain("2 weighed commits: ");
    expect(readFileSync(file, "utf8")).toContain("| commit | date |");
    const nowhere = await slugdiff(["history", "--repo", repo, "--app", "nowhere", "--cache-dir", cacheDir]);
    expect(nowhere).toMatchObject({ status: 2, stdout: "" });
    expect(nowhere.stderr).toMatch(/^slugdiff: No commit up to HEAD has changed nowhere\.\nHint: /m);
    expect((await run("worktree")).stderr).toContain("The worktree has no history.");
  });
});
