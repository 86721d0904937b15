import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import type { PageApp } from "../../src/model/page-data.js";
import { Pages } from "./browser.js";
import { many, removedApp, sample, unknownBase, weighedAlone } from "./sample.js";

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
});
afterAll(() => pages.end());

/** What one view of the map shows. */
interface Shown {
  readonly path: string;
  /** Of the rectangle that was zoomed into; null for the slug. */
  readonly of: number | null;
  readonly tiles: readonly Rectangle[];
  readonly stretches: readonly number[];
  readonly area: number;
  /** Text of the table's caption and of its cells of sizes. */
  readonly caption: string;
  readonly cells: readonly string[];
}

interface Rectangle {
  readonly name: string;
  readonly value: number;
  readonly area: number;
  readonly inside: readonly Rectangle[];
}

/** Zooms into everything that can be zoomed into, and tells what is shown there. */
function everyView(page: Page): Promise<Shown[]> {
  return page.evaluate(() => {
    const read = (element: Element): Rectangle => {
      const { width, height } = element.getBoundingClientRect();
      return {
        name: element.querySelector(":scope > .label bdi")?.textContent ?? "",
        value: Number(element.getAttribute("data-value")),
        area: width * height,
        inside: [...element.querySelectorAll(":scope > .tile")].map(read),
      };
    };
    const map = document.querySelector<HTMLElement>(".map");
    if (map === null) throw new Error("there is no map");
    const tiles = (): HTMLElement[] => [...map.querySelectorAll<HTMLElement>(".tiles > .tile")];
    const texts = (selector: string): string[] =>
      [...document.querySelectorAll(selector)].map((each) => each.textContent);
    const views: Shown[] = [];
    const look = (path: string, of: number | null): void => {
      views.push({
        path,
        of,
        tiles: tiles().map(read),
        stretches: [...document.querySelectorAll(".stretch")].map((each) => Number(each.getAttribute("data-value"))),
        area: map.clientWidth * map.clientHeight,
        caption: texts(".parts caption").join(),
        cells: texts(
          document.querySelector("input[value=change]:checked") === null
            ? ".parts td[data-column=weight]"
            : ".parts td[data-column=change]",
        ),
      });
      for (let at = 0; at < tiles().length && views.length < 60; at++) {
        const value = Number(tiles()[at]?.dataset.value);
        const depth = document.querySelectorAll(".crumbs li").length;
        tiles()[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        if (document.querySelectorAll(".crumbs li").length === depth)
          tiles()[at]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
        if (document.querySelectorAll(".crumbs li").length === depth) continue;
        look(`${path}/${document.querySelector(".crumbs [aria-current]")?.textContent ?? ""}`, value);
        map.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      }
    };
    look("", null);
    return views;
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function* everyRectangle(tiles: readonly Rectangle[]): Generator<Rectangle> {
  for (const each of tiles) {
    yield each;
    yield* everyRectangle(each.inside);
  }
}

/** Tenths, of whichever unit, or bytes: `1,057.9 MiB` is 10579. */
function tenths(text: string): number {
  const [, sign = "", number = ""] = /([+−]?)([\d,.]+) (?:MiB|KiB|B)$/.exec(text) ?? [];
  return (sign === "−" ? -1 : 1) * Number(number.replaceAll(/[,.]/g, ""));
}

const APPS: readonly (readonly [string, () => PageApp])[] = [
  ["a pull request", sample],
  ["one revision", weighedAlone],
  ["an unknown base", unknownBase],
  ["an app that goes away", removedApp],
  ["a thousand small ones", many],
];

test.each(APPS)(
  "%s: rectangles and stretches are the slug, at every zoom, and rows are what stands above them",
  async (_, make) => {
    const app = make();
    const { page } = await pages.open([app]);
    const slug = app.map.head ?? app.map.base ?? [0, 0, 0];
    for (const measure of await page
      .getByRole("radio")
      .evaluateAll((all) => all.map((each) => each.getAttribute("value")))) {
      await page.locator(`input[value=${measure ?? ""}]`).check({ force: true });
      const isChange = measure === "change";
      const views = await everyView(page);
      const total = isChange ? app.report.diff.total?.compressed : slug[measure === "disk" ? 1 : 2];
      expect(sum(views[0]?.tiles.map(({ value }) => value) ?? [])).toBe(total);
      for (const { of, tiles, stretches, area, caption, cells } of views) {
        const shown = sum(tiles.map(({ value }) => value));
        if (of !== null) expect(shown).toBe(of);
        if (!isChange) expect([stretches[0], sum(stretches)]).toEqual([shown, total]);
        for (const each of everyRectangle(tiles)) {
          if (each.inside.length > 0) expect(sum(each.inside.map(({ value }) => value))).toBe(each.value);
        }
        const magnitude = sum(tiles.map(({ value }) => Math.abs(value)));
        for (const { value, area: its } of tiles) {
          expect(Math.abs(its / area - Math.abs(value) / magnitude)).toBeLessThan(0.002);
        }
        if (tiles.length > 0) expect(sum(cells.filter((text) => text !== "").map(tenths))).toBe(tenths(caption));
      }
      expect(views.length).toBeGreaterThan(5);
    }
  },
);

test("the outermost rectangles are the report's layers, byte for byte", async () => {
  const app = sample();
  const { page } = await pages.open([app]);
  const tiles = await page
    .locator(".tiles > .tile:not(.rest)")
    .evaluateAll((all) =>
      all.map(
        (each) =>
          [each.querySelector(":scope > .label bdi")?.textContent, Number(each.getAttribute("data-value"))] as const,
      ),
    );
  const layers = new Map(app.report.head.layers.map(({ name, weight }) => [name, weight.compressed]));
  const own = tiles.filter(([name]) => layers.has(name ?? ""));
  expect(own.length).toBeGreaterThan(8);
  for (const [name, value] of own) expect(value).toBe(layers.get(name ?? ""));
});
