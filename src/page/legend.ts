import { button, h, outside, type Content } from "./dom.js";
import { CHANGES } from "./drawing.js";
import { layerNode } from "./nodes.js";
import type { Requirement } from "./requirements.js";
import type { Actions, Facts, State } from "./state.js";

/** What the map's colours mean: which requirement brings something, or what a change did. */
export function legendOf(facts: Facts, state: State, actions: Actions): Node[] {
  return state.measure === "change" ? changes() : fills(facts, state, actions);
}

function changes(): Node[] {
  const kinds = ["added", "grown", "shrunk", "removed"] as const;
  return kinds.map((kind) => key(`tile ${kind}`, `${CHANGES[kind].sign} ${CHANGES[kind].word}`));
}

function fills(facts: Facts, state: State, actions: Actions): Node[] {
  const { requirements, map } = facts;
  const keys = requirements.map((requirement, at) => requirementKey(facts, state, actions, requirement, at));
  const kinds = new Set((map.children ?? []).map((node) => node.key?.split(":")[0]));
  return [
    h("span", { class: "about" }, "Brought by"),
    ...keys,
    ...(kinds.has("distribution") ? [key("tile other", "other or shared")] : []),
    ...(kinds.has("app") ? [key("tile app", "the app")] : []),
    ...(kinds.has("runtime") || kinds.has("tool") ? [key("tile python", "Python and tools")] : []),
  ];
}

function requirementKey(
  { map }: Facts,
  { selected }: State,
  actions: Actions,
  { key: layerKey, layer }: Requirement,
  at: number,
): Node {
  const node = layerNode(map, layerKey);
  const content: Content[] = [swatch(`tile requirement-${at + 1}`), outside(layer.name, 40)];
  if (node === undefined) return h("span", { class: "key" }, ...content);
  const reveal = (): void => {
    actions.reveal([map, node]);
  };
  return button({ class: "key", "aria-pressed": String(selected?.at(-1) === node) }, reveal, ...content);
}

function key(fill: string, text: string): Node {
  return h("span", { class: "key" }, swatch(fill), text);
}

/** A patch of a rectangle's colour. @param fill classes of such a rectangle */
export function swatch(fill: string): HTMLElement {
  return h("span", { class: `swatch ${fill}`, "aria-hidden": "true" });
}
