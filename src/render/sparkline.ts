const BARS = "▁▂▃▄▅▆▇█";

/** The scale spans at least this share of the largest value: what moves less is to look as flat as it is. */
const LEAST_SPAN = 0.005;

/** The values as bars of one line of text, the least of them the lowest. */
export function sparkline(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(most - least, most * LEAST_SPAN);
  const bars = Array.from(BARS);
  return values
    .map((value) => bars[span === 0 ? 0 : Math.round(((value - least) / span) * (bars.length - 1))] ?? "")
    .join("");
}
