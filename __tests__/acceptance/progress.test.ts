import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { activities, type Told } from "../progress.js";
import { openWorld, repositoryOf, weigh, type World } from "./support.js";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => {
  world.close();
});

const WEIGHING = "Weighing the app's files";

test("how far the weighing of large files of the app is, and nothing of what is remembered", async () => {
  const first = {
    ".python-version": `${world.python}\n`,
    "requirements.txt": "",
    "app.py": "1\n",
    "model.bin": Buffer.alloc(40 * MIB),
    "data.csv": "1,2\n".repeat(5000),
  };
  const { path: repo, shas } = repositoryOf(first, { "app.py": "2\n" }, { "other.bin": Buffer.alloc(33 * MIB, 1) });
  const cacheDir = world.emptyCache();
  const weighing = async (at: number): Promise<Told[]> => {
    const { progress, started } = activities();
    await weigh({ repo, base: null, head: shas[at] ?? "", cacheDir, progress });
    expect(started.every(({ ended }) => ended)).toBe(true);
    return started.filter(({ title }) => title === WEIGHING);
  };
  const [cold, ...more] = await weighing(0);
  expect(more).toEqual([]);
  expect(cold).toMatchObject({ unit: "bytes", total: cold?.done });
  expect(cold?.total).toBeGreaterThan(40 * MIB);
  // One file, and yet it does not go from nothing to all in one step.
  expect(cold?.steps).toBeGreaterThan(40);
  // Known from the store; then with a model that is; then beside a new one.
  expect(await weighing(0)).toEqual([]);
  expect(await weighing(1)).toEqual([]);
  const [added] = await weighing(2);
  expect(added?.total).toBeGreaterThan(33 * MIB);
  expect(added?.total).toBeLessThan(40 * MIB);
  expect(added?.done).toBe(added?.total);
});
