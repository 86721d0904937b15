import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { KIB } from "../../src/model/bytes.js";
import { mib } from "../../src/model/format.js";
import type { Report } from "../../src/model/report.js";
import { noise } from "../weigh/support.js";
import {
  changes,
  CUTOFF,
  layer,
  openWorld,
  reportOf,
  repositoryOf,
  slugdiff,
  type Ran,
  type World,
} from "./support.js";

let world: World;
let cacheDir: string;
let repo: string;
/** The commits: the app, what the pull request does to it, and a word that is changed after that. */
let shas: readonly string[];

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  ({ path: repo, shas } = repositoryOf(
    {
      ".python-version": world.python,
      "requirements.txt": "six==1.16.0\n",
      "slugdiff.toml": 'max-increase = "100K"\n',
      "old.bin": noise(20 * KIB),
      "app.py": "print(1)\n",
    },
    {
      "requirements.txt": "# what we need\nsix==1.17.0\nrequests==2.32.5\n",
      "slugdiff.toml": 'max-increase = "100M"\n',
      "old.bin": null,
      "model.bin": noise(300 * KIB),
      "docs/manual.pdf": noise(500 * KIB),
      ".slugignore": "docs\n",
    },
    { "app.py": "print(2)\n" },
  ));
});
afterAll(() => {
  world.close();
});

const sha = (at: number): string => shas[at] ?? "";

function run(...args: string[]): Promise<Ran> {
  return slugdiff([...args, "--repo", repo, "--cache-dir", cacheDir, "--cutoff", CUTOFF]);
}

function compare(base: number, head: number, ...more: string[]): Promise<Ran> {
  return run("compare", "--base", sha(base), "--head", sha(head), ...more);
}

describe("compare", () => {
  let ran: Ran;
  let report: Report;
  beforeAll(async () => {
    ran = await compare(0, 1, "--format", "json");
    report = reportOf(ran);
  }, 240_000);

  test("the base's rules hold: a pull request can't raise its own", () => {
    const { verdict, config, configChanges } = report;
    expect(ran.status).toBe(1);
    expect(verdict.findings.find(({ rule }) => rule === "max-increase")).toMatchObject({
      status: "fail",
      limit: 100 * KIB,
    });
    expect(config["max-increase"]).toBe("100K");
    expect(configChanges.join()).toMatch(/max-increase from 100K to 100M/);
  });

  test("an option is over the file", async () => {
    const { status, stdout } = await compare(0, 1, "--max-increase", "none");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^PASS\n/);
  });

  test("the app's own files: added, removed, and not what .slugignore hides", () => {
    const { diff } = report;
    const files = new Map(diff.files.map(({ path, change, delta }) => [path, { change, delta }]));
    expect(files.get("model.bin")).toMatchObject({ change: "added", delta: { files: 1, disk: 300 * KIB } });
    expect(files.get("old.bin")).toMatchObject({ change: "removed", delta: { files: -1, disk: -20 * KIB } });
    expect([...files.keys()].filter((path) => path.startsWith("docs"))).toEqual([]);
    // Noise can't be compressed.
    const moved = files.get("model.bin")?.delta.compressed ?? 0;
    expect(Math.abs(moved - 300 * KIB)).toBeLessThan(KIB);
    expect(changes(report)).toEqual(expect.arrayContaining(["added requests", "added urllib3", "added idna"]));
  });

  test("a limit that the pull request breaks fails it, one that it inherits warns", async () => {
    const [grown, inherited] = [await compare(0, 1, "--limit", "1M"), await compare(1, 2, "--limit", "1M")];
    expect(grown.status).toBe(1);
    expect(grown.stdout).toMatch(/^FAIL\n/);
    expect(inherited.status).toBe(0);
    expect(inherited.stdout).toMatch(/^WARN\n/);
    expect(inherited.stdout).toMatch(/over the limit of 1 MiB, as before/);
  });

  test("--output writes the result to a file too, in the form that its name asks for", async () => {
    const output = join(world.root, "report.json");
    const { stdout } = await compare(1, 2, "--format", "markdown", "--output", output);
    expect(stdout).toMatch(/^### .* Slug unchanged/);
    const badge = join(world.root, "badge.svg");
    const weighed = await run("weigh", sha(2), "--output", badge);
    expect(weighed.stdout).toMatch(/^PASS\n/);
    expect(readFileSync(badge, "utf8")).toMatch(/^<svg [^]*>slug<[^]* MiB left<[^]*<\/svg>\n$/);
    const { head, diff } = reportOf({ stdout: readFileSync(output, "utf8"), stderr: "" });
    expect(head.revision?.sha).toBe(sha(2));
    expect(diff.files.map(({ path }) => path)).toEqual([]);
  });

  test("without --base: the merge base with the default branch", async () => {
    const alone = await run("compare", "--head", sha(0), "--format", "json");
    expect(reportOf(alone).base.revision).toEqual({ ref: "merge base with main", sha: sha(0) });
  });
});

describe("weigh", () => {
  test("one revision alone, against the absolute limit", async () => {
    const fine = await run("weigh", sha(1), "--format", "json");
    const report = reportOf(fine);
    expect(fine.status).toBe(0);
    expect(report.base).toMatchObject({ state: "absent", revision: null });
    expect(layer(report, "requests").why).toEqual(["requirements.txt:3"]);
    expect(layer(report, "urllib3")).toMatchObject({ direct: false, requiredBy: ["requests"] });
    const over = await run("weigh", sha(1), "--limit", "1M");
    expect(over.status).toBe(1);
  });

  test("as a tree: what each requirement brings along, in figures of the report", async () => {
    const report = reportOf(await run("weigh", sha(1), "--format", "json"));
    const { stdout } = await run("weigh", sha(1), "--depth", "3", "--top", "20");
    const row = (start: string): string => stdout.split("\n").find((line) => line.startsWith(start)) ?? "";
    const figure = (bytes: number): string => `  ${mib(bytes)}`;
    expect(row("the slug")).toContain(figure(report.head.total?.compressed ?? NaN));
    expect(row("|- requests")).toContain(figure(layer(report, "requests").retained.compressed));
    expect(row("|- requests")).toContain("requirements.txt:3");
    expect(row("|  |- urllib3")).toContain(figure(layer(report, "urllib3").weight.compressed));
    expect(row("|  |- model.bin")).toContain(figure(300 * KIB));
    expect(stdout).toMatch(/^[|`]- {1,2}six /m);
  });
});

describe("why", () => {
  test("the line that asks for it, the way from there, and what would leave with it", async () => {
    const { status, stdout } = await run("why", "urllib3", "--head", sha(1));
    expect(status).toBe(0);
    expect(stdout).toContain("requirements.txt:3");
    expect(stdout).toContain("requests");
    const direct = await run("why", "Requests", "--head", sha(1), "--format", "json");
    const brings: unknown = JSON.parse(direct.stdout);
    expect(brings).toMatchObject({
      name: "requests",
      brings: expect.arrayContaining([expect.objectContaining({ name: "certifi" })]) as unknown,
    });
  });

  test("what is not there is a mistake, with a hint", async () => {
    const { status, stdout, stderr } = await run("why", "numpy", "--head", sha(0));
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^slugdiff: numpy is not in the slug\.\nHint: .+$/m);
  });
});

describe("store", () => {
  test("says what it remembers, and forgets it", async () => {
    const [before, after] = [
      await slugdiff(["store", "stats", "--cache-dir", cacheDir]),
      await slugdiff(["store", "clear", "--cache-dir", cacheDir]),
    ];
    // Six distributions, one of them twice, two tools, three revisions of the app.
    expect(before.stdout).toMatch(/^1\d layers, .*KiB, in /);
    expect(after.stdout).toMatch(/^0 layers, 0 MiB, in /);
    expect([before.status, after.status]).toEqual([0, 0]);
  });
});
