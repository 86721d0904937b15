import { KIB, MIB } from "../model/bytes.js";
import { roundTogether } from "../model/format.js";

const MINUS = "\u2212";

/** The one unit that a table's sizes are shown in, so that its rows can be summed as they stand. */
export interface Scale {
  /** Bytes of the smallest step that is shown. */
  readonly step: number;
  readonly unit: "MiB" | "KiB" | "B";
}

const IN_MIB: Scale = { step: MIB / 10, unit: "MiB" };
const IN_KIB: Scale = { step: KIB / 10, unit: "KiB" };
const IN_BYTES: Scale = { step: 1, unit: "B" };

/**
 * The unit for the rows of a table and their total, the headline: mebibytes to a tenth, and for a total below 0.1 MiB kibibytes
 * to a tenth, so that a small delta is not shown as nothing. Bytes only where no row is larger than a kibibyte.
 */
export function scaleFor(total: number, rows: readonly number[]): Scale {
  const largest = Math.max(Math.abs(total), ...rows.map(Math.abs));
  if (largest < KIB) return IN_BYTES;
  // Rows that cancel out exactly are best read in the unit of the largest of them.
  const deciding = total === 0 ? largest : Math.abs(total);
  return deciding < IN_MIB.step ? IN_KIB : IN_MIB;
}

/**
 * Rows as whole steps that sum to their rounded total exactly (largest remainder).
 * @param total steps that their total is shown as, where it is a row among others itself
 */
export function roundRows(rows: readonly number[], { step }: Scale, total?: number): number[] {
  return roundTogether(rows, step, total);
}

/** One figure in whole steps. */
export function roundOne(bytes: number, { step }: Scale): number {
  return Math.round(bytes / step);
}

/** Whole steps for people: `1,046.2 MiB`. */
export function shown(steps: number, scale: Scale): string {
  return `${steps < 0 ? MINUS : ""}${magnitude(steps, scale)}`;
}

/** As `shown`, with its sign: `+298.4 MiB`; what rounds to nothing has none. */
export function shownSigned(steps: number, scale: Scale): string {
  return `${steps > 0 ? "+" : ""}${shown(steps, scale)}`;
}

function magnitude(steps: number, { unit }: Scale): string {
  const number = unit === "B" ? WHOLE.format(Math.abs(steps)) : TENTHS.format(Math.abs(steps) / 10);
  return `${number} ${unit}`;
}

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
