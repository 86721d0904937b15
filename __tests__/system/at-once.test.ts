import { expect, test } from "@jest/globals";
import { mapAtOnce } from "../../src/system/at-once.js";

const after = (turns: number): Promise<void> =>
  turns === 0 ? Promise.resolve() : Promise.resolve().then(() => after(turns - 1));

test("results are in the order of the items, of which no more than so many are worked on at a time", async () => {
  let open = 0;
  let most = 0;
  const results = await mapAtOnce([5, 1, 4, 2, 3], 2, async (turns) => {
    most = Math.max(most, ++open);
    await after(turns * 10);
    open--;
    return turns * 2;
  });
  expect(results).toEqual([10, 2, 8, 4, 6]);
  expect(most).toBe(2);
  expect(await mapAtOnce([], 2, () => Promise.reject(new Error("never")))).toEqual([]);
});

test("the first in order that fails is told of, when all have ended, whichever failed first", async () => {
  let ended = 0;
  const work = mapAtOnce([30, 20, 10], 3, async (turns) => {
    await after(turns);
    ended++;
    if (turns < 30) throw new Error(`after ${turns}`);
  });
  await expect(work).rejects.toThrow("after 20");
  expect(ended).toBe(3);
});
