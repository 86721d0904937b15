import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import type { Result } from "../../src/pipeline/compare.js";
import {
  distributions,
  layer,
  openWorld,
  recorded,
  repositoryOf,
  sumsThatFail,
  weigh,
  type Files,
  type World,
} from "./support.js";

const BASE = ["Django==5.2.8", "asgiref==3.10.0", "sqlparse==0.5.3", "gunicorn==22.0.0", "packaging==25.0"];
const HEAD = [...BASE.filter((each) => !each.startsWith("gunicorn")), "gunicorn==23.0.0", "whitenoise==6.11.0"];

let world: World;
/** Remembers what an earlier package manager's distributions weigh: they are the same files. */
let cacheDir: string;
/** Its name has what shells and tools stumble over. */
let temporary: string;
/** A small Django site for each package manager: before, after, and with another development tool. */
let sites: Record<PackageManagerName, readonly Files[]>;
const results = new Map<PackageManagerName, Result>();

beforeAll(async () => {
  world = await openWorld();
  cacheDir = world.emptyCache();
  temporary = mkdtempSync(join(world.root, "it's a directory, "));
  const site = async (manager: PackageManagerName): Promise<readonly Files[]> =>
    Promise.all([
      world.app(manager, BASE, ["six==1.16.0"]),
      world.app(manager, HEAD, ["six==1.16.0"]),
      world.app(manager, HEAD, ["six==1.17.0", "iniconfig==2.3.0"]),
    ]);
  const [pip, uv, poetry, pipenv] = await Promise.all([site("pip"), site("uv"), site("poetry"), site("pipenv")]);
  sites = { pip, uv, poetry, pipenv };
}, 240_000);
afterAll(() => {
  world.close();
});

describe.each(PACKAGE_MANAGERS)("a Django site with %s", (manager) => {
  let repo: string;
  let shas: readonly string[];
  beforeAll(() => {
    ({ path: repo, shas } = repositoryOf(...sites[manager]));
  });
  const sha = (at: number): string => shas[at] ?? "";

  test("a pull request that bumps gunicorn and adds whitenoise: that is what its rows say, and they add up", async () => {
    const result = await weigh({ repo, base: sha(0), head: sha(1), cacheDir, temporary });
    results.set(manager, result);
    expect(sumsThatFail(result)).toEqual([]);
    const { report } = result;
    expect(report.verdict.status).toBe("pass");
    expect(report.head.packageManager).toBe(manager);
    const rows = report.diff.layers.filter(({ kind, delta }) => kind === "distribution" && delta.files !== 0);
    expect(rows.map(({ name, change, fromVersion, toVersion }) => [name, change, fromVersion, toVersion])).toEqual(
      expect.arrayContaining([["whitenoise", "added", null, "6.11.0"]]),
    );
    const gunicorn = report.diff.layers.find(({ name }) => name === "gunicorn");
    expect(gunicorn).toMatchObject({ change: "changed", fromVersion: "22.0.0", toVersion: "23.0.0" });
    expect(layer(report, "sqlparse")).toMatchObject({ direct: true, requiredBy: ["django"], measure: "measured" });
  });

  test("other development tools change nothing but the app's own files, and nothing known is installed again", async () => {
    const { progress, titles } = recorded();
    const result = await weigh({ repo, base: sha(1), head: sha(2), cacheDir, progress, temporary });
    expect(sumsThatFail(result)).toEqual([]);
    const changed = result.report.diff.layers.filter(({ change }) => change !== "unchanged");
    expect(changed.map(({ name }) => name)).toEqual(manager === "pip" ? [] : ["app"]);
    expect(titles.filter((title) => /^(Installing|Compiling|Weighing)/.test(title))).toEqual([]);
  });
});

test("every package manager gets the same distributions, and they weigh the same", () => {
  const [pip, ...others] = PACKAGE_MANAGERS.map((manager) => {
    const result = results.get(manager);
    return [result && distributions(result.base), result && distributions(result.head)];
  });
  expect(Object.keys(pip?.[1] ?? {})).toEqual(["asgiref", "django", "gunicorn", "packaging", "sqlparse", "whitenoise"]);
  for (const other of others) expect(other).toEqual(pip);
});
