import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { crumbs, Pages } from "./browser.js";
import { sample } from "./sample.js";

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
});
afterAll(() => pages.end());

/** What has the focus: a rectangle's first word, or whatever it is called. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const label = element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    return label.split(",")[0] ?? "";
  });
}

async function tabTo(page: Page, found: (element: Element | null) => boolean): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(found.toString().replace(/^/, "(").replace(/$/, ")(document.activeElement)"))) return;
  }
  throw new Error("the tab key does not lead there");
}

test("all of the map can be walked by keyboard: in, out, across, and each step has the focus where the eye is", async () => {
  const { page } = await pages.open([sample()]);
  await tabTo(page, (element) => element?.getAttribute("role") === "option");
  expect(await focused(page)).toBe("tensorflow");
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toBe("xgboost");
  await page.keyboard.press("ArrowLeft");
  expect(await focused(page)).toBe("tensorflow");
  await page.keyboard.press("ArrowDown");
  expect(await focused(page)).toBe("nvidia-nccl-cu12");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await focused(page)).toBe("tensorflow");
  await page.keyboard.press("Space");
  expect(await page.locator(".details h3").innerText()).toMatch(/^tensorflow/);
  await page.keyboard.press("Enter");
  expect(await crumbs(page)).toEqual(["Slug", "tensorflow"]);
  expect(await focused(page)).toBe("tensorflow/");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  expect(await crumbs(page)).toEqual(["Slug"]);
  expect(await focused(page)).toBe("tensorflow");
  await page.keyboard.press("Escape");
  expect(await page.locator(".details").isVisible()).toBe(false);
  await page.keyboard.press("End");
  expect(await focused(page)).not.toBe("tensorflow");
  await page.keyboard.press("Home");
  expect(await focused(page)).toBe("tensorflow");
});

test("a window of another size leaves the focus where it is", async () => {
  const { page } = await pages.open([sample()]);
  await tabTo(page, (element) => element?.getAttribute("role") === "option");
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toBe("xgboost");
  const option = await page.locator(".option:focus").elementHandle();
  await page.setViewportSize({ width: 900, height: 700 });
  // The map is drawn anew.
  await page.waitForFunction((element) => !element.isConnected, option);
  expect(await focused(page)).toBe("xgboost");
});

test("the tab key stops at the map once", async () => {
  const { page } = await pages.open([sample()]);
  expect(await page.locator(".map [tabindex='0']").count()).toBe(1);
  await page.locator(".tiles > .tile").nth(2).click();
  expect(await page.locator(".map [tabindex='0']").count()).toBe(1);
});

test("measures, search, sorting, rows and advice work by keyboard, and the focus can be seen on each", async () => {
  const { page } = await pages.open([sample()]);
  await tabTo(page, (element) => element?.tagName === "SUMMARY");
  await page.keyboard.press("Enter");
  expect(await page.locator(".advice details[open]").count()).toBe(1);
  await tabTo(page, (element) => element?.getAttribute("type") === "radio");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  expect(await page.locator(".share").innerText()).toMatch(/not drawn/);
  await tabTo(page, (element) => element?.getAttribute("type") === "search");
  await page.keyboard.type("scipy");
  await page.keyboard.press("Enter");
  expect(await page.locator(".status").innerText()).toBe("2 matches");
  await page.keyboard.press("Escape");
  await tabTo(page, (element) => element?.getAttribute("data-sorts") === "name");
  await page.keyboard.press("Enter");
  expect(await focused(page)).toMatch(/^Name/);
  await tabTo(page, (element) => element?.className === "select");
  await page.keyboard.press("Enter");
  const selected = await page.locator(".parts tr.selected .select").innerText();
  expect(await page.locator(".details h3 > bdi").innerText()).toBe(selected);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
  expect(outline).toBe("solid");
});
