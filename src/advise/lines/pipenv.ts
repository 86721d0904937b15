import type { ManifestChange } from "../../model/advice.js";
import { type Edited, impossible, UNCLEAR, type Unclear } from "./edited.js";
import { namedIndexes } from "./indexes.js";
import { inTable } from "./packages.js";
import type { NamedAt } from "./places.js";
import { PIPENV } from "./table.js";
import { tables, tomlOf } from "../../model/toml.js";
import { at, closingOf, headerOf, quoted } from "./toml.js";

const FILE = "Pipfile";

/** `[packages]` of the Pipfile. */
export function linesForPipenv(
  change: ManifestChange,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Edited | Unclear {
  if (change.exclude.length > 0) return impossible("Pipenv", "it installs whatever a distribution requires");
  const before = texts.get(FILE);
  if (before === undefined) return UNCLEAR;
  const sources = tables(at(tomlOf(before), "source"));
  const named = namedIndexes(change.indexes, sources);
  const isNew = named.some((each) => each.isNew);
  if (isNew && sources.length === 0) {
    return impossible(
      "this Pipfile",
      "the first `[[source]]` is where all else is taken from: name PyPI's there before",
    );
  }
  const required = inTable(before, change, direct, named, PIPENV);
  if (required === null) return UNCLEAR;
  const after = named
    .filter((each) => each.isNew)
    .map(({ name, url }) => ["[[source]]", `name = ${quoted(name)}`, `url = ${quoted(url)}`, "verify_ssl = true"])
    .reduce(withSource, required);
  if (tomlOf(after) === null) return UNCLEAR;
  const note = "`pipenv lock` chooses every version anew.";
  return { possible: true, texts: new Map([[FILE, after]]), notes: new Map([[FILE, note]]), command: "pipenv lock" };
}

/** Behind the last source there is: the first is asked for whatever is not told otherwise. */
function withSource(text: string, rows: readonly string[]): string {
  const lines = text.split("\n");
  const last = lines.findLastIndex((line) => headerOf(line) === "source");
  const end = closingOf(lines, last);
  return [...lines.slice(0, end), "", ...rows, ...lines.slice(end)].join("\n");
}
