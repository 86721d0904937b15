import type { MapNode } from "../model/size-map.js";
import { countOf, h } from "./dom.js";
import { Figures } from "./figures.js";
import { changeOf, deltaOf, lastOf, together, valueOf } from "./nodes.js";
import type { Facts, State } from "./state.js";

/** How much of the slug fills the map, and how much of it lies elsewhere; of a change what grew, what shrank, what stayed. */
export function shareOf(facts: Facts, state: State): Node[] {
  return state.measure === "change" ? changed(facts, lastOf(state.place)) : stretches(facts, state);
}

/** Two stretches to scale, which are the slug. */
function stretches({ map, side }: Facts, { measure, place }: State): Node[] {
  const node = lastOf(place);
  const value = (of: MapNode): number => valueOf(of, measure, side);
  const [here, all] = [value(node), value(map)];
  // Two that sum to the slug as it is shown, whichever node it is.
  const rest: MapNode = { ...together([]), ...difference(map, node, side) };
  const figures = new Figures([node, rest], value);
  const stretch = (kind: string, bytes: number): HTMLElement => {
    const element = h("span", { class: `stretch ${kind}`, "data-value": bytes });
    element.style.flexGrow = String(all === 0 ? 0 : bytes / all);
    return element;
  };
  return [
    h("div", { class: "stretches", "aria-hidden": "true" }, stretch("here", here), stretch("elsewhere", all - here)),
    h("p", {}, `${figures.size(node)}${node === map ? "" : ` here, ${figures.size(rest)} elsewhere in the slug`}`),
  ];
}

function difference(whole: MapNode, part: MapNode, side: "base" | "head"): Partial<MapNode> {
  const [a, b] = [whole[side] ?? [0, 0, 0], part[side] ?? [0, 0, 0]];
  return { [side]: [a[0] - b[0], a[1] - b[1], a[2] - b[2]] };
}

/** `1 added, 2 grown: +298.4 MiB; 1 shrunk: −0.1 MiB. 49 layers have the same size, 747.7 MiB together.` */
function changed({ side }: Facts, { kind, children = [] }: MapNode): Node[] {
  const delta = (node: MapNode): number => deltaOf(node, "compressed");
  const figures = new Figures(children, delta);
  const [grown, shrunk] = [children.filter((node) => delta(node) > 0), children.filter((node) => delta(node) < 0)];
  const same = children.filter((node) => delta(node) === 0);
  const counts = (some: readonly MapNode[]): string =>
    (["added", "grown", "shrunk", "removed"] as const)
      .map((change) => [some.filter((node) => changeOf(node) === change).length, change] as const)
      .filter(([count]) => count > 0)
      .map(([count, change]) => `${count.toLocaleString("en-US")} ${change}`)
      .join(", ");
  const unchanged = new Figures(same, (node) => valueOf(node, "compressed", side));
  const part = kind === "slug" ? "layer" : "part";
  return [
    h(
      "p",
      {},
      ...[grown, shrunk]
        .filter((some) => some.length > 0)
        .flatMap((some) => [h("strong", {}, figures.deltas(some)), ` (${counts(some)}) `]),
      same.length === 0 ? null : `${countOf(same.length, part)} of the same size, not drawn: ${unchanged.sizes(same)}`,
    ),
  ];
}
