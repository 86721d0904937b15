import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { openWorld, reportOf, repositoryOf, slugdiff, type Files, type World } from "./support.js";

/** six 1.16.0 is of 2021, 1.17.0 of December 2024. */
const [THEN, NOW, LATER] = ["2024-01-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"];

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 240_000);
afterAll(() => {
  world.close();
});

/** An app that asks for any six, to which a pull request adds idna; and what runs on it say, with a memory of their own. */
function app(requirements = "six\n", more: Files = {}) {
  const cacheDir = world.emptyCache();
  const files = { ...more, ".python-version": world.python, "requirements.txt": requirements };
  const { path } = repositoryOf(files, { ...files, "requirements.txt": `${requirements}idna==3.11\n` });
  const run = async (args: readonly string[], cutoff: string): Promise<Report> => {
    const common = ["--repo", path, "--cache-dir", cacheDir, "--advice-time", "0"];
    return reportOf(await slugdiff([...args, ...common, "--cutoff", cutoff, "--format", "json"]));
  };
  return {
    compare: (cutoff: string) => run(["compare", "--base", "base", "--head", "head", "--noise-floor", "0"], cutoff),
    weigh: (cutoff: string) => run(["weigh", "base"], cutoff),
  };
}

test("what the world has changed in the base is told apart from the pull request's own change, and each time the same", async () => {
  const { compare, weigh } = app();
  expect((await weigh(THEN)).outside).toBeNull();
  const report = await compare(NOW);
  const { outside, diff } = report;
  if (outside === null) throw new Error("nothing is said of it");
  expect(outside).toMatchObject({ since: THEN, layers: [{ name: "six", fromVersion: "1.16.0", toVersion: "1.17.0" }] });
  expect(outside.delta).toEqual(outside.layers[0]?.delta);
  // It is on both sides, so it is no part of the delta.
  expect(diff.layers.filter(({ change }) => change !== "unchanged").map(({ name }) => name)).toContain("idna");
  expect(diff.layers.find(({ name }) => name === "six")?.delta.compressed).toBe(0);
  const again = await compare(LATER);
  expect(again.outside).toEqual(outside);
  expect(renderMarkdown(report)).toMatch(
    /Apart from this change: `base` itself weighs [\d.,]+ (?:KiB|B) (?:more|less) than it did on 2024-01-01, with the same requirements \(six 1\.16\.0 → 1\.17\.0\)\./,
  );
  // Weighed by itself since, with that.
  await weigh(LATER);
  expect((await compare("2026-11-02T00:00:00Z")).outside).toBeNull();
}, 240_000);

test("where nobody has weighed the base by itself, the first comparison is what later ones are told apart from", async () => {
  const { compare } = app();
  expect((await compare(THEN)).outside).toBeNull();
  expect((await compare(NOW)).outside?.since).toBe(THEN);
  expect((await compare(LATER)).outside?.since).toBe(THEN);
  // As of an earlier moment there is nothing to say of a later one.
  expect((await compare("2023-01-01T00:00:00Z")).outside).toBeNull();
}, 240_000);

test("what is not pinned is said, with what was weighed and the lines that pin it; of what is pinned nothing", async () => {
  const { compare, weigh } = app("six  # for old Pythons\nidna>=3\ncertifi==2025.10.5\n");
  const { unpinned } = await weigh(NOW);
  expect(unpinned).toMatchObject({
    requirements: [
      { name: "six", version: "1.17.0", place: "requirements.txt:1" },
      { name: "idna", version: expect.stringMatching(/^3\./), place: "requirements.txt:2" },
    ],
    steps: [{ kind: "diff", file: "requirements.txt" }],
  });
  expect(unpinned?.steps[0]?.lines).toContain("+six==1.17.0  # for old Pythons");
  expect((await app("six==1.17.0\n").weigh(NOW)).unpinned).toBeNull();
  expect((await app("six\n-c limits.txt\n", { "limits.txt": "six==1.17.0\n" }).weigh(NOW)).unpinned).toBeNull();
  // idna is pinned by the head.
  const grown = await compare(NOW);
  expect(grown.unpinned?.requirements.map(({ name }) => name)).toEqual(["six"]);
  expect(renderMarkdown(grown)).toContain("Not pinned: 1 requirement; a deploy may get other versions");
}, 240_000);

test.each(["uv", "poetry", "pipenv"] as const)(
  "a lock of %s pins everything",
  async (manager) => {
    const { path } = repositoryOf(await world.app(manager, ["six==1.17.0"]));
    const asked = ["--repo", path, "--cache-dir", world.emptyCache(), "--advice-time", "0", "--format", "json"];
    expect(reportOf(await slugdiff(["weigh", ...asked])).unpinned).toBeNull();
  },
  240_000,
);
