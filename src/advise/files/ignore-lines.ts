import type { Entry } from "../../model/layer.js";
import { baseName } from "./rule.js";

/** So many files or folders are listed one by one; more of them are named by a pattern, if one does. */
const LISTED = 3;

/**
 * Lines for `.slugignore` that leave out these files or folders. As both known readings of it do (docs/slugignore.md):
 * a path with a slash before it, or a name or ending alone, which is looked for everywhere but in hidden folders.
 * @param paths of files, or of folders that go with all below them
 * @param named whether all that has such a name may go
 * @param all the app's entries, so that no line hits others
 */
export function ignoreLines(
  paths: readonly string[],
  kind: "file" | "folder",
  named: boolean,
  all: readonly Entry[],
): string[] {
  const sorted = [...paths].sort();
  if (!named || sorted.length <= LISTED) return sorted.flatMap((path) => anchored(path, all));
  const hidden = (path: string): boolean =>
    /(?:^|\/)\./.test(kind === "folder" ? path.slice(0, -baseName(path).length) : path);
  const patterns = sorted
    .filter((path) => !hidden(path))
    .map((path) => (kind === "folder" ? baseName(path) : ending(path)));
  return [...[...new Set(patterns)].sort(), ...sorted.filter(hidden).flatMap((path) => anchored(path, all))];
}

/** `*.psd`, as it is written in the path: patterns know no case. */
function ending(path: string): string {
  const name = baseName(path);
  return `*${name.slice(name.lastIndexOf("."))}`;
}

/** The path itself. What means something in a pattern is stood for by `?`; no line if that would hit another path. */
function anchored(path: string, all: readonly Entry[]): string[] {
  const pattern = path.replace(/[\s#*?[\]{}\\]/gu, "?");
  if (pattern === path) return [`/${path}`];
  if (/(?:^|\/)\?/.test(pattern)) return [];
  const alike = new RegExp(`^${pattern.replace(/[.+^$()|]/g, "\\$&").replaceAll("?", "[^/]")}(?:/|$)`, "u");
  const others = all.some(
    (entry) => alike.test(entry.path) && entry.path !== path && !entry.path.startsWith(`${path}/`),
  );
  return others ? [] : [`/${pattern}`];
}
