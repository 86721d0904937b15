import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { preinstalled } from "../../src/install/preinstalled.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import type { InstalledDistribution } from "../../src/model/distribution.js";
import { content, digest, installOn, openBench, type Bench } from "./support.js";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

async function toolsOf(manager: PackageManagerName, minor = bench.target.python.minor) {
  const target = { ...bench.target, python: { full: `${minor}.1`, minor } };
  return preinstalled(manager, target, bench.tools, await bench.context());
}

async function installTools(manager: PackageManagerName): Promise<InstalledDistribution[]> {
  const { distributions, environment, lock } = await toolsOf(manager);
  return installOn(bench, { distributions, pylock: await lock() }, { environment });
}

test("pip comes with setuptools up to Python 3.12, uv and Poetry leave nothing in the slug", async () => {
  const names = async (manager: PackageManagerName, minor: string): Promise<string[]> =>
    (await toolsOf(manager, minor)).distributions.map(({ name, version }) => `${name} ${version ?? ""}`);
  expect(await names("pip", "3.12")).toEqual([expect.stringMatching(/^pip /), "setuptools 70.3.0"]);
  expect(await names("pip", "3.13")).toEqual([expect.stringMatching(/^pip /)]);
  expect(await names("uv", "3.12")).toEqual([]);
  expect(await names("poetry", "3.12")).toEqual([]);
});

test("pip is installed as any distribution", async () => {
  const [pip] = await installTools("pip");
  expect(pip).toMatchObject({ name: "pip", measure: "measured", unclaimed: [] });
  expect(pip?.entries.some(({ path }) => path === ".heroku/python/bin/pip")).toBe(true);
});

test("Pipenv is one layer: an environment of its own, the same each time, its command on PATH", async () => {
  const [pipenv, ...others] = await installTools("pipenv");
  if (pipenv === undefined) throw new Error("not installed");
  expect(others).toEqual([]);
  expect(pipenv).toMatchObject({ name: "pipenv", metadata: { requires: [] } });
  const venv = ".heroku/python/pipenv/venv";
  expect(await readlink(join(pipenv.root, ".heroku/python/pipenv/bin/pipenv"))).toBe(`/app/${venv}/bin/pipenv`);
  expect((await content(pipenv, `${venv}/bin/pipenv`))?.split("\n", 1)).toEqual([`#!/app/${venv}/bin/python`]);
  const paths = pipenv.entries.map(({ path }) => path);
  expect(paths.every((path) => path.startsWith(".heroku/python/pipenv"))).toBe(true);
  const packages = `${venv}/lib/python${bench.target.python.minor}/site-packages`;
  expect(paths).toEqual(expect.arrayContaining([`${packages}/virtualenv`, `${packages}/pipenv/__pycache__`]));
  const [again] = await installTools("pipenv");
  expect(again && (await digest(again))).toEqual(await digest(pipenv));
});
