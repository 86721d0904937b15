import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { KIB } from "../../src/model/bytes.js";
import type { PageApp } from "../../src/model/page-data.js";
import type { Report } from "../../src/model/report.js";
import { runCommandLine } from "../../src/terminal/run.js";
import { dataIn } from "../render/page.js";
import { noise } from "../weigh/support.js";
import { CUTOFF, openWorld, reportOf, repositoryOf, slugdiff, type Ran, type World } from "./support.js";

let world: World;
let repo: string;
let cacheDir: string;

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  ({ path: repo } = repositoryOf(
    { ".python-version": world.python, "requirements.txt": "six==1.16.0\nidna==3.10\n", "app.py": "print(1)\n" },
    { "requirements.txt": "six==1.17.0\ncertifi==2025.10.5\n", "models/</script>.bin": noise(300 * KIB) },
  ));
  // What both sides need is in the store for all tests.
  await run("compare", "--base", "base", "--head", "head");
}, 240_000);
afterAll(() => {
  world.close();
});

function run(...args: string[]): Promise<Ran> {
  return slugdiff([...args, "--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF]);
}

/** The page that a command writes to a file, and the report that it prints. */
async function pageAndReport(...args: string[]): Promise<{ page: PageApp; report: Report }> {
  const file = join(world.root, "report.html");
  const report = reportOf(await run(...args, "--format", "json", "--output", file));
  const [page, ...others] = dataIn(readFileSync(file, "utf8")).apps;
  if (page === undefined || others.length > 0) throw new Error("the page is not about one app");
  return { page, report };
}

/** Each layer by its key, with its compressed bytes on both sides: as the map has it, or as the report has. */
function byMap({ map }: PageApp): Record<string, unknown> {
  return Object.fromEntries(
    (map.children ?? []).map(({ key = "", base, head }) => [key, [base?.[2] ?? null, head?.[2] ?? null]]),
  );
}
function byReport({ base, head }: Report): Record<string, unknown> {
  const sizes = [base, head].map(
    ({ layers }) =>
      new Map(
        layers.map(({ kind, name, weight }) => [
          `${kind === "tool" ? "distribution" : kind}:${name}`,
          weight.compressed,
        ]),
      ),
  );
  const keys = sizes.flatMap((side) => [...side.keys()]);
  return Object.fromEntries(keys.map((key) => [key, sizes.map((side) => side.get(key) ?? null)]));
}

test.each([
  ["compare", ["compare", "--base", "base", "--head", "head"]],
  ["weigh", ["weigh", "head"]],
  ["what-if", ["what-if", "--head", "head", "--without", "certifi"]],
])("the figures in the page of %s are those of its JSON", async (_, args) => {
  const { page, report } = await pageAndReport(...args);
  expect([page.map.base?.[2] ?? 0, page.map.head?.[2]]).toEqual([
    report.base.total?.compressed,
    report.head.total?.compressed,
  ]);
  expect(byMap(page)).toEqual(byReport(report));
  expect(page.report).toMatchObject({ verdict: report.verdict, diff: { total: report.diff.total }, app: "." });
  const app = page.map.children?.find(({ key }) => key === "app:app");
  expect(app?.children?.find(({ name }) => name === "models/<")).toMatchObject({
    children: [{ name: "script>.bin" }, { kind: "rest" }],
  });
});

test("piped, the page is the result", async () => {
  const { stdout, stderr } = await run("weigh", "head", "--format", "html");
  expect(stdout).toMatch(/^<!doctype html>/i);
  expect(dataIn(stdout).apps).toHaveLength(1);
  expect(stderr).not.toContain("slugdiff:");
});

test("a terminal gets no page: it is refused before anything is weighed, or written to a file and told as text", async () => {
  const onTerminal = async (...args: string[]): Promise<Ran> => {
    const written = { stdout: "", stderr: "" };
    const status = await runCommandLine(
      ["weigh", "head", "--format", "html", "--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF, ...args],
      {
        stdout: { isTTY: true, columns: 100, write: (text) => (written.stdout += text) },
        stderr: { write: (text) => (written.stderr += text) },
        env: process.env,
        on: () => undefined,
        off: () => undefined,
      },
    );
    return { status, ...written };
  };
  expect(await onTerminal()).toEqual({
    status: 2,
    stdout: "",
    stderr: "slugdiff: A page can't be shown on a terminal.\nHint: Write it to a file: --output report.html.\n",
  });
  const file = join(world.root, "from-terminal.html");
  const { status, stdout } = await onTerminal("--output", file);
  expect(status).toBe(0);
  expect(stdout).toContain("the slug");
  expect(stdout).not.toContain("<script");
  expect(dataIn(readFileSync(file, "utf8")).apps).toHaveLength(1);
});
