import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../model/report.js";
import type { MapNode } from "../model/size-map.js";
import { worst } from "../model/verdict.js";
import { pageName } from "../publish/page-name.js";
import { renderBadge } from "../render/badge.js";
import { renderHtml } from "../render/html.js";
import { jsonPieces } from "../render/json.js";
import { reportPage } from "../system/report-page.js";
import type { Actions } from "./actions.js";

/** What of a result is left in files. */
export interface Written {
  readonly reports: readonly Report[];
  /** Of the apps that the reports are about, in their order. */
  readonly maps: readonly MapNode[];
  /** The comment, as Markdown. */
  readonly text: string;
  /** The comment's key. */
  readonly key: string;
}

/**
 * Writes the reports, their badges, the page about them and the comment's text into a directory of their own, and sets the outputs
 * that name them.
 * @param temp absolute path of the directory to make it in
 */
export async function writeFiles(
  { reports, maps, text, key }: Written,
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
  const page = join(directory, pageName(key));
  const apps = reports.flatMap((report, at) => maps.slice(at, at + 1).map((map) => ({ report, map })));
  await writeFile(page, renderHtml(apps, await reportPage()));
  actions.setOutput("html", page);
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
