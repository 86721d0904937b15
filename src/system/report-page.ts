import { readFile } from "node:fs/promises";
import { asset } from "./asset.js";

/**
 * The template of the HTML report: a whole page but for what `PLACEHOLDERS` stand for. `scripts/page.mjs` makes it of
 * `src/page`, for a bundle and before tests.
 */
export function reportPage(): Promise<string> {
  return readFile(asset(import.meta.url, "report-page.html"), "utf8");
}
