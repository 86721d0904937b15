import { codeSpans } from "../render/code-spans.js";
import type { Spans, Table } from "../render/span.js";
import { visible, visibleLine } from "../render/visible.js";

type Attributes = Readonly<Record<string, string | number | boolean | null>>;
export type Content = Node | string | null;

/**
 * An element. Text is text, whatever it holds: nothing here reads HTML.
 * @param attributes `false` and null leave one out, `true` gives it no value
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...content.filter((each) => each !== null));
  return element;
}

/** A button that does something. */
export function button(attributes: Attributes, onClick: () => void, ...content: readonly Content[]): HTMLButtonElement {
  const element = h("button", { type: "button", ...attributes }, ...content);
  element.addEventListener("click", onClick);
  return element;
}

/** Text from outside, all its characters visible; whichever way it runs, what stands around it stays in place. */
export function outside(text: string, most = 300): HTMLElement {
  return h("bdi", {}, visible(text, most));
}

/** A path, a version or a command from outside. */
export function code(text: string, most = 300): HTMLElement {
  return h("code", {}, h("bdi", {}, visible(text, most)));
}

/** A sentence of advice, with its code spans. */
export function sentence(text: string): Node[] {
  return codeSpans(visible(text, 1000)).map((stretch) =>
    stretch.isCode ? code(stretch.text) : h("bdi", {}, stretch.text),
  );
}

/** Lines of a program's output, or to paste. */
export function lines(texts: readonly string[], attributes: Attributes = {}): HTMLElement {
  const shown = texts.flatMap((text, at) => [
    at === 0 ? null : "\n",
    h("bdi", { class: lineClass(text) }, visibleLine(text, 400)),
  ]);
  return h("pre", attributes, h("code", {}, ...shown));
}

function lineClass(text: string): string | null {
  return text.startsWith("+") ? "plus" : text.startsWith("-") ? "minus" : null;
}

/** What the other outputs show too, as nodes. @param named makes what is shown of a distribution's name */
export function spans(pieces: Spans, named: (name: string) => Node = outside): Node[] {
  return pieces.flatMap(({ as, text }): Node[] => {
    switch (as) {
      case "own":
        return [document.createTextNode(text)];
      case "strong":
        return [h("strong", {}, text)];
      case "name":
        return [named(text)];
      case "version":
      case "prose":
        return [outside(text)];
      case "code":
        return [code(text, 120)];
      case "sentences":
        return sentence(text);
    }
  });
}

/** A table that the other outputs show too. @param title as for `tableWith` @param named as for `spans` */
export function tableOf({ columns, rows }: Table, title: string | HTMLElement, named = outside): HTMLTableElement {
  return tableWith(
    {
      columns: columns.map(({ heading, figures }) => ({ heading: spans(heading), isFigure: figures })),
      rows: rows.map((row) => row.map((cell) => spans(cell, named))),
    },
    title,
  );
}

export interface Column {
  /** Empty: the column needs none. */
  readonly heading: readonly Content[];
  readonly isFigure: boolean;
}

interface Cells {
  readonly columns: readonly Column[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly (readonly Content[])[])[];
}

/**
 * A table. On a phone its rows are blocks, which browsers read as no table without the roles.
 * @param title its caption, or the heading that stands above it, by its id
 */
export function tableWith({ columns, rows }: Cells, title: string | HTMLElement): HTMLTableElement {
  const align = (at: number): string | null => (columns[at]?.isFigure === true ? "figure" : null);
  const head = columns.map(({ heading }, at) =>
    heading.length === 0
      ? h("td", { role: "cell" })
      : h("th", { scope: "col", role: "columnheader", class: align(at) }, ...heading),
  );
  const cellOf = (content: readonly Content[], at: number): HTMLElement =>
    at === 0
      ? h("th", { scope: "row", role: "rowheader" }, ...content)
      : h("td", { role: "cell", class: align(at), "data-label": head[at]?.textContent ?? "" }, ...content);
  return h(
    "table",
    { class: "stacks", role: "table", "aria-labelledby": typeof title === "string" ? null : title.id },
    typeof title === "string" ? h("caption", {}, title) : null,
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ...head)),
    h("tbody", { role: "rowgroup" }, ...rows.map((row) => h("tr", { role: "row" }, ...row.map(cellOf)))),
  );
}

/** A count for people: `1,234`. */
export function counted(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 file`, `3 files` */
export function countOf(count: number, one: string, several = `${one}s`): string {
  return `${counted(count)} ${count === 1 ? one : several}`;
}
