import type { ManifestChange } from "../../model/advice.js";
import type { NamedIndex } from "./indexes.js";
import { type NamedAt, placesOf } from "./places.js";
import { fromIndexes, type Requirement, requirementOf } from "../../model/requirement.js";
import { type Dialect, replacedInTable, rowFor } from "./table.js";
import { withRows } from "./toml.js";

/** A manifest with other requirements in its table of them; null if their places can't be told. */
export function inTable(
  text: string,
  change: ManifestChange,
  direct: readonly NamedAt[],
  [index]: readonly NamedIndex[],
  dialect: Dialect,
): string | null {
  const placed = placesOf(change, direct);
  if (placed === null) return null;
  const restricted = new Set(fromIndexes(change.with));
  const indexOf = ({ name }: Requirement): string | null => (restricted.has(name) ? (index?.name ?? null) : null);
  let after: string | null = text;
  for (const { name, line, comes } of placed.replaced) {
    if (after !== null) after = replacedInTable(after, line, name, comes.map(requirementOf), indexOf, dialect);
  }
  if (after === null) return null;
  const rows = placed.added.map(requirementOf).map((each) => rowFor(each, {}, indexOf(each), dialect));
  return withRows(after, dialect.table, rows);
}
