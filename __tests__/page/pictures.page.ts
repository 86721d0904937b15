import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { PageApp } from "../../src/model/page-data.js";
import { Pages, tile } from "./browser.js";
import { removedApp, sample, unweighableHead } from "./sample.js";

/** Share of a picture's pixels that may differ: edges of letters are drawn a little otherwise by another version. */
const TOLERANCE = 0.01;

const APPROVED = new URL("approved/", import.meta.url);
const FOUND = join(tmpdir(), "slugdiff-page-pictures");

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
  await mkdir(FOUND, { recursive: true });
});
afterAll(() => pages.end());

interface View {
  readonly apps: () => readonly PageApp[];
  readonly options?: BrowserContextOptions;
  readonly go?: (page: Page) => Promise<void>;
  /** What of the page is taken; default: all of it. */
  readonly part?: string;
}

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const VIEWS: Readonly<Record<string, View>> = {
  light: { apps: () => [sample()] },
  dark: { apps: () => [sample()], options: { colorScheme: "dark" }, go: (page) => tile(page, "xgboost").click() },
  change: {
    apps: () => [sample()],
    part: ".explorer",
    go: (page) => page.getByRole("radio", { name: "Change" }).check({ force: true }),
  },
  "change-dark": {
    apps: () => [sample()],
    part: ".explorer",
    options: { colorScheme: "dark" },
    go: (page) => page.getByRole("radio", { name: "Change" }).check({ force: true }),
  },
  zoomed: {
    apps: () => [sample()],
    part: ".explorer",
    go: async (page) => {
      await tile(page, "tensorflow").dblclick();
      await page.getByRole("searchbox").fill("core");
      await page.locator(".status", { hasText: "match" }).waitFor();
    },
  },
  phone: { apps: () => [sample()], part: ".explorer", options: PHONE, go: (page) => tile(page, "xgboost").tap() },
  "phone-verdict": {
    apps: () => [removedApp(), sample()],
    options: PHONE,
    part: ".head",
    go: async (page) => {
      // Of two, the one that fails comes first.
      await page.getByRole("combobox").selectOption({ index: 1 });
    },
  },
  unweighable: { apps: () => [unweighableHead()] },
  print: {
    apps: () => [sample()],
    options: { viewport: { width: 720, height: 1000 } },
    go: async (page) => {
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    },
  },
};

// Machines have other fonts: these come from fonts-liberation, which .ci/run installs. A style of our own is against the page's policy.
const FONTS = `:root { font-family: "Liberation Sans" } code, pre { font-family: "Liberation Mono" }`;

test.each(Object.entries(VIEWS))("%s looks as approved", async (name, { apps, options, go, part }) => {
  const { page } = await pages.open(apps(), { reducedMotion: "reduce", bypassCSP: true, ...options });
  await page.addStyleTag({ content: FONTS });
  expect(await page.evaluate(() => document.fonts.check('12px "Liberation Sans"'))).toBe(true);
  await go?.(page);
  await page.mouse.move(0, 0);
  const taken =
    part === undefined
      ? await page.screenshot({ fullPage: true, animations: "disabled", caret: "hide" })
      : await page.locator(part).screenshot({ animations: "disabled", caret: "hide" });
  await writeFile(join(FOUND, `${name}.png`), taken);
  const approved = new URL(`${name}.png`, APPROVED);
  if (process.env.UPDATE === "1") {
    await mkdir(APPROVED, { recursive: true });
    await writeFile(approved, taken);
    return;
  }
  const [is, should] = [PNG.sync.read(taken), PNG.sync.read(await readFile(approved))];
  expect([is.width, is.height]).toEqual([should.width, should.height]);
  const difference = new PNG({ width: is.width, height: is.height });
  const count = pixelmatch(is.data, should.data, difference.data, is.width, is.height, { threshold: 0.15 });
  await writeFile(join(FOUND, `${name}-difference.png`), PNG.sync.write(difference));
  expect(count / (is.width * is.height)).toBeLessThan(TOLERANCE);
});
