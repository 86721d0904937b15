// How long the HTML report of a very large slug takes in Chromium: to appear, to zoom, to search. Prints Markdown.
import { writePage } from "../../scripts/page.mjs";
import { Pages } from "../../__tests__/page/browser.js";
import { onPage } from "../../__tests__/report/on-page.js";
import { file, graph, part, slug, tree, weighedSide } from "../../__tests__/slugs.js";
import type { PageApp } from "../../src/model/page-data.js";
import type { MapNode } from "../../src/model/size-map.js";

const DISTRIBUTIONS = 5000;
const FILES = 40;
const ROUNDS = 7;

/** 200,000 files; sizes of distributions and of files in each fall as those of real slugs do. */
function large(): PageApp {
  const parts = (grown: number): ReturnType<typeof part>[] =>
    Array.from({ length: DISTRIBUTIONS }, (_, at) => {
      const size = 40_000_000 / (at + 10) + (at % 5 === grown ? 500 : 0);
      const files = Array.from({ length: FILES }, (__, which) =>
        file(`site-packages/dist_${at}/sub_${which % 6}/module_${which}.py`, Math.ceil(size / (which + 1.5))),
      );
      return part("distribution", `distribution-${at}`, tree(files));
    });
  const direct = Array.from({ length: 100 }, (_, at) => `requirements.txt:${at + 1} distribution-${at * 50}`);
  const edges = Array.from(
    { length: DISTRIBUTIONS },
    (_, at) => `distribution-${Math.floor(at / 2)} distribution-${at}`,
  );
  const of = graph(direct, edges);
  return onPage(weighedSide(slug(parts(0), of)), weighedSide(slug(parts(1), of)));
}

/** Milliseconds from doing something until what it leads to is painted. */
async function until(page: Awaited<ReturnType<Pages["open"]>>["page"], what: string): Promise<number> {
  return page.evaluate(async (selector) => {
    const start = performance.now();
    document.querySelector<HTMLElement>(selector)?.click();
    // Painted once the frame after the next one begins.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - start;
  }, what);
}

function median(numbers: readonly number[]): string {
  return `${Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0)} ms`;
}

await writePage();
const app = large();
const pages = await Pages.start();
const times = new Map<string, number[]>();
const note = (name: string, time: number): void => void times.set(name, [...(times.get(name) ?? []), time]);
try {
  for (let round = 0; round < ROUNDS; round++) {
    const { page } = await pages.open([app]);
    await page.locator(".tiles > .tile").first().waitFor();
    const painted = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    );
    note("until it is painted, from the start of loading", painted);
    await until(page, ".tiles > .tile:first-child");
    note("zoom into a distribution", await until(page, ".tiles > .tile:first-child"));
    note("zoom out", await until(page, ".crumbs button"));
    note(
      "zoom into what is drawn as one",
      (await page.locator(".tiles > .rest").count()) === 0
        ? 0
        : (await until(page, ".tiles > .rest"), await until(page, ".tiles > .rest")),
    );
    await until(page, ".crumbs button");
    note("the change instead of compressed bytes", await until(page, "input[value=change]"));
    note("sort by what needs it", await until(page, "[data-sorts='needed by']"));
    const search = await page.evaluate(async () => {
      const input = document.querySelector<HTMLInputElement>("input[type=search]");
      if (input === null) throw new Error("there is no search");
      input.value = "module_1";
      const start = performance.now();
      input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - start;
    });
    note("search all names", search);
    await page.context().close();
  }
} finally {
  await pages.end();
}
const count = (node: MapNode): number => 1 + (node.children ?? []).reduce((sum, child) => sum + count(child), 0);
console.log(
  `${DISTRIBUTIONS.toLocaleString("en-US")} distributions, ${(DISTRIBUTIONS * FILES).toLocaleString("en-US")} files: ${count(app.map).toLocaleString("en-US")} nodes, ${(JSON.stringify(app).length / 1e6).toFixed(1)} MB of data.\n`,
);
console.log("| what | median |\n| --- | --: |");
for (const [name, some] of times) console.log(`| ${name} | ${median(some)} |`);
