import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Event } from "../github-fake/events.js";
import { green, oneComment, openShop, WITH_CERTIFI, withoutLinks, type Ran, type Shop } from "./shop.js";
import { readmeWorkflow } from "./workflow.js";

describe("the Actions cache costs or saves time, and changes nothing else", () => {
  const workflow = readmeWorkflow("Slug size");
  let shop: Shop;
  let event: Event;
  let cold: string;
  beforeAll(async () => {
    shop = await openShop();
    ({ event } = shop.open(7, WITH_CERTIFI));
  });
  afterAll(async () => {
    await shop.close();
  });

  /** A run on a machine that has never weighed anything. */
  async function run(): Promise<Ran> {
    shop.cache.calls.splice(0);
    const ran = await shop.run(event, { workflow, cacheDir: shop.emptyCache() });
    green(ran);
    return ran;
  }

  test("cold: everything is installed, and what was learnt is saved", async () => {
    const { log } = await run();
    expect(log).toMatch(/^Installing .*certifi/m);
    expect(shop.cache.entries).toHaveLength(1);
    expect(shop.cache.entries[0]?.archive?.length).toBeLessThan(1024 * 1024);
    cold = withoutLinks(oneComment(shop, 7).text);
  });

  test("restored: nothing is installed, nothing is saved, and the comment is the same", async () => {
    const { log } = await run();
    expect(log).not.toMatch(/^Installing/m);
    expect(shop.cache.entries).toHaveLength(1);
    expect(withoutLinks(oneComment(shop, 7).text)).toBe(cold);
  });

  test.each<readonly [string, (archive: Buffer) => Buffer]>([
    ["cut short", (archive) => archive.subarray(0, archive.length / 2)],
    ["overwritten", (archive) => Buffer.alloc(archive.length, "x")],
    ["empty", () => Buffer.alloc(0)],
  ])("an entry that is %s is not believed, and replaced", async (_, damage) => {
    const { entries } = shop.cache;
    for (const entry of entries) entry.archive = damage(entry.archive ?? Buffer.alloc(0));
    const { log } = await run();
    expect(log).toMatch(/^Installing .*certifi/m);
    expect(withoutLinks(oneComment(shop, 7).text)).toBe(cold);
    const before = entries.length;
    expect((await run()).log).not.toMatch(/^Installing/m);
    expect(entries).toHaveLength(before);
  });

  test("one that may only be read is read", async () => {
    shop.cache.faults.set("CreateCacheEntry", "denied");
    expect((await run()).log).not.toMatch(/^Installing/m);
    shop.cache.entries.splice(0);
    expect((await run()).annotations.filter(({ level }) => level === "error")).toEqual([]);
    expect(shop.cache.entries).toEqual([]);
    expect(withoutLinks(oneComment(shop, 7).text)).toBe(cold);
  });

  test("one that is down is done without", async () => {
    shop.cache.faults.set("GetCacheEntryDownloadURL", "cuts").set("CreateCacheEntry", "cuts");
    expect((await run()).log).toMatch(/^Installing .*certifi/m);
    expect(withoutLinks(oneComment(shop, 7).text)).toBe(cold);
  });

  test("`cache: false` asks for nothing and keeps nothing", async () => {
    shop.cache.faults.clear();
    shop.cache.calls.splice(0);
    const without = workflow.replace("max-increase: 20M", "max-increase: 20M\n          cache: false");
    const ran = await shop.run(event, { workflow: without, cacheDir: shop.emptyCache() });
    green(ran);
    expect(shop.cache.calls).toEqual([]);
    expect(withoutLinks(oneComment(shop, 7).text)).toBe(cold);
  });
});
