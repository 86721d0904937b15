import { UserError } from "../errors.js";

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

const UNITS: Readonly<Record<string, number>> = { "": 1, K: KIB, M: MIB, G: GIB };

/**
 * Bytes of a size as Heroku writes it: `64K`, `20M`, `1G`, `1000M`, binary units; a bare number is bytes.
 * A fraction (`1.5M`) is rounded to whole bytes.
 * @throws UserError if the text is anything else
 */
export function parseSize(text: string, of: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "").toUpperCase()];
  const bytes = match && unit !== undefined ? Math.round(Number(match[1]) * unit) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new UserError(`${of} is not a size: "${text}".`, `Write a number with K, M or G, as in "20M".`);
  }
  return bytes;
}

/**
 * Splits the whole number `total` in proportion to `shares` by the largest-remainder method, so that the parts sum to
 * `total` exactly. Ties go to the earlier share. Shares are not negative; where all are zero, the first parts get
 * one unit each until `total` is used up, again and again.
 */
export function apportion(total: number, shares: readonly number[]): number[] {
  if (shares.length === 0) return [];
  const whole = shares.reduce((a, b) => a + b, 0);
  const even = whole === 0;
  const exact = shares.map((share) => (even ? total / shares.length : (total * share) / whole));
  const parts = exact.map(Math.floor);
  let left = total - parts.reduce((a, b) => a + b, 0);
  const order = exact
    .map((value, index) => ({ remainder: value - Math.floor(value), index }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  // Division in floating point can leave one unit more or fewer than there are parts to give it to.
  for (let at = 0; left !== 0; at = (at + 1) % order.length) {
    const index = order[at]?.index ?? 0;
    const step = Math.sign(left);
    parts[index] = (parts[index] ?? 0) + step;
    left -= step;
  }
  return parts;
}
