// Builds the template of the HTML report: one file with its styles and its program in it, and marks where a title and data go.
// The same sources give the same bytes. See docs/adr/0023-the-page.md.
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Where the sources look for it; `asset()` finds the copy beside a bundle. Not committed. */
export const PAGE = join(root, "src/system/report-page.html");

/** The template's text. */
export async function buildPage() {
  const bundle = async (entry, options) => {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [join("src/page", entry)],
      bundle: true,
      minify: true,
      charset: "utf8",
      legalComments: "none",
      write: false,
      logLevel: "warning",
      ...options,
    });
    return result.outputFiles[0].text.trim();
  };
  const styles = await bundle("page.css", {});
  const program = await bundle("main.ts", { format: "iife", target: "es2023" });
  // Only this style and this program may run, and nothing may be loaded; nor can a program make HTML of a text.
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(styles)}'`,
    `script-src '${hashOf(program)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const licence = readFileSync(join(root, "node_modules/d3-hierarchy/LICENSE"), "utf8").trim();
  const parts = { licence, policy, styles, program };
  const template = readFileSync(join(root, "src/page/template.html"), "utf8");
  const filled = template.replace(/\{\{(\w+)\}\}/g, (mark, name) => parts[name] ?? mark);
  for (const mark of ["{{title}}", "{{data}}"]) {
    if (filled.split(mark).length !== 2) throw new Error(`the page has to hold ${mark} once`);
  }
  return filled;
}

/** Writes the template to where it is looked for, unless it is there already. Several may do so at once. */
export async function writePage(file = PAGE) {
  const text = await buildPage();
  if (textOf(file) === text) return;
  const draft = join(dirname(file), `.report-page-${process.pid}.html`);
  writeFileSync(draft, text);
  renameSync(draft, file);
}

function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function textOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
