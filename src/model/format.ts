import { GIB, KIB, MIB } from "./bytes.js";

/** U+2212: as wide as the plus sign, and never broken off from its number as a hyphen is. */
const MINUS = "\u2212";

const ONE_DECIMAL = new Intl.NumberFormat("en-US", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A size for people: `1,046.2 MiB`; below 0.1 MiB `63.5 KiB`, below 1 KiB `12 B`; `0 MiB`; negative with a true minus sign. */
export function mib(bytes: number): string {
  return (bytes < 0 ? MINUS : "") + magnitude(Math.abs(bytes));
}

/** As `mib`, with its sign: `+298.4 MiB`, `−12 B`; zero has none. */
export function signedMib(bytes: number): string {
  return sign(bytes) + magnitude(Math.abs(bytes));
}

/** A limit, which is mostly a round number: `1,000 MiB`, `64 KiB`; else as `mib`. */
export function limitMib(bytes: number): string {
  const unit = Math.abs(bytes) < 0.1 * MIB ? KIB : MIB;
  return bytes % unit === 0 ? mib(bytes).replace(".0 ", " ") : mib(bytes);
}

/** A size on disk: `2.1 GiB` from 0.1 GiB on, else as `mib`. */
export function gib(bytes: number): string {
  return (bytes < 0 ? MINUS : "") + diskMagnitude(Math.abs(bytes));
}

/** A share, with its sign: `+39.9 %`. Null where there is nothing to take a share of. */
export function signedPercent(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const percent = (part / whole) * 100;
  return `${sign(percent)}${ONE_DECIMAL.format(Math.abs(percent))} %`;
}

/**
 * The values in whole multiples of `unit`, rounded by largest remainder so that they sum to their rounded total
 * exactly. Values may be negative; none moves by a unit or more. Ties go to the earlier value.
 * @param total what they are to sum to, where their own total was rounded among others: up or down
 */
export function roundTogether(
  values: readonly number[],
  unit: number,
  total = Math.round(values.reduce((a, b) => a + b, 0) / unit),
): number[] {
  const floors = values.map((value) => Math.floor(value / unit));
  const left = total - floors.reduce((a, b) => a + b, 0);
  const order = values
    .map((value, index) => ({ remainder: value - (floors[index] ?? 0) * unit, index }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const up = new Set(order.slice(0, left).map(({ index }) => index));
  return floors.map((floor, index) => floor + (up.has(index) ? 1 : 0));
}

function sign(value: number): string {
  if (value === 0) return "";
  return value < 0 ? MINUS : "+";
}

function magnitude(bytes: number): string {
  if (bytes === 0) return "0 MiB";
  if (bytes < KIB) return `${WHOLE.format(bytes)} B`;
  if (bytes < 0.1 * MIB) return `${ONE_DECIMAL.format(bytes / KIB)} KiB`;
  return `${ONE_DECIMAL.format(bytes / MIB)} MiB`;
}

function diskMagnitude(bytes: number): string {
  return bytes < 0.1 * GIB ? magnitude(bytes) : `${ONE_DECIMAL.format(bytes / GIB)} GiB`;
}
