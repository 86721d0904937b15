import { limitMib, mib } from "../model/format.js";
import type { Report, WeighedSide } from "../model/report.js";
import { deltaText, figuresOf, headroom, size, type Figures, type Finding } from "./figures.js";

/** The first line of every output: alone it is enough. */
export interface Headline {
  readonly mood: "fail" | "warn" | "pass" | "unchanged";
  /** `+298.4 MiB`, `unchanged`; null if the delta is unknown, or nothing was compared. */
  readonly delta: string | null;
  /** The rule that decides, with its figures, or what is left. */
  readonly says: string;
  /** The finding that `says` tells of; null if all is well. */
  readonly decides: Finding | null;
  /** Nothing differs, and nothing is wrong: there is nothing more to say. */
  readonly isAll: boolean;
}

const WORST_FIRST: readonly Finding["status"][] = ["indeterminate", "fail", "warn"];
const MOST_TELLING_FIRST: readonly Finding["rule"][] = ["weighed", "limit", "max-increase", "warn-at", "base"];

export function headlineOf(report: Report): Headline {
  const figures = figuresOf(report);
  const decides = decidingFinding(report);
  const same = figures.diff !== null && isSame(figures.diff);
  const status = report.verdict.status;
  return {
    mood: status === "indeterminate" ? "fail" : status === "pass" && same ? "unchanged" : status,
    delta: deltaPart(figures, same),
    says: says(report, figures, decides),
    decides,
    isAll:
      same &&
      status === "pass" &&
      report.notWeighed.length === 0 &&
      report.configChanges.length === 0 &&
      report.override === null,
  };
}

function decidingFinding({ verdict }: Report): Finding | null {
  for (const status of WORST_FIRST) {
    for (const rule of MOST_TELLING_FIRST) {
      const found = verdict.findings.find((finding) => finding.status === status && finding.rule === rule);
      if (found !== undefined) return found;
    }
  }
  return null;
}

function isSame(diff: NonNullable<Figures["diff"]>): boolean {
  return diff.layers.every(({ change }) => change === "unchanged") && diff.files.length === 0;
}

function deltaPart({ diff, scale }: Figures, same: boolean): string | null {
  if (diff === null) return null;
  if (same) return "unchanged";
  const band = diff.error === 0 ? "" : ` ± ${mib(diff.error)}`;
  return `${deltaText(diff.total.compressed, scale)}${band}`;
}

function says(report: Report, figures: Figures, decides: Finding | null): string {
  const { base, head } = report;
  if (head.state === "absent") return "the app goes away";
  if (head.state !== "weighed") return `the head could not be weighed, ${STEP_FAILED[head.problem.step]}`;
  const amount = amountOf(head, figures);
  const left = leftOf(head, figures);
  const limit = decides?.limit ?? null;
  const value = decides?.value ?? null;
  if (decides !== null && limit !== null && value !== null) {
    const level = limitMib(limit);
    const approved = report.override?.lifts.includes(decides.rule) === true;
    switch (decides.rule) {
      case "limit": {
        const isOver = value - head.total.error > limit;
        if (decides.status === "fail") return `${amount} is over the limit of ${level}`;
        if (decides.status === "warn")
          return `${amount} ${isOver ? "is" : "may be"} over the limit of ${level}, ${approved ? "approved" : "as before"}`;
        return isOver
          ? `${amount} is over the limit of ${level}, and what grew it can't be told`
          : `${amount} is too close to the limit of ${level} to tell`;
      }
      case "max-increase": {
        const may = decides.status === "fail" || approved ? "more" : "maybe more";
        return `${may} than the ${level} that one change may add${approved ? ", approved" : ""}; ${amount}${left}`;
      }
      case "warn-at":
        return `${amount} is over the warning level of ${level}${left}`;
      case "weighed":
      case "base":
        break;
    }
  }
  if (base.state === "invalid" || base.state === "unweighable") {
    return `${amount}${left}; the delta is unknown, as the base could not be weighed`;
  }
  const isNew = base.state === "absent" && base.revision !== null;
  return `${isNew ? "a new app, " : ""}${amount}${left}`;
}

/** `at least 1,046.2 MiB`, `1,046.2 ± 2.0 MiB`, `1,066.2 MiB with its allowance`. */
function amountOf(head: WeighedSide, { allowance, atLeast }: Figures): string {
  const total = size(head.total.compressed + allowance);
  const band = head.total.error === 0 ? "" : ` ± ${mib(head.total.error)} (estimated)`;
  return `${atLeast ? "at least " : ""}${total}${band}${allowance === 0 ? "" : " with its allowance"}`;
}

function leftOf(head: WeighedSide, { allowance, atLeast, limit }: Figures): string {
  if (limit === null) return "";
  const bytes = head.total.compressed + allowance;
  if (bytes > limit) return `, ${headroom(bytes, limit)} over the limit`;
  return `, ${atLeast ? "at most " : ""}${headroom(limit, bytes)} left`;
}

/** What failed, as a clause. */
export const STEP_FAILED = {
  revision: "as reading the revision failed",
  configuration: "as its configuration can't be used",
  manifest: "as its package-manager files can't be used",
  python: "as its Python version can't be had",
  resolve: "as resolving its requirements failed",
  install: "as installing it failed",
  weigh: "as weighing its files failed",
  quantise: "as quantising a model failed",
} as const;

/** The findings that are not passes, without what the headline and the sides' problems say already. */
export function otherFindings({ verdict, base, head }: Report, { decides }: Headline): readonly Finding[] {
  return verdict.findings.filter(
    (finding) =>
      finding.status !== "pass" &&
      finding !== decides &&
      !(finding.rule === "weighed" && head.problem !== null) &&
      !(finding.rule === "base" && base.problem !== null),
  );
}
