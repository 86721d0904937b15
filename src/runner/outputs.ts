import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../model/report.js";
import { worst } from "../model/verdict.js";
import { renderBadge } from "../render/badge.js";
import { jsonPieces } from "../render/json.js";
import type { Actions } from "./actions.js";

/**
 * Writes the reports, their badges and the comment's text into a directory of their own, and sets the outputs that name them.
 * @param text Markdown
 * @param temp absolute path of the directory to make it in
 */
export async function writeFiles(
  reports: readonly Report[],
  text: string,
  temp: string,
  actions: Pick<Actions, "setOutput">,
): Promise<void> {
  const directory = await mkdtemp(join(temp, "slugdiff-"));
  const write = async (
    name: string,
    ending: string,
    piecesOf: (report: Report) => Iterable<string>,
  ): Promise<string> => {
    const paths: string[] = [];
    for (const [at, report] of reports.entries()) {
      const path = join(directory, `${name}${numberOf(at, reports.length)}${ending}`);
      await writeFile(path, piecesOf(report));
      paths.push(path);
    }
    return paths.join("\n");
  };
  actions.setOutput("report", await write("slugdiff-report", ".json", jsonPieces));
  actions.setOutput("badge", await write("slugdiff-badge", ".svg", (report) => [renderBadge(report)]));
  const markdown = join(directory, "slugdiff-comment.md");
  await writeFile(markdown, text);
  actions.setOutput("markdown", markdown);
}

/** `-007` of several hundred; nothing where there is one only. */
function numberOf(at: number, count: number): string {
  return count === 1 ? "" : `-${String(at + 1).padStart(String(count).length, "0")}`;
}

/** Sets the outputs that hold the result in figures, all apps together. */
export function setFigures(reports: readonly Report[], actions: Pick<Actions, "setOutput">): void {
  actions.setOutput("verdict", worst(reports.map(({ verdict }) => verdict.status)));
  actions.setOutput("compressed", total(reports.map(({ head }) => head.total)));
  actions.setOutput("delta", total(reports.map(({ diff }) => diff.total)));
}

/** Bytes of all together; nothing if one of them is unknown. */
function total(weights: readonly ({ readonly compressed: number } | null)[]): number | "" {
  let bytes = 0;
  for (const weight of weights) {
    if (weight === null) return "";
    bytes += weight.compressed;
  }
  return bytes;
}
