import { isAdviceDue } from "../judge/worth.js";
import { mib } from "../model/format.js";
import type { Report } from "../model/report.js";
import { stepBlock } from "./advice.js";
import { bullets, fold } from "./blocks.js";
import { code, plainName, plainVersion } from "./escape.js";
import { visible } from "./visible.js";

/** `3 requirements` that are not pinned; null if all are. */
export function unpinnedCount({ unpinned }: Report): string | null {
  if (unpinned === null) return null;
  const { length } = unpinned.requirements;
  return length === 1 ? "1 requirement" : `${length.toLocaleString("en-US")} requirements`;
}

/**
 * What was weighed of requirements that are not pinned, and the lines that pin them, behind a fold; null if all are, or if no advice
 * is due: who made nothing worse is left alone.
 * @param items that are listed; of 0 there is no room for lines either
 */
export function unpinnedSection(report: Report, items: number): string | null {
  const { unpinned } = report;
  const count = unpinnedCount(report);
  if (unpinned === null || count === null || !isAdviceDue(report)) return null;
  const list = bullets(
    unpinned.requirements.map(
      ({ name, version, place, retained }) =>
        () =>
          `${plainName(name)} ${plainVersion(version)} (${code(place)}): ${mib(retained.compressed)} with all that only it brings`,
    ),
    items,
  );
  const parts = [
    "What was weighed:",
    list,
    ...(items === 0 ? [] : unpinned.steps.map((step) => stepBlock(step, false))),
  ];
  return fold(
    `Not pinned: ${count}; a deploy may get other versions`,
    parts.filter((part) => part !== null).join("\n\n"),
  );
}

/** The same for a terminal: the lines to paste are in the report as JSON. */
export function unpinnedItems(report: Report): string[] {
  if (report.unpinned === null || !isAdviceDue(report)) return [];
  return report.unpinned.requirements.map(
    ({ name, version, place, retained }) =>
      `${visible(name)} ${visible(version)} (${visible(place)}), ${mib(retained.compressed)} retained`,
  );
}
