import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { homeDirectories } from "../../src/model/target.js";
import { predictWheel } from "../../src/predict/predict.js";
import { createWeigher } from "../../src/weigh/weigher.js";
import { installOn, openBench, resolve, type Bench } from "../install/support.js";

const app = mkdtempSync(join(tmpdir(), "slugdiff-predict-"));
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  rmSync(app, { recursive: true });
  await bench.close();
});

test("what five wheels of PyPI weigh lies within their predictions' bands, file by file where they said", async () => {
  const wanted = ["certifi==2025.11.12", "click==8.3.1", "markupsafe==3.0.3", "pyyaml==6.0.3", "werkzeug==3.1.3"];
  const resolution = await resolve(bench, ...wanted);
  const { minor } = bench.target.python;
  const context = await bench.context();
  const weigher = createWeigher({ python: () => Promise.resolve(bench.python.path), signal: context.signal });
  const home = new Set(homeDirectories(minor));
  const installed = await installOn(bench, resolution);
  expect(installed).toHaveLength(5);
  for (const { name, root, entries } of installed) {
    const source = resolution.distributions.find((distribution) => distribution.name === name)?.source;
    if (source === undefined) throw new Error(`${name} was not resolved`);
    const own = entries.filter(({ path }) => !home.has(path));
    const { weight } = await weigher.weigh({ root, entries: own });
    const prediction = await predictWheel(source, { minor, app }, context);
    expect(prediction).toMatchObject({ basis: "directory", problem: null });
    const { compressed = 0 } = prediction?.weight ?? {};
    expect([name, Math.abs(compressed - weight.compressed) <= (prediction?.error ?? 0)]).toEqual([name, true]);
    // A script that an entry point asks for is in no directory.
    const files = own.map(({ path }) => path).filter((path) => !path.startsWith(".heroku/python/bin/"));
    expect(prediction?.entries.map(({ path }) => path)).toEqual(files);
  }
  await weigher.close();
});
