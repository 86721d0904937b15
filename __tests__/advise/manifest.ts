import type { NamedAt } from "../../src/advise/lines/places.js";

/** What a manifest of the tests names, and where: each name on the first line that has it outside of comments. */
export function directOf(file: string, text: string): NamedAt[] {
  const pattern = file.endsWith(".toml")
    ? /["'](?!\^|\*)([A-Za-z][\w.-]*)[^"']*["']|^\s*([\w-]+)\s*=|^\[tool\.poetry\.dependencies\.([\w-]+)\]/gm
    : file === "Pipfile"
      ? /^"?([A-Za-z][\w.-]*)"?\s*=/gm
      : /^\s*([A-Za-z][\w.-]*)/gm;
  const found: NamedAt[] = [];
  let table = "";
  for (const [at, line] of text.split("\n").entries()) {
    const isHeader = /^\[\[?/.test(line);
    if (isHeader) table = line.trim();
    const isRequirements =
      !file.endsWith(".toml") && file !== "Pipfile"
        ? !line.trim().startsWith("#") && !line.trim().startsWith("-")
        : /^\[(?:project|tool\.poetry\.dependencies.*|packages)\]$/.test(table);
    if (!isRequirements || /^\s*(?:name|python|version|requires-python|optional)\s*=/.test(line)) continue;
    const code = table === "[project]" ? line.replace(/#.*$/, "") : line;
    for (const match of code.matchAll(new RegExp(pattern.source, "g"))) {
      const [, name = match[2] ?? match[3]] = match;
      if (name === undefined || name === "dependencies" || (isHeader && match[3] === undefined)) continue;
      found.push({ name: name.toLowerCase().replace(/[-_.]+/g, "-"), location: { file, line: at + 1 } });
      if (table !== "[project]") break;
    }
  }
  return found;
}
