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

/** What the other outputs show too, as nodes. */
export function spans(pieces: Spans): Node[] {
  return pieces.flatMap(({ as, text }): Node[] => {
    switch (as) {
      case "own":
        return [document.createTextNode(text)];
      case "strong":
        return [h("strong", {}, text)];
      case "name":
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

/** A table that the other outputs show too; the first cell of a row names it. */
export function tableOf({ columns, rows }: Table, caption: string): HTMLTableElement {
  const align = (at: number): string | null => (columns[at]?.figures === true ? "figure" : null);
  return h(
    "table",
    {},
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ...columns.map(({ heading }, at) =>
          heading.length === 0 ? h("td", {}) : h("th", { scope: "col", class: align(at) }, ...spans(heading)),
        ),
      ),
    ),
    h(
      "tbody",
      {},
      ...rows.map((row) =>
        h(
          "tr",
          {},
          ...row.map((cell, at) =>
            at === 0 ? h("th", { scope: "row" }, ...spans(cell)) : h("td", { class: align(at) }, ...spans(cell)),
          ),
        ),
      ),
    ),
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
