import type { HistoryPoint, Report } from "../model/report.js";
import { MIB } from "../model/bytes.js";
import { signedMib } from "../model/format.js";
import { figuresOf, size } from "../render/figures.js";
import { labelOf } from "../render/tables.js";
import { code, countOf, h, outside, spans, type Content } from "./dom.js";

const WIDTH = 960;
const HEIGHT = 220;
const EDGE = { top: 24, right: 16, bottom: 28, left: 76 };
/** Steps that are named in the chart: more would lie over each other. */
const NAMED = 3;
/** Changes that are named of one commit. */
const CHANGES = 4;

/** What the app weighed at the default branch's last commits, and what made each step; null with less than two of them. */
export function historyView({ history, ...report }: Report): HTMLElement | null {
  if (history.length < 2) return null;
  const readout = h("p", { class: "readout", "aria-hidden": "true" });
  const { limit } = figuresOf({ history, ...report });
  return h(
    "section",
    { class: "history", "aria-labelledby": "history" },
    h("h2", { id: "history" }, "Since when"),
    h(
      "div",
      { class: "scrolling", role: "region", tabindex: 0, "aria-label": "History as a chart" },
      chart(history, limit, readout),
    ),
    readout,
    h("details", {}, h("summary", {}, `The same as a table: ${countOf(history.length, "commit")}`), table(history)),
  );
}

/** A step for each commit, evenly spaced: the newest on the right. */
function chart(history: readonly HistoryPoint[], limit: number | null, readout: HTMLElement): Element {
  const totals = history.map(({ total }) => total.compressed);
  const scale = rangeOf(totals, limit);
  const x = (at: number): number => EDGE.left + (at / (history.length - 1)) * (WIDTH - EDGE.left - EDGE.right);
  const y = (bytes: number): number =>
    HEIGHT - EDGE.bottom - ((bytes - scale.from) / (scale.to - scale.from)) * (HEIGHT - EDGE.top - EDGE.bottom);
  const [first, last] = [history[0], history.at(-1)];
  const path = totals.map((bytes, at) => (at === 0 ? `M${x(0)},${y(bytes)}` : `H${x(at)}V${y(bytes)}`)).join("");
  const named = largestSteps(history);
  const marker = svg("line", { class: "marker", y1: EDGE.top, y2: HEIGHT - EDGE.bottom, x1: -9, x2: -9 });
  const element = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": `Compressed slug at ${countOf(history.length, "commit")}, from ${size(totals[0] ?? 0)} to ${size(totals.at(-1) ?? 0)}`,
    },
    ...scale.ticks.flatMap((bytes) => [
      svg("line", { class: "grid", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(bytes), y2: y(bytes) }),
      svg("text", { x: EDGE.left - 8, y: y(bytes) + 4, class: "end" }, size(bytes).replace(".0 ", " ")),
    ]),
    ...(limit !== null && limit <= scale.to
      ? [svg("line", { class: "limit", x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(limit), y2: y(limit) })]
      : []),
    svg("path", { class: "area", d: `${path}V${HEIGHT - EDGE.bottom}H${x(0)}Z` }),
    svg("path", { class: "line", d: path }),
    ...named.map((at) => stepLabel(history, at, x(at), y(totals[at] ?? 0))),
    svg("text", { x: EDGE.left, y: HEIGHT - 8 }, first?.date.slice(0, 10) ?? ""),
    svg("text", { x: WIDTH - EDGE.right, y: HEIGHT - 8, class: "end" }, last?.date.slice(0, 10) ?? ""),
    marker,
  );
  const tell = (at: number): void => {
    const point = history[at];
    if (point === undefined) return;
    marker.setAttribute("x1", String(x(at)));
    marker.setAttribute("x2", String(x(at)));
    readout.replaceChildren(
      code(point.sha.slice(0, 7)),
      ` ${point.date.slice(0, 10)} `,
      outside(point.subject, 120),
      `: ${size(point.total.compressed)} `,
      ...madeBy(point),
    );
  };
  element.addEventListener("pointermove", (event) => {
    const { left, width } = element.getBoundingClientRect();
    const along = (((event as PointerEvent).clientX - left) / width) * WIDTH;
    const share = (along - EDGE.left) / (WIDTH - EDGE.left - EDGE.right);
    tell(Math.max(0, Math.min(history.length - 1, Math.round(share * (history.length - 1)))));
  });
  tell(history.length - 1);
  return element;
}

/** Bytes from and to which the chart goes, and where its lines are: round numbers of MiB. */
function rangeOf(
  totals: readonly number[],
  limit: number | null,
): { readonly from: number; readonly to: number; readonly ticks: readonly number[] } {
  const [least, most] = [Math.min(...totals), Math.max(...totals)];
  // The limit is shown where the slug comes near it.
  const top = limit !== null && most > 0.7 * limit ? Math.max(most, limit) : most;
  const spread = Math.max(top - least, top * 0.02, MIB);
  const power = 10 ** Math.floor(Math.log10(spread / MIB / 3));
  const step = ([1, 2, 5, 10].find((each) => spread / MIB / (each * power) <= 4) ?? 10) * power * MIB;
  const [from, to] = [Math.floor(least / step) * step, Math.ceil(top / step) * step];
  const count = Math.max(1, Math.round((to - from) / step));
  return { from, to: from + count * step, ticks: Array.from({ length: count + 1 }, (_, at) => from + at * step) };
}

/** The commits with the largest steps, which have one at all. */
function largestSteps(history: readonly HistoryPoint[]): number[] {
  return history
    .map((point, at) => ({ at, step: Math.abs(stepOf(history, at)), point }))
    .filter(({ step, point }) => step > 0 && point.changes.length > 0)
    .sort((a, b) => b.step - a.step)
    .slice(0, NAMED)
    .map(({ at }) => at);
}

function stepOf(history: readonly HistoryPoint[], at: number): number {
  const [before, now] = [history[at - 1], history[at]];
  return before === undefined || now === undefined ? 0 : now.total.compressed - before.total.compressed;
}

function stepLabel(history: readonly HistoryPoint[], at: number, x: number, y: number): Element {
  const [largest] = history[at]?.changes ?? [];
  const name =
    largest === undefined
      ? ""
      : spans(labelOf(largest))
          .map((node) => node.textContent ?? "")
          .join("");
  const isLeft = x < WIDTH / 2;
  return svg(
    "g",
    {},
    svg("circle", { cx: x, cy: y, r: 4, class: "step" }),
    svg(
      "text",
      { x: isLeft ? x + 8 : x - 8, y: y - 8, class: isLeft ? null : "end" },
      `${name.slice(0, 30)} ${signedMib(stepOf(history, at))}`,
    ),
  );
}

/** What made a step: the layers, largest first. */
function madeBy({ changes }: HistoryPoint): (Node | string)[] {
  const some = changes.slice(0, CHANGES);
  const others = changes.length - some.length;
  return [
    ...some.flatMap((change, at): (Node | string)[] => [
      at === 0 ? "" : ", ",
      ...spans(labelOf(change)),
      change.fromVersion === change.toVersion
        ? ""
        : ` ${[change.fromVersion, change.toVersion].map((version) => (version ?? "none").slice(0, 30)).join(" → ")}`,
      ` ${signedMib(change.delta.compressed)}`,
    ]),
    others > 0 ? `, ${countOf(others, "other")}` : "",
  ];
}

function table(history: readonly HistoryPoint[]): HTMLElement {
  const headings = ["Commit", "Date", "Subject", "Compressed", "Step", "Made by"];
  const isFigure = (at: number): string | null => (at === 3 || at === 4 ? "figure" : null);
  const rows = history.map((point, at): readonly (readonly Content[])[] => [
    [code(point.sha.slice(0, 7))],
    [point.date.slice(0, 10)],
    [outside(point.subject, 200)],
    [size(point.total.compressed)],
    [at === 0 ? "" : signedMib(stepOf(history, at))],
    madeBy(point),
  ]);
  const element = h(
    "table",
    {},
    h("caption", {}, "The slug at each commit of the default branch, the newest first"),
    h("thead", {}, h("tr", {}, ...headings.map((text, at) => h("th", { scope: "col", class: isFigure(at) }, text)))),
    h(
      "tbody",
      {},
      ...rows
        .toReversed()
        .map((cells) =>
          h(
            "tr",
            {},
            ...cells.map((cell, at) =>
              at === 0 ? h("th", { scope: "row" }, ...cell) : h("td", { class: isFigure(at) }, ...cell),
            ),
          ),
        ),
    ),
  );
  return h("div", { class: "scrolling", role: "region", tabindex: 0, "aria-label": "History as a table" }, element);
}

function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number | null>>,
  ...content: readonly (Element | string)[]
): Element {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, String(value));
  element.append(...content);
  return element;
}
