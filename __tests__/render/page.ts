import type { PageData } from "../../src/model/page-data.js";

/** The data in a page, as a browser finds it: it ends at the first end tag, whatever that is in. */
export function dataIn(page: string): PageData {
  const [, json] = /<script type="application\/json"[^>]*>(.*?)<\/script/is.exec(page) ?? [];
  if (json === undefined) throw new Error(`this page has no data: ${page.slice(0, 1000)}`);
  // What is in it is compared by the tests; its form is what they are about.
  return JSON.parse(json) as PageData;
}
