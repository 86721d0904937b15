import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Page } from "playwright-core";
import { crumbs, outline, Pages, row, tile, type Opened } from "./browser.js";
import { removedApp, sample, unknownBase, unweighableHead, weighedAlone } from "./sample.js";

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
});
afterAll(() => pages.end());

const open = async (): Promise<Page> => (await pages.open([sample()])).page;
const text = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();

test("someone new finds which requirement is to blame, what it brings, and what is left without it", async () => {
  const page = await open();
  expect(await text(page, "h1")).toMatch(/Fails.*\+419\.9 MiB.*1,057\.9 MiB is over the limit of 1,000 MiB/s);
  expect(await text(page, ".growth tbody tr:first-child")).toMatch(/xgboost.*\+419\.8 MiB.*nvidia-nccl-cu12/s);
  expect(await text(page, ".brought tbody tr:nth-child(2)")).toMatch(
    /xgboost\s+3\.0\.5 requirements\.txt:5\s+419\.8 MiB\s+638\.1 MiB\s+nvidia-nccl-cu12, scipy$/,
  );
  expect(await text(page, ".brought tbody tr:first-child")).toMatch(/521\.6 MiB\s+536\.3 MiB\s+libclang, .* others$/);
  await page.locator("button.key", { hasText: "xgboost" }).click();
  const details = await text(page, ".details");
  expect(details).toMatch(/requirements\.txt:5 → xgboost/);
  expect(details).toMatch(/Left without it: 638\.1 MiB\s+of 1,057\.9 MiB: 419\.8 MiB less, 361\.9 MiB below the limit/);
  expect(details).toMatch(/brings along 270\.7 MiB\s+nvidia-nccl-cu12\s+239\.6 MiB\s+scipy\s+31\.1 MiB/);
  expect(details).toMatch(/xgboost\/lib\/libxgboost\.so\s+148\.2 MiB/);
  expect(details).toMatch(/Replace xgboost by xgboost-cpu.*−291\.5 MiB \(measured\)/s);
});

test.each([
  ["on a desktop", {}],
  ["on a phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
])(
  "by names alone, from the top: what is to blame, what is left without it, what it brings, %s",
  async (_, options) => {
    const { page } = await pages.open([sample()], options);
    const before = await outline(page);
    const cause = before.indexOf('heading "What changed, by what caused it"');
    expect(before.slice(0, cause + 2)).toEqual([
      'heading "Fails Slug +419.9 MiB: at least 1,057.9 MiB is over the limit of 1,000 MiB"',
      'heading "What changed, by what caused it"',
      'button "xgboost"',
    ]);
    await page.getByRole("table", { name: "What changed, by what caused it" }).getByRole("button").first().click();
    const answers = page.getByRole("region", { name: "What is selected" });
    expect(await answers.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await answers.getByRole("heading").first().isVisible()).toBe(true);
    const after = await outline(page);
    const found = after.slice(after.findIndex((each) => each.startsWith('heading "xgboost 3.0.5')));
    expect(found.filter((each) => !/"(?:Zoom in|Clear the selection)"/.test(each)).slice(0, 6)).toEqual([
      'heading "xgboost 3.0.5"',
      'heading "Why it is there"',
      'heading "Left without it: 638.1 MiB"',
      'heading "It alone brings along 270.7 MiB"',
      'button "nvidia-nccl-cu12"',
      'button "scipy"',
    ]);
    await answers.getByRole("button", { name: "nvidia-nccl-cu12" }).click();
    expect(await answers.getByRole("heading").allTextContents()).toContain("It brings nothing else along");
  },
);

test("a click selects, a second one zooms in, the way back is above the map", async () => {
  const page = await open();
  await tile(page, "tensorflow").click();
  expect(await text(page, ".details h3")).toMatch(/^tensorflow\s+2\.18\.0$/);
  expect(await row(page, "tensorflow").getAttribute("class")).toBe("selected");
  expect(await crumbs(page)).toEqual(["Slug"]);
  await tile(page, "tensorflow").click();
  expect(await crumbs(page)).toEqual(["Slug", "tensorflow"]);
  expect(await text(page, ".share")).toMatch(/476\.6 MiB here, 581\.3 MiB elsewhere in the slug/);
  expect(await text(page, ".parts caption")).toMatch(/^tensorflow: 2 parts, 476\.6 MiB$/);
  await page.locator(".crumbs button").click();
  expect(await crumbs(page)).toEqual(["Slug"]);
});

test("a layer is zoomed into where its files begin, and a way with nothing beside it is one step", async () => {
  const page = await open();
  await row(page, "nvidia-nccl-cu12").locator(".zoom").click();
  expect(await page.locator(".parts .select").allTextContents()).toEqual([
    "nvidia/nccl/lib/",
    "nvidia-nccl-cu12-2.28.3.dist-info/",
  ]);
  await row(page, "nvidia/nccl/lib/").locator(".zoom").click();
  expect(await crumbs(page)).toEqual(["Slug", "nvidia-nccl-cu12", "nvidia/nccl/lib/"]);
  await row(page, "libnccl.so.2").locator(".select").click();
  expect(await text(page, ".details")).toMatch(
    /Where it is.*\.heroku\/python\/lib\/python3\.12\/site-packages\/nvidia\/nccl\/lib\/libnccl\.so\.2$/s,
  );
});

test("a row selects and zooms as a rectangle does", async () => {
  const page = await open();
  await row(page, "nvidia-nccl-cu12").locator(".select").click();
  expect(await tile(page, "nvidia-nccl-cu12").getAttribute("class")).toMatch(/ selected$/);
  await row(page, "nvidia-nccl-cu12").locator(".zoom").click();
  expect((await crumbs(page)).at(-1)).toBe("nvidia-nccl-cu12");
});

test("names in the details lead to each other, and the selection can be cleared", async () => {
  const page = await open();
  await tile(page, "scipy").click();
  await page.locator(".details .names button", { hasText: "xgboost" }).click();
  expect(await text(page, ".details h3")).toMatch(/^xgboost/);
  await page.getByRole("button", { name: "Clear the selection" }).click();
  expect(await page.locator(".details").isVisible()).toBe(false);
});

test("areas stand for compressed bytes, bytes on disk or the change, which is told without colour too", async () => {
  const page = await open();
  await page.getByRole("radio", { name: "On disk" }).check({ force: true });
  expect(await tile(page, "tensorflow").innerText()).toMatch(/1,334\.\d MiB/);
  await page.getByRole("radio", { name: "Change" }).check({ force: true });
  expect(await page.locator(".share").innerText()).toMatch(
    /\+482\.6 MiB \(4 added, 1 grown\) −62\.7 MiB \(1 removed\) 17 layers of the same size, not drawn: 568\.6 MiB/,
  );
  expect(await tile(page, "opencv-python").locator("> .label").innerText()).toMatch(/^−\s*opencv-python\s*−62\.7 MiB$/);
  const patterns = await page
    .locator(".tiles > .tile")
    .evaluateAll((tiles) => tiles.map((each) => getComputedStyle(each).backgroundImage));
  expect(new Set(patterns).size).toBe(3);
  expect(patterns).not.toContain("none");
});

test("a search highlights, lists and counts what it finds, each byte once", async () => {
  const page = await open();
  await page.getByRole("searchbox").fill("tensor");
  await expect(
    page
      .locator(".status")
      .innerText()
      .then(async () => {
        await page.locator(".status", { hasText: "2 matches" }).waitFor();
        return true;
      }),
  ).resolves.toBe(true);
  expect(await tile(page, "tensorflow").getAttribute("data-hit")).toBe("itself");
  expect(await tile(page, "xgboost").getAttribute("data-hit")).toBeNull();
  expect(await text(page, ".parts caption")).toBe("Found for “tensor”: 2 matches, 482.6 MiB");
  await page.getByRole("searchbox").fill("CV2/");
  await page.locator(".status", { hasText: "2 matches" }).waitFor();
  await page.getByRole("searchbox").fill("/site-packages/cv2/");
  await page.locator(".status", { hasText: "2 matches" }).waitFor();
  await page.getByRole("searchbox").fill("libnccl");
  await page.locator(".status", { hasText: "1 match" }).waitFor();
  expect(await tile(page, "nvidia-nccl-cu12").getAttribute("data-hit")).toBe("inside");
  await row(page, "libnccl.so.2").locator(".select").click();
  expect((await crumbs(page)).at(1)).toBe("nvidia-nccl-cu12");
  expect(await tile(page, "libnccl.so.2").getAttribute("class")).toMatch(/ selected$/);
  expect(await text(page, ".details")).toMatch(/Where it is.*nvidia\/nccl\/lib\/libnccl\.so\.2/s);
  await page.getByRole("searchbox").press("Escape");
  expect(await text(page, ".status")).toBe("");
  expect(await page.locator("[data-hit]").count()).toBe(0);
});

test("the table can be sorted by each column, both ways", async () => {
  const page = await open();
  const firstBy = async (column: string): Promise<string | undefined> => {
    await page.locator(`[data-sorts="${column}"]`).click();
    return (await page.locator(".parts .select").allTextContents())[0];
  };
  expect((await page.locator(".parts .select").allTextContents())[0]).toBe("tensorflow");
  expect(await firstBy("weight")).toBe("opencv-python");
  expect(await page.locator("[data-sorts=weight]").evaluate((each) => each.parentElement?.ariaSort)).toBe("ascending");
  expect(await firstBy("change")).toBe("nvidia-nccl-cu12");
  expect(await firstBy("retained")).toBe("tensorflow");
  expect(await firstBy("name")).toBe("click");
  expect(await firstBy("name")).toBe("xgboost");
  expect(await firstBy("needed by")).toBe("Python itself");
});

test("what is under the pointer is told beside it, and no longer when it leaves", async () => {
  const page = await open();
  await tile(page, "tensorflow").hover({ position: { x: 40, y: 200 } });
  expect(await text(page, ".tip")).toMatch(/libtensorflow_cc\.so\.2\s.*tensorflow:.*301\.3 MiB, 28\.5 % of the slug/s);
  await page.mouse.move(5, 5);
  expect(await page.locator(".tip").isVisible()).toBe(false);
});

test("advice opens to its lines; the history has its steps and a table", async () => {
  const page = await open();
  await page.locator(".advice summary").first().click();
  expect(await text(page, ".advice details[open] pre")).toBe("-xgboost==3.0.5\n+xgboost-cpu==3.0.5");
  expect(await text(page, ".history")).toMatch(/tensorflow \+91\.7 MiB/);
  await page.locator(".history summary").click();
  expect(await page.locator(".history tbody tr").count()).toBe(10);
  const box = await page.locator(".history svg").boundingBox();
  await page.locator(".history svg").hover({ position: { x: (box?.width ?? 0) * 0.39, y: 100 } });
  expect(await text(page, ".readout")).toMatch(
    /^3333333 2026-11-04 Change number 3: 604\.1 MiB tensorflow 1\.0 → 1\.1 \+91\.7 MiB$/,
  );
});

test("several apps have a chooser that names them and says how many there are, the first one is shown", async () => {
  const { page } = await pages.open([removedApp(), sample({ app: "apps/rank" }), unweighableHead()]);
  expect(await text(page, "h1")).toMatch(/could not be weighed/);
  const chooser = page.getByRole("combobox", { name: "App, one of 3" });
  expect(await chooser.locator("option").allTextContents()).toEqual([
    expect.stringMatching(/^\. — Can't tell: the head could not be weighed/),
    expect.stringMatching(/^apps\/rank — Fails: \+419\.9 MiB, at least 1,057\.9 MiB is over the limit/),
    expect.stringMatching(/^apps\/old — Passes: −638\.0 MiB, the app goes away$/),
  ]);
  await chooser.selectOption({ index: 1 });
  expect(await text(page, "h1")).toMatch(/Slug of apps\/rank \+419\.9 MiB/);
});

test("of one revision alone, no change is offered", async () => {
  const { page } = await pages.open([weighedAlone()]);
  expect(await page.getByRole("radio").count()).toBe(2);
  expect(await page.locator(".parts thead").innerText()).not.toMatch(/Change/);
  expect(await text(page, ".sides")).toMatch(/^revision HEAD/);
});

test("a head that could not be weighed shows its problem, and no map; a base that could not be weighed only no change", async () => {
  const head = await pages.open([unweighableHead()]);
  expect(await text(head.page, ".problem")).toMatch(/Two manifests\.\s+Remove one\./);
  expect(await head.page.locator(".map").count()).toBe(0);
  const base = await pages.open([unknownBase()]);
  expect(await text(base.page, ".problem")).toMatch(/The base could not be weighed/);
  expect(await base.page.getByRole("radio").count()).toBe(2);
  expect(await base.page.locator(".tiles > .tile").count()).toBeGreaterThan(5);
});

test("of an app that goes away the base is shown, and said to be", async () => {
  const { page }: Opened = await pages.open([removedApp()]);
  expect(await text(page, "h2#explorer")).toBe("What was in the slug: its base");
  expect(await tile(page, "tensorflow").innerText()).toMatch(/476\.6 MiB/);
});
