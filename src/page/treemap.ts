import type { MapNode } from "../model/size-map.js";
import { visible } from "../render/visible.js";
import { h } from "./dom.js";
import { drawTiles, position, toldOf, type Drawn } from "./drawing.js";
import { nameOf } from "./names.js";
import { isDirection, neighbour } from "./neighbour.js";
import { lastOf, parentOf } from "./nodes.js";
import { startOf, valuer, type Actions, type Facts, type State, type View } from "./state.js";
import { tilesOf } from "./tiles.js";
import { tooltip } from "./tooltip.js";

/**
 * The treemap. Its outermost rectangles can be reached by keyboard and by pointer; those inside of them show what zooming in
 * leads to. All that it shows is in the table too.
 */
export function treemapView(facts: Facts, actions: Actions): View {
  // What is drawn has text of all levels in it; what is read out and has the focus lies over it, and says its own.
  const surface = h("div", { class: "tiles", "aria-hidden": "true" });
  const map = h("div", { class: "map", role: "listbox", "aria-describedby": "map-help" });
  const tip = tooltip();
  const element = h("div", { class: "map-frame" }, map, tip.element, help());

  let state = startOf(facts);
  let drawn: readonly Drawn[] = [];
  let options: readonly HTMLElement[] = [];
  /** Place of the rectangle that the tab key leads to. */
  let current = 0;

  const makeCurrent = (at: number): void => {
    current = at;
    options.forEach((option, index) => (option.tabIndex = index === at ? 0 : -1));
  };
  const focus = (at: number): void => {
    makeCurrent(at);
    options[at]?.focus({ preventScroll: true });
  };

  const draw = (): void => {
    const [hadFocus, before] = [map.contains(document.activeElement), drawn[current]?.tile.node];
    const size = { width: map.clientWidth, height: map.clientHeight };
    const tiles = tilesOf(lastOf(state.place), valuer(facts, state), size);
    drawn = drawTiles(facts, state, tiles, size);
    options = drawn.length === 0 ? [emptyNote(state)] : drawn.map((each) => optionFor(facts, state, each, size));
    surface.replaceChildren(...drawn.map((each) => each.element));
    map.replaceChildren(surface, ...options);
    map.setAttribute("aria-label", `Map of ${visible(nameOf(lastOf(state.place)), 80)}`);
    map.classList.toggle("searching", state.found !== null);
    tip.hide();
    // The window may have another size only.
    const at = Math.max(
      0,
      drawn.findIndex(({ tile }) => tile.node === before),
    );
    makeCurrent(at);
    if (hadFocus) focus(at);
  };

  const markSelected = (): void => {
    const selected = state.selected === null ? null : lastOf(state.selected);
    for (const each of everyDrawn(drawn))
      each.element.classList.toggle("selected", isOrHolds(each.tile.node, selected));
    drawn.forEach((each, at) => {
      const isSelected = isOrHolds(each.tile.node, selected);
      options[at]?.setAttribute("aria-selected", String(isSelected));
      if (isSelected) makeCurrent(at);
    });
  };

  const open = ({ tile, place }: Drawn): void => {
    if ((tile.node.children ?? []).length > 0) actions.zoom(place);
    else actions.select(place);
  };

  const out = (): void => {
    const left = lastOf(state.place);
    if (state.place.length === 1) actions.select(null);
    else {
      actions.zoom(parentOf(state.place));
      focus(
        Math.max(
          0,
          drawn.findIndex(({ tile }) => tile.node === left),
        ),
      );
    }
  };

  map.addEventListener("click", ({ target }) => {
    const at = drawn.findIndex(
      ({ element: on }, index) => target instanceof Node && (on.contains(target) || options[index] === target),
    );
    const clicked = drawn[at];
    if (clicked === undefined) return;
    const wasSelected = clicked.element.classList.contains("selected");
    focus(at);
    if (wasSelected) open(clicked);
    else actions.select(clicked.place);
  });

  map.addEventListener("keydown", (event) => {
    const at = drawn[current];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") out();
    else if (at === undefined) return;
    else if (event.key === "Enter") open(at);
    else if (event.key === " ") actions.select(at.place);
    else if (event.key === "Home") focus(0);
    else if (event.key === "End") focus(drawn.length - 1);
    else if (isDirection(event.key)) {
      const tiles = drawn.map(({ tile }) => tile);
      focus(neighbour(tiles, current, event.key));
    } else return;
    event.preventDefault();
  });

  map.addEventListener("pointermove", ({ target, clientX, clientY, pointerType }) => {
    const under = target instanceof Element && pointerType === "mouse" ? innermost(drawn, target) : null;
    if (under === null) tip.hide();
    else tip.show(toldOf(facts, state, under), clientX, clientY);
  });
  map.addEventListener("pointerleave", () => {
    tip.hide();
  });

  const render = (): void => {
    if (map.clientWidth === 0) return;
    draw();
    markSelected();
  };
  let size = "";
  new ResizeObserver(() => {
    const now = `${map.clientWidth} × ${map.clientHeight}`;
    if (now === size) return;
    size = now;
    render();
  }).observe(map);

  return {
    element,
    render(now) {
      const isSame =
        state.place === now.place && state.measure === now.measure && state.found === now.found && drawn.length > 0;
      state = now;
      if (isSame) markSelected();
      else render();
    },
  };
}

function help(): HTMLElement {
  return h(
    "p",
    { id: "map-help", class: "help" },
    "Select with a click or the space bar, zoom in with a second click or Enter, out with Escape; arrow keys move.",
  );
}

/** What stands for an outermost rectangle for those who don't see it. */
function optionFor(facts: Facts, state: State, each: Drawn, size: { width: number; height: number }): HTMLElement {
  const { name, figures } = toldOf(facts, state, each);
  const option = h("div", { class: "option", role: "option", "aria-label": `${name}, ${figures}` });
  position(option, each.tile, { x: 0, y: 0, ...size });
  return option;
}

function emptyNote({ measure }: State): HTMLElement {
  const text = measure === "change" ? "Nothing in here has changed its size." : "Nothing in here weighs anything.";
  return h("div", { class: "nothing", role: "option", "aria-selected": "false", "aria-disabled": "true" }, text);
}

/** Of several that are drawn as one, one may be selected in the table. */
function isOrHolds(node: MapNode, selected: MapNode | null): boolean {
  if (selected === null) return false;
  return node === selected || (node.kind === "rest" && node.children?.includes(selected) === true);
}

function* everyDrawn(drawn: readonly Drawn[]): Generator<Drawn> {
  for (const each of drawn) {
    yield each;
    yield* everyDrawn(each.inside);
  }
}

/** The innermost rectangle that an element is, or is in. */
function innermost(drawn: readonly Drawn[], target: Element): Drawn | null {
  const found = drawn.find(({ element }) => element.contains(target));
  return found === undefined ? null : (innermost(found.inside, target) ?? found);
}
