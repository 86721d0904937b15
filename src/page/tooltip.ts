import { h } from "./dom.js";
import type { Told } from "./drawing.js";

/** A box beside the pointer that tells of what is under it; what it says stands elsewhere on the page too. */
export function tooltip(): {
  readonly element: HTMLElement;
  show(told: Told, x: number, y: number): void;
  hide(): void;
} {
  const element = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
  return {
    element,
    show({ name, path, figures }, x, y) {
      element.replaceChildren(
        h("strong", {}, h("bdi", {}, name)),
        ...(path === "" ? [] : [h("span", { class: "path" }, h("bdi", {}, path))]),
        h("span", {}, figures),
      );
      element.hidden = false;
      const { width, height } = element.getBoundingClientRect();
      const [left, top] = [
        x + 16 + width > window.innerWidth ? x - 16 - width : x + 16,
        y + 16 + height > window.innerHeight ? y - 16 - height : y + 16,
      ];
      element.style.left = `${Math.max(4, left)}px`;
      element.style.top = `${Math.max(4, top)}px`;
    },
    hide() {
      element.hidden = true;
    },
  };
}
