import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { AxeResults } from "axe-core";
import type { BrowserContextOptions, Page } from "playwright-core";
import { Pages, tile } from "./browser.js";
import { hostile, removedApp, sample, unknownBase, unweighableHead, weighedAlone } from "./sample.js";

let pages: Pages;
let axe: string;
beforeAll(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  pages = await Pages.start();
});
afterAll(() => pages.end());

/** What axe finds in the page as it stands, best practices among it. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>("axe.run()");
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  );
}

const WAYS: readonly (readonly [string, BrowserContextOptions])[] = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
];

test.each(WAYS)(
  "axe finds nothing, %s, whatever is opened, chosen, searched for or zoomed into",
  async (_, options) => {
    const { page } = await pages.open([sample()], options);
    expect(await findings(page)).toEqual([]);
    await page.evaluate(() => {
      for (const each of document.querySelectorAll("details")) each.open = true;
    });
    await tile(page, "xgboost").click();
    expect(await findings(page)).toEqual([]);
    await page.getByRole("radio", { name: "Change" }).check({ force: true });
    expect(await findings(page)).toEqual([]);
    await page.getByRole("radio", { name: "On disk" }).check({ force: true });
    await page.getByRole("searchbox").fill("xgboost");
    await page.locator(".status", { hasText: "match" }).waitFor();
    await tile(page, "tensorflow").dblclick();
    expect(await findings(page)).toEqual([]);
  },
);

test.each([
  ["one revision", () => [weighedAlone()]],
  ["an unknown base", () => [unknownBase()]],
  ["hostile names", () => [hostile()]],
  ["several apps", () => [unweighableHead(), sample(), removedApp()]],
] as const)("axe finds nothing with %s", async (_, make) => {
  const { page } = await pages.open(make());
  expect(await findings(page)).toEqual([]);
});

test("nothing on a phone is wider than it, and all can be reached by touch", async () => {
  for (const app of [sample(), hostile()]) {
    const { page } = await pages.open([app], { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await page.locator(".tiles > .tile").first().tap();
    expect(await page.locator(".details").isVisible()).toBe(true);
    await page.locator(".tiles > .tile").first().tap();
    expect(await page.locator(".crumbs li").count()).toBe(2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  }
});

test("on paper all is open, nothing is cut off, and what can't be pressed is gone", async () => {
  const { page } = await pages.open([sample()]);
  await tile(page, "xgboost").click();
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  expect(await page.locator("details:not([open])").count()).toBe(0);
  expect(await page.locator(".search, .measures, .zoom").filter({ visible: true }).count()).toBe(0);
  const cut = await page.evaluate(
    () =>
      [...document.querySelectorAll(".details, .table, .scrolling")].filter(
        (each) => each.scrollHeight > each.clientHeight + 1,
      ).length,
  );
  expect(cut).toBe(0);
  expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  expect(await page.locator("details[open]").count()).toBe(0);
});
