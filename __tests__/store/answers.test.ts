import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { z } from "zod";
import { createAnswers, type Question } from "../../src/store/answers.js";
import { openStore, type LayerStore } from "../../src/store/store.js";

let directory: string;
let store: LayerStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "slugdiff-answers-"));
  store = openStore(directory, {
    note: (text) => {
      throw new Error(text);
    },
  });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Asks for a number about `about`, and counts how often it is found. */
function question(about: readonly unknown[], rest: Partial<Question<number>> = {}) {
  let found = 0;
  const find = (): Promise<number> => Promise.resolve(++found * 10);
  return { asked: { about, find, ...rest }, found: (): number => found };
}

const LASTING = { schema: z.number(), may: (): boolean => true };

test("whoever asks the same has the one answer; another question has its own", async () => {
  const answers = createAnswers(store);
  const one = question(["size", 1]);
  const other = question(["size", 2]);
  expect(await Promise.all([answers.to(one.asked), answers.to(one.asked), answers.to(other.asked)])).toEqual([
    10, 10, 10,
  ]);
  expect([one.found(), other.found()]).toEqual([1, 1]);
});

test("a failure is told to all who wait, and tried again for who asks later", async () => {
  const answers = createAnswers(store);
  let tries = 0;
  const find = (): Promise<number> => (++tries === 1 ? Promise.reject(new Error("down")) : Promise.resolve(tries));
  const asked = { about: ["size"], find };
  const both = await Promise.allSettled([answers.to(asked), answers.to(asked)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await answers.to(asked)).toBe(2);
});

test("a later run has the lasting ones, and no others", async () => {
  const asked = (rest: Partial<Question<number>>) => question(["size", rest.lasting === undefined], rest);
  for (const [rest, times] of [
    [{}, 2],
    [{ lasting: LASTING }, 1],
    [{ lasting: { ...LASTING, may: () => false } }, 2],
  ] as const) {
    const { asked: each, found } = asked(rest);
    await createAnswers(store).to(each);
    await createAnswers(store).to(each);
    expect(found()).toBe(times);
    await store.clear();
  }
});

test("what is remembered in another form is found anew", async () => {
  const text = {
    ...question(["size"]).asked,
    find: () => Promise.resolve("ten"),
    lasting: { schema: z.string(), may: () => true },
  };
  expect(await createAnswers(store).to(text)).toBe("ten");
  const { asked, found } = question(["size"], { lasting: LASTING });
  expect(await createAnswers(store).to(asked)).toBe(10);
  expect(found()).toBe(1);
});

test("answers are no layers, but count for the store's size, and are forgotten with it", async () => {
  await createAnswers(store).to(question(["size"], { lasting: LASTING }).asked);
  const { layers, bytes } = await store.stats();
  expect(layers).toBe(0);
  expect(bytes).toBeGreaterThan(0);
  await store.clear();
  expect(await store.stats()).toMatchObject({ layers: 0, bytes: 0 });
});
