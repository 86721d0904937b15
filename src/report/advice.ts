import type { Candidate } from "../model/advice.js";
import type { FileAdvice } from "../model/file-advice.js";
import type { Advice, Remedy, Saving } from "../model/report.js";
import { compareBytes } from "../model/tree.js";
import { subtract, type Weight } from "../model/weight.js";

/**
 * What following a piece of advice saves. It is measured if there is no doubt about any of it.
 * @param before what the whole slug weighs
 * @param after what it would weigh
 * @param error half-width of the error band of the compressed difference, in bytes
 */
export function savingOf(before: Weight, after: Weight, error: number): Saving {
  const effect = { weight: subtract(before, after), before: weightOf(before), after: weightOf(after) };
  return error === 0 ? { basis: "measured", error: 0, ...effect } : { basis: "predicted", error, ...effect };
}

/** The weight alone of what may be more. */
function weightOf({ files, disk, compressed }: Weight): Weight {
  return { files, disk, compressed };
}

/** Advice about what an app requires. */
export function requirementsAdvice(
  candidate: Pick<Candidate, "id" | "subject" | "title" | "detail" | "sources">,
  saving: Saving,
  remedy: Remedy,
): Advice {
  const { id, subject, title, detail, sources } = candidate;
  return {
    id,
    family: "requirements",
    level: "advice",
    subject,
    title,
    detail,
    sources: [...sources],
    saving,
    remedy,
  };
}

/**
 * Advice about an app's own files.
 * @param total what the whole slug weighs
 */
export function filesAdvice(found: Omit<FileAdvice, "files" | "model">, total: Weight): Advice {
  const { id, level, subject, title, detail, sources, saving, error, ignore } = found;
  return {
    id,
    family: "files",
    level,
    subject,
    title,
    detail,
    sources: [...sources],
    saving: savingOf(total, subtract(total, saving), error),
    remedy: {
      possible: true,
      because: null,
      steps: ignore.length === 0 ? [] : [{ kind: "text", file: ".slugignore", lines: [...ignore], note: null }],
    },
  };
}

/**
 * The advice that is worth its lines, in the order of a report: warnings, what can be done, what can't; each with the
 * largest saving first.
 * @param noiseFloor compressed bytes; only more than that is worth saving
 */
export function ranked(advice: readonly Advice[], noiseFloor: number): Advice[] {
  return advice.filter((each) => isWorthAdvising(each, noiseFloor)).sort(compareAdvice);
}

/** Whether advice saves more than the noise floor, or is about more than size. */
export function isWorthAdvising({ level, saving }: Advice, noiseFloor: number): boolean {
  return level === "warning" || saving.weight.compressed > noiseFloor;
}

/** The order of a report's advice. */
export function compareAdvice(a: Advice, b: Advice): number {
  return (
    rank(a) - rank(b) ||
    b.saving.weight.compressed - a.saving.weight.compressed ||
    compareBytes(a.subject, b.subject) ||
    compareBytes(a.id, b.id)
  );
}

function rank({ level, remedy }: Advice): number {
  if (level === "warning") return 0;
  return remedy.possible ? 1 : 2;
}
