import { execFileSync } from "node:child_process";

const NAMES = ["chromium", "google-chrome", "chromium-browser"];

/** Path of the Chromium to use: the one that CHROMIUM names, else the first on PATH. */
export function chromiumPath() {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined && CHROMIUM !== "") return CHROMIUM;
  try {
    const find = NAMES.map((name) => `command -v ${name}`).join(" || ");
    return execFileSync("sh", ["-c", find], { encoding: "utf8" }).trim();
  } catch {
    throw new Error(`There is no ${NAMES.join(", ")} here: install one, or name it in CHROMIUM.`);
  }
}
