import type { Report } from "../model/report.js";
import type { Status } from "../model/verdict.js";
import { figuresOf, headroom, size } from "./figures.js";
import { titleOf } from "./gathered.js";
import { columnsOf } from "./layout.js";
import { visible } from "./visible.js";

/**
 * Fill and text of the right half. White on each of these, or black on amber, has a contrast of more than 4.5:1, which is what WCAG
 * 2.2 asks of text (1.4.3).
 */
const COLORS: Readonly<Record<Status, { readonly fill: string; readonly text: string }>> = {
  pass: { fill: "#1a7f37", text: "#fff" },
  warn: { fill: "#eac54f", text: "#1f2328" },
  fail: { fill: "#cf222e", text: "#fff" },
  indeterminate: { fill: "#cf222e", text: "#fff" },
};
const LABEL = { fill: "#444c56", text: "#fff" };

const HEIGHT = 20;
/** Left and right of each text. */
const MARGIN = 6;

/**
 * What the head of one app weighs and how much is left, as an SVG of its own: no font, style or script from anywhere. What can't
 * be told exactly says so by its sign (≈ estimated, ≥ something was not weighed), and in words in its title. Ends with a line break.
 */
export function renderBadge(report: Report): string {
  const label = report.app === "." ? "slug" : `slug of ${visible(report.app, 40)}`;
  const says = message(report);
  const [left, right] = [columnsFor(label), columnsFor(says)];
  const [split, width] = [left + 2 * MARGIN, left + right + 4 * MARGIN];
  const colors = COLORS[report.verdict.status];
  const title = xml(titleOf([report]));
  const text = (of: string, x: number, length: number, fill: string): string =>
    `<text x="${x}" y="14" fill="${fill}" textLength="${length}">${xml(of)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}">
  <title>${title}</title>
  <clipPath id="corners"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath>
  <g clip-path="url(#corners)">
    <rect width="${split}" height="${HEIGHT}" fill="${LABEL.fill}"/>
    <rect x="${split}" width="${width - split}" height="${HEIGHT}" fill="${colors.fill}"/>
  </g>
  <g font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" aria-hidden="true">
    ${text(label, MARGIN, left, LABEL.text)}
    ${text(says, split + MARGIN, right, colors.text)}
  </g>
</svg>
`;
}

function message(report: Report): string {
  const { head } = report;
  if (head.state === "absent") return "none";
  if (head.state !== "weighed") return "not weighed";
  const { allowance, atLeast, limit } = figuresOf(report);
  const bytes = head.total.compressed + allowance;
  const sign = atLeast ? "≥ " : head.total.error > 0 ? "≈ " : "";
  const room =
    limit === null ? "" : bytes > limit ? `, ${headroom(bytes, limit)} over` : `, ${headroom(limit, bytes)} left`;
  return `${sign}${size(bytes)}${room}`;
}

/** Advance widths of Verdana, in hundredths of the font's size; what is in none of these is as wide as a digit. */
const WIDTHS: readonly (readonly [characters: string, width: number])[] = [
  ["ijlI'|", 30],
  [" ft.,:;!()[]/\\-r", 40],
  ['csz"?JL', 53],
  ["ABDEFGHKNOPQRSTUVXYZCw#+<=>~≈≥±", 72],
  ["MWm%@", 98],
];
const DIGIT = 64;
const FONT_SIZE = 11;

/** Pixels that a text is set in; the browser stretches it to that, whatever font it has. */
function columnsFor(text: string): number {
  let width = 0;
  for (const character of text) {
    const [, known = DIGIT] = WIDTHS.find(([characters]) => characters.includes(character)) ?? [];
    width += columnsOf(character) === 2 ? 100 : columnsOf(character) === 0 ? 0 : known;
  }
  return Math.ceil((width * FONT_SIZE) / 100);
}

/** Text in XML, in an attribute too. */
function xml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
