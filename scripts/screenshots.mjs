// Makes the pictures of the page that the README shows: compares the example's two revisions with the committed command line, opens
// the page that it writes in Chromium, and takes it in light and dark.
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "./chromium.mjs";
import { root, slugdiff, TENSORFLOW_APP, withExampleRepository } from "./example-repository.mjs";

const pictures = join(root, "docs/images");
const MOST = 300_000;

async function take(page) {
  const browser = await chromium.launch({ executablePath: chromiumPath() });
  try {
    for (const colorScheme of ["light", "dark"]) {
      const tab = await browser.newPage({
        colorScheme,
        viewport: { width: 1280, height: 800 },
        reducedMotion: "reduce",
      });
      await tab.goto(pathToFileURL(page).href);
      const path = join(pictures, `report-${colorScheme}.png`);
      // Down to the end of the map and its table.
      const end = await tab.locator(".explorer").evaluate((element) => element.getBoundingClientRect().bottom);
      await tab.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: Math.ceil(end) + 16 } });
      await tab.close();
      const { size } = statSync(path);
      console.log(`${path}: ${Math.ceil(size / 1000)} kB`);
      if (size > MOST) throw new Error("That is more than a README should load.");
    }
  } finally {
    await browser.close();
  }
}

const directory = mkdtempSync(join(tmpdir(), "slugdiff-screenshots-"));
try {
  const page = join(directory, "report.html");
  const { status } = withExampleRepository(TENSORFLOW_APP, (repository) =>
    slugdiff(["compare", "--repo", repository, "--base", "main", "--head", "classify-images", "--output", page], {
      stdio: ["ignore", "ignore", "inherit"],
    }),
  );
  if (status > 1) throw new Error("the example could not be weighed");
  mkdirSync(pictures, { recursive: true });
  await take(page);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
