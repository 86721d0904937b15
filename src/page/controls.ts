import { button, countOf, h, outside } from "./dom.js";
import { legendOf } from "./legend.js";
import { nameOf } from "./names.js";
import type { Measure, Place } from "./nodes.js";
import { shareOf } from "./share.js";
import type { Actions, Facts, State, View } from "./state.js";

/** Milliseconds without a key before a search starts. */
const PAUSE = 150;

const MEASURES: readonly (readonly [measure: Measure, label: string])[] = [
  ["compressed", "Compressed"],
  ["disk", "On disk"],
  ["change", "Change"],
];

/** What the map's areas stand for, the search, where the map is, and what its colours mean. */
export function controlsView(facts: Facts, actions: Actions): View {
  const measures = measureView(facts, actions);
  const searching = searchView(actions);
  const crumbs = h("ol", {});
  const share = h("div", { class: "share" });
  const legend = h("div", { class: "legend" });
  const element = h(
    "div",
    { class: "controls" },
    h("div", { class: "row" }, measures.element, searching.element),
    h("div", { class: "where" }, h("nav", { class: "crumbs", "aria-label": "Where the map is" }, crumbs), share),
    legend,
  );
  return {
    element,
    render(state) {
      measures.render(state);
      searching.render(state);
      crumbs.replaceChildren(...crumbsOf(state, actions));
      share.replaceChildren(...shareOf(facts, state));
      legend.replaceChildren(...legendOf(facts, state, actions));
    },
  };
}

function measureView({ compared }: Facts, actions: Actions): View {
  const inputs = MEASURES.filter(([measure]) => compared || measure !== "change").map(([measure, label]) => {
    const input = h("input", { type: "radio", name: "measure", value: measure });
    input.addEventListener("change", () => {
      actions.measure(measure);
    });
    return { measure, input, label: h("label", {}, input, h("span", {}, label)) };
  });
  return {
    element: h("fieldset", { class: "measures" }, h("legend", {}, "Area"), ...inputs.map(({ label }) => label)),
    render(state) {
      for (const { measure, input } of inputs) input.checked = state.measure === measure;
    },
  };
}

function searchView(actions: Actions): View {
  const name = "Find a name or a path";
  const input = h("input", { type: "search", placeholder: name, "aria-label": name, spellcheck: "false" });
  const status = h("span", { class: "status", role: "status" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = (): void => {
    clearTimeout(timer);
    actions.search(input.value);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(start, PAUSE);
  });
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") input.value = "";
    if (key === "Escape" || key === "Enter") start();
  });
  return {
    element: h("div", { class: "search" }, input, status),
    render({ found }) {
      status.textContent = found === null ? "" : countOf(found.places.length, "match", "matches");
    },
  };
}

function crumbsOf({ place }: State, actions: Actions): HTMLElement[] {
  const [root, ...others] = place;
  return place.map((node, at) => {
    const name = outside(nameOf(node), 60);
    if (at === place.length - 1) return h("li", {}, h("span", { "aria-current": "true" }, name));
    const to: Place = [root, ...others.slice(0, at)];
    const zoom = (): void => {
      actions.zoom(to);
    };
    return h("li", {}, button({}, zoom, name));
  });
}
