import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { chromiumPath } from "../../scripts/chromium.mjs";
import type { PageApp } from "../../src/model/page-data.js";
import { renderHtml } from "../../src/render/html.js";
import { reportPage } from "../../src/system/report-page.js";

/** Opens pages in one Chromium, from files as a reader would. */
export class Pages {
  private constructor(
    private readonly browser: Browser,
    private readonly directory: string,
  ) {}

  static async start(): Promise<Pages> {
    const browser = await chromium.launch({ executablePath: chromiumPath() });
    return new Pages(browser, await mkdtemp(join(tmpdir(), "slugdiff-page-")));
  }

  async end(): Promise<void> {
    await this.browser.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A page about some apps. What it complains of, and what it asks for, is kept. */
  async open(apps: readonly PageApp[], options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(this.directory, `${crypto.randomUUID()}.html`);
    await writeFile(file, renderHtml(apps, await reportPage()));
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    return { page, complaints, requests, url };
  }
}

export interface Opened {
  readonly page: Page;
  /** What the console says: nothing, if all is well. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for, the page's own among them. */
  readonly requests: readonly string[];
  readonly url: string;
}

/** Headings, links and buttons as a screen reader comes to them, by what they are and are called alone. */
export async function outline(page: Page): Promise<string[]> {
  const snapshot = await page.locator("body").ariaSnapshot();
  return [...snapshot.matchAll(/^ *- '?((?:heading|link|button) ".*?")(?: \[.*?\])*:?'?:?$/gm)].map(
    ([, named = ""]) => named,
  );
}

/** A rectangle of the map, by its name. */
export function tile(page: Page, name: string): ReturnType<Page["locator"]> {
  return page.locator(".tiles > .tile").filter({ has: page.locator(`> .label bdi:text-is("${name}")`) });
}

/** A row of the table beside the map, by its name. */
export function row(page: Page, name: string): ReturnType<Page["locator"]> {
  return page.locator(".parts tbody tr").filter({ has: page.locator(`.select bdi:text-is("${name}")`) });
}

/** Names of the nodes from the slug to what fills the map. */
export function crumbs(page: Page): Promise<string[]> {
  return page.locator(".crumbs li").allTextContents();
}
