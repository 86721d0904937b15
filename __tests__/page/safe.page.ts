import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Pages, row, tile } from "./browser.js";
import { hostile, sample } from "./sample.js";

let pages: Pages;
beforeAll(async () => {
  pages = await Pages.start();
});
afterAll(() => pages.end());

test("the page asks for nothing but itself, and complains of nothing, whatever is done with it", async () => {
  const { page, requests, complaints, url } = await pages.open([sample(), hostile()]);
  await tile(page, "tensorflow").dblclick();
  await page.getByRole("radio", { name: "Change" }).check({ force: true });
  await page.getByRole("searchbox").fill("a");
  await page.locator(".status", { hasText: "match" }).waitFor();
  await page.getByRole("combobox").selectOption({ index: 1 });
  await page.locator(".tiles > .tile").first().click();
  expect(requests.filter((each) => each !== url && each !== "data:,")).toEqual([]);
  expect(complaints).toEqual([]);
});

test("no other program runs, nothing is loaded, and no text becomes HTML", async () => {
  const { page, complaints } = await pages.open([sample()]);
  const tried = await page.evaluate(async () => {
    const script = document.createElement("script");
    let error = "";
    try {
      script.text = "window.ran = true";
      document.body.append(script);
    } catch (thrown) {
      error = String(thrown);
    }
    let html = "";
    try {
      document.body.insertAdjacentHTML("beforeend", "<b>x</b>");
    } catch (thrown) {
      html = String(thrown);
    }
    const fetched = await fetch("https://example.com/").then(() => "loaded", String);
    return { ran: "ran" in window, error, html, fetched };
  });
  expect(tried).toMatchObject({
    ran: false,
    html: expect.stringMatching(/TrustedHTML/),
    fetched: expect.stringMatching(/Failed to fetch|violates/),
  });
  expect(complaints.join("\n")).toMatch(/Content Security Policy/);
});

test("hostile names stay text, in every place, and change nothing around them", async () => {
  const { page, complaints } = await pages.open([hostile()]);
  const names = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "{{data}}{{title}}",
    "{U+202E}gnp.exe",
    "{U+0000}{U+001B}[31m",
  ];
  for (const name of names) {
    await tile(page, name).click();
    expect(await page.locator(".details h3").innerText()).toContain(name);
    expect(await row(page, name).count()).toBe(1);
  }
  for (const each of await page.locator("summary").all()) await each.click();
  expect(await page.locator("img, iframe, object").count()).toBe(0);
  expect(await page.locator("script").count()).toBe(2);
  expect(await page.locator("body").innerText()).not.toMatch(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  // A name of 4,000 characters takes no more room than others.
  const long = await page.locator(".parts tbody tr").evaluateAll((rows) => rows.map((each) => each.clientHeight));
  expect(Math.max(...long)).toBeLessThan(120);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280);
  expect(complaints).toEqual([]);
});
