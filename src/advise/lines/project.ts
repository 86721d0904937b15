import type { ManifestChange } from "../../model/advice.js";
import { type NamedAt, placesOf } from "./places.js";
import { addedToList, replacedInList } from "./project-list.js";

/** pyproject.toml with other requirements in `[project]`; null if their places can't be told. */
export function inProjectList(text: string, change: ManifestChange, direct: readonly NamedAt[]): string | null {
  const placed = placesOf(change, direct);
  if (placed === null) return null;
  let after: string | null = text;
  for (const each of placed.replaced) {
    if (after !== null) after = replacedInList(after, each);
  }
  if (after === null || placed.added.length === 0) return after;
  // Nothing goes, so that every line is where it was.
  const last = direct
    .flatMap(({ name, location }) => (location.line === null ? [] : [{ name, line: location.line }]))
    .sort((a, b) => b.line - a.line)[0];
  return last === undefined ? null : addedToList(after, last.name, last.line, placed.added);
}
