import type { ManifestChange } from "../../model/advice.js";
import type { PackageManagerName } from "../../model/resolution.js";
import { type Edited, UNCLEAR, type Unclear } from "./edited.js";
import { linesForPip } from "./pip.js";
import { linesForPipenv } from "./pipenv.js";
import type { NamedAt } from "./places.js";
import { linesForPoetry } from "./poetry.js";
import { linesForUv } from "./uv.js";

const LINES = { pip: linesForPip, uv: linesForUv, poetry: linesForPoetry, pipenv: linesForPipenv };

/**
 * An app's own files with a change of what they require made in them, so that what is shown and what is tried is the same.
 * @param direct what the app names itself, and where
 * @param texts the app's files by path; line ends stay as they are
 */
export function changedFiles(
  change: ManifestChange,
  manager: PackageManagerName,
  direct: readonly NamedAt[],
  texts: ReadonlyMap<string, string>,
): Edited | Unclear {
  const edited = LINES[manager](
    change,
    direct,
    new Map([...texts].map(([file, text]) => [file, text.replaceAll("\r\n", "\n")])),
  );
  if (edited === UNCLEAR || !edited.possible) return edited;
  const changed = [...edited.texts].map(([file, text]): [string, string] => {
    const isWindows = texts.get(file)?.includes("\r\n") === true;
    return [file, isWindows ? text.replaceAll("\n", "\r\n") : text];
  });
  return { ...edited, texts: new Map(changed.filter(([file, text]) => texts.get(file) !== text)) };
}
