import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { compareSides } from "../../src/compare/compare.js";
import type { Report } from "../../src/model/report.js";
import type { Result } from "../../src/pipeline/compare.js";
import { subtract, ZERO } from "../../src/model/weight.js";
import { makeWheel } from "../install/support.js";
import {
  CUTOFF,
  layer,
  openWorld,
  reportOf,
  repositoryOf,
  slugdiff,
  slugOf,
  sumsThatFail,
  weigh,
  type Ran,
  type World,
} from "./support.js";

let world: World;
let repo: string;
let cacheDir: string;
/** From base to head: `two` comes, which has a file that `one` has too; `requests` goes, and most of what it brought. */
let there: Result;

/** A wheel of a module of its own, and of one that the other wheel has too. */
async function wheel(name: string, shared: string): Promise<Buffer> {
  const folder = mkdtempSync(join(world.root, "wheel-"));
  await makeWheel(folder, name, { files: { [`${name}.py`]: `NAME = "${name}"\n`, "shared/__init__.py": shared } });
  return readFileSync(join(folder, `${name}-1.0-py3-none-any.whl`));
}

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  const common = {
    ".python-version": world.python,
    "wheels/one-1.0-py3-none-any.whl": await wheel("one", "WHO = 1\n"),
    "wheels/two-1.0-py3-none-any.whl": await wheel("two", `WHO = 2  # ${"longer ".repeat(100)}\n`),
  };
  const requirements = (...lines: string[]): string => `--find-links wheels\n${lines.join("\n")}\n`;
  ({ path: repo } = repositoryOf(
    { ...common, "requirements.txt": requirements("one", "six==1.16.0", "requests==2.31.0"), "old.txt": "old\n" },
    { ...common, "requirements.txt": requirements("one", "two", "six==1.17.0", "idna"), "old.txt": null },
  ));
  there = await compare("base", "head");
}, 240_000);
afterAll(() => {
  world.close();
});

const compare = (base: string, head: string): Promise<Result> => weigh({ repo, base, head, cacheDir });

test("law 2: a file that two distributions claim is counted once, and both are named", () => {
  expect(sumsThatFail(there)).toEqual([]);
  const { report, base, head } = there;
  expect(base.state === "weighed" ? base.slug.overlaps : null).toEqual([]);
  const [overlap, ...others] = report.head.overlaps;
  expect(others).toEqual([]);
  expect([overlap?.owner, ...(overlap?.others ?? [])].sort()).toEqual(["one", "two"]);
  // The module and its bytecode.
  expect(overlap?.files).toBe(2);
  const holders = slugOf(head).layers.filter(({ entries }) =>
    entries.some(({ path }) => path.endsWith("/shared/__init__.py")),
  );
  expect(holders.map(({ name }) => name)).toEqual([overlap?.owner]);
  const alone = layer(report, "one", "base").weight.files;
  expect(layer(report, "one").weight.files + layer(report, "two").weight.files).toBe(2 * alone - 2);
});

describe("law 3", () => {
  test("a comparison with itself is empty", async () => {
    const { diff, verdict } = (await compare("head", "head")).report;
    if (diff.state === "unknown") throw new Error("it must be known");
    expect(diff).toMatchObject({ total: ZERO, error: 0, files: [], filesFolded: { count: 0, delta: ZERO } });
    expect(new Set(diff.layers.map(({ change }) => change))).toEqual(new Set(["unchanged"]));
    for (const { delta } of diff.layers) expect(delta).toEqual(ZERO);
    expect(verdict.status).toBe("pass");
  });

  test("there and back again: what was added is removed, byte for byte", async () => {
    const back = await compare("head", "base");
    const forward = compareSides(there.base, there.head);
    const backward = compareSides(back.base, back.head);
    if (forward.state === "unknown" || backward.state === "unknown") throw new Error("both must be known");
    expect(forward.total.compressed).not.toBe(0);
    const opposite = { added: "removed", removed: "added", changed: "changed", unchanged: "unchanged" } as const;
    expect(backward).toEqual({
      ...forward,
      total: subtract(ZERO, forward.total),
      layers: forward.layers.map(({ change, fromVersion, toVersion, delta, ...row }) => ({
        ...row,
        change: opposite[change],
        fromVersion: toVersion,
        toVersion: fromVersion,
        delta: subtract(ZERO, delta),
      })),
      files: forward.files.map(({ change, delta, ...row }) => ({
        ...row,
        change: opposite[change],
        delta: subtract(ZERO, delta),
      })),
    });
  });
});

test("law 4: the same report warm, cold in another scratch directory, and with nothing kept", async () => {
  const elsewhere = mkdtempSync(join(world.root, "another scratch directory with a longer name-"));
  const asked = ["--repo", repo, "--base", "base", "--head", "head", "--cutoff", CUTOFF, "--format", "json"];
  const json = (...more: string[]): Promise<Ran> =>
    slugdiff(["compare", ...asked, "--advice-time", "0", ...more], {
      RUNNER_TEMP: elsewhere,
      TMPDIR: elsewhere,
    });
  const cold = await json("--cache-dir", world.emptyCache());
  const nothingKept = await json("--no-cache");
  const warm = await slugdiff(["compare", ...asked, "--advice-time", "0", "--cache-dir", cacheDir]);
  expect([cold.status, nothingKept.status, warm.status]).toEqual([0, 0, 0]);
  expect(warm.stderr).not.toMatch(/Installing/);
  expect(cold.stderr).toMatch(/Installing/);
  const expected = timeless(there.report);
  for (const ran of [warm, cold, nothingKept]) expect(timeless(reportOf(ran))).toBe(expected);
  expect(readdirSync(elsewhere)).toEqual([]);
}, 300_000);

/** The report's text without what may differ. */
function timeless(report: Report): string {
  return JSON.stringify({ ...report, timings: {}, notes: [], outside: null }, null, 1);
}
