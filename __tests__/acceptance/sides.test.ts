import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { subtract, ZERO } from "../../src/model/weight.js";
import {
  changes,
  CUTOFF,
  openWorld,
  reportOf,
  repositoryOf,
  slugdiff,
  type Files,
  type Ran,
  type World,
} from "./support.js";

let world: World;
let cacheDir: string;
let good: Files;
let broken: Files;

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  good = { ".python-version": world.python, "requirements.txt": "six==1.17.0\n" };
  broken = { ...good, "poetry.lock": "# another package manager's\n" };
});
afterAll(() => {
  world.close();
});

function compare(base: Files, head: Files, ...more: string[]): Promise<Ran> {
  const { path } = repositoryOf(base, head);
  const revisions = ["--repo", path, "--base", "base", "--head", "head"];
  return slugdiff(["compare", ...revisions, "--cache-dir", cacheDir, "--cutoff", CUTOFF, "--format", "json", ...more]);
}

function finding(report: Report, rule: string): Report["verdict"]["findings"][number] | undefined {
  return report.verdict.findings.find((each) => each.rule === rule);
}

describe("law 6: nothing unmeasured passes silently", () => {
  test("a base with two package managers, which the pull request mends: the delta is unknown, and that is a warning", async () => {
    const ran = await compare(broken, { ...good, "poetry.lock": null });
    const report = reportOf(ran);
    expect(ran.status).toBe(0);
    expect(report.verdict.status).toBe("warn");
    expect(report.base).toMatchObject({ state: "invalid", total: null });
    expect(report.diff.state).toBe("unknown");
    expect(finding(report, "base")?.status).toBe("warn");
    expect(finding(report, "limit")?.status).toBe("pass");
  });

  test("of such a base the absolute limit is held all the same", async () => {
    const ran = await compare(broken, { ...good, "poetry.lock": null }, "--limit", "1M", "--max-increase", "1K");
    expect(ran.status).toBe(1);
    const report = reportOf(ran);
    expect(finding(report, "limit")?.status).toBe("fail");
    expect(finding(report, "max-increase")).toBeUndefined();
  });

  test("a head with two package managers is red, and the report says why, in the file too", async () => {
    const output = join(world.root, "red.json");
    const ran = await compare(good, broken, "--output", output);
    const report = reportOf(ran);
    expect(ran.status).toBe(2);
    expect(report.verdict.status).toBe("indeterminate");
    expect(report.base.state).toBe("weighed");
    expect(report.head.state).toBe("invalid");
    expect(report.head.problem?.message).toMatch(/requirements\.txt.*poetry\.lock|poetry\.lock.*requirements\.txt/);
    expect(report.head.problem?.hint).not.toBe("");
    expect(readFileSync(output, "utf8")).toBe(ran.stdout);
  });

  test("a head that requires what does not exist is red", async () => {
    const ran = await compare(good, { "requirements.txt": "six==1.17.0\nno-such-distribution-of-ours==1\n" });
    expect(ran.status).toBe(2);
    const { head, verdict } = reportOf(ran);
    expect(verdict.status).toBe("indeterminate");
    expect(head.problem?.step).toBe("resolve");
    expect(`${head.problem?.message ?? ""} ${head.problem?.details.join(" ") ?? ""}`).toContain("no-such-distribution");
  });

  test("a head whose settings are misspelt is red", async () => {
    const ran = await compare(good, { "slugdiff.toml": 'limmit = "1G"\n' });
    expect(ran.status).toBe(2);
    expect(reportOf(ran).head.problem?.message).toContain("limmit");
  });
});

describe("an app comes and goes", () => {
  const other = { "README.md": "Nothing here yet.\n" };

  test("a new app grows by all that it weighs", async () => {
    const ran = await compare(other, good);
    const report = reportOf(ran);
    expect(ran.status).toBe(0);
    expect(report.base.state).toBe("absent");
    expect(report.head.total).toMatchObject(report.diff.total ?? {});
    expect(changes(report)).toContain("added six");
  });

  test("an app whose directory goes away shrinks by all that it weighed", async () => {
    const site = { "site/.python-version": world.python, "site/requirements.txt": "six==1.17.0\n" };
    const gone = { "site/.python-version": null, "site/requirements.txt": null };
    const ran = await compare({ ...other, ...site }, gone, "--app", "site");
    const report = reportOf(ran);
    expect(ran.status).toBe(0);
    expect(report.verdict.status).toBe("pass");
    expect(report.head.state).toBe("absent");
    const { files = 0, disk = 0, compressed = 0 } = report.base.total ?? {};
    expect(compressed).toBeGreaterThan(0);
    expect(report.diff.total).toEqual(subtract(ZERO, { files, disk, compressed }));
  });

  test("an app that never was is a mistake: one line, one hint, no report", async () => {
    const ran = await compare(other, { "README.md": "Still nothing.\n" });
    expect(ran).toMatchObject({ status: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^slugdiff: .*\nHint: .*\n$/m);
  });
});
