import { signedPercent } from "../model/format.js";
import type { MapNode } from "../model/size-map.js";
import { visible } from "../render/visible.js";
import { h } from "./dom.js";
import { Figures } from "./figures.js";
import { nameOf } from "./names.js";
import { changeOf, deltaOf, lastOf, stepsTo, unitOf, within, type NodeChange, type Place } from "./nodes.js";
import { fillOf, type Fill } from "./requirements.js";
import { isHit } from "./search.js";
import { valuer, type Facts, type State } from "./state.js";
import type { Tile } from "./tiles.js";

/** What a change looks like without colour, and how it is read out. */
export const CHANGES: Readonly<Record<NodeChange, { readonly sign: string; readonly word: string }>> = {
  added: { sign: "+", word: "added" },
  grown: { sign: "▲", word: "grown" },
  shrunk: { sign: "▼", word: "shrunk" },
  removed: { sign: "−", word: "removed" },
  unchanged: { sign: "", word: "unchanged" },
};

/** Pixels below which a rectangle has no name on it. */
const NAMED = { width: 30, height: 15 };
/** Pixels from which on its size has a line of its own. */
const TWO_LINES = 34;
/** Pixels from which on its size stands beside its name. */
const BESIDE = 110;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A rectangle on the page. */
export interface Drawn {
  readonly element: HTMLElement;
  readonly tile: Tile;
  readonly place: Place;
  /** `577.6 MiB`, `+12.3 MiB`: as it is shown everywhere. */
  readonly size: string;
  readonly inside: readonly Drawn[];
}

/** Makes the elements of the tiles in one state; those inside of another are not read out. */
export function drawTiles(facts: Facts, state: State, tiles: readonly Tile[], box: Omit<Box, "x" | "y">): Drawn[] {
  const value = valuer(facts, state);
  const draw = (place: Place, some: readonly Tile[], around: Box, fill: Fill | null): Drawn[] => {
    const figures = new Figures(lastOf(place).children ?? [], value);
    return some.map((tile): Drawn => {
      const { node } = tile;
      const here = within(place, node);
      const own = state.measure === "change" ? null : (fill ?? fillAt(facts, here));
      const size = state.measure === "change" ? figures.delta(node) : figures.size(node);
      const inside = draw(here, tile.tiles, tile, own);
      const element = h(
        "div",
        {
          class: `tile ${own ?? changeOf(node)}${node.kind === "rest" ? " rest" : ""}${tile.tiles.length > 0 ? " outer" : ""}`,
          "data-value": tile.value,
          "data-hit": state.found === null ? null : isHit(node, state.found),
        },
        labelOf(tile, size, state),
        ...inside.map((each) => each.element),
      );
      position(element, tile, around);
      return { element, tile, place: here, size, inside };
    });
  };
  return draw(state.place, tiles, { x: 0, y: 0, ...box }, fillInside(facts, state.place));
}

/** A layer and all in it have one fill; of several layers that are drawn as one that of none. */
function fillAt(facts: Facts, place: Place): Fill {
  return fillInside(facts, place) ?? "other";
}

function fillInside({ requirements }: Facts, place: Place): Fill | null {
  const layer = place.find(({ kind }) => kind === "layer");
  return layer?.key === undefined ? null : fillOf(layer.key, requirements);
}

function labelOf(tile: Tile, size: string, { measure }: State): HTMLElement | null {
  if (tile.width < NAMED.width || tile.height < NAMED.height) return null;
  const { sign } = CHANGES[changeOf(tile.node)];
  const isOuter = tile.tiles.length > 0;
  const isStacked = !isOuter && tile.height >= TWO_LINES;
  return h(
    "span",
    { class: `label${isStacked ? " stacked" : ""}`, "aria-hidden": "true" },
    h(
      "span",
      { class: "name" },
      measure === "change" && sign !== "" ? h("span", { class: "sign" }, sign) : null,
      h("bdi", {}, visible(nameOf(tile.node), 120)),
    ),
    isStacked || tile.width >= BESIDE ? h("span", { class: "size" }, size) : null,
  );
}

/** In shares of what it lies in, so that it stays in place on paper too. */
export function position({ style }: HTMLElement, { x, y, width, height }: Box, around: Box): void {
  const percent = (part: number, whole: number): string => `${(whole === 0 ? 0 : (part / whole) * 100).toFixed(4)}%`;
  style.left = percent(x - around.x, around.width);
  style.top = percent(y - around.y, around.height);
  style.width = percent(width, around.width);
  style.height = percent(height, around.height);
}

/** What is told of a rectangle: where it is, its size, its share, what the change did to it. */
export interface Told {
  readonly name: string;
  readonly path: string;
  readonly figures: string;
}

export function toldOf(
  { map, side, compared }: Facts,
  { measure }: State,
  { place, size }: Pick<Drawn, "place" | "size">,
): Told {
  const node = lastOf(place);
  const layer = place.find(({ kind }) => kind === "layer");
  const unit = unitOf(measure);
  const parts = [size];
  if (measure === "change") {
    if (node.kind !== "rest") parts.push(CHANGES[changeOf(node)].word);
  } else {
    const share = signedPercent(valueIn(node), valueIn(map))?.replace("+", "");
    if (share !== undefined) parts.push(`${share} of the slug`);
    const delta = deltaOf(node, unit);
    if (compared && delta !== 0)
      parts.push(`${CHANGES[changeOf(node)].word} ${new Figures([node], () => delta).delta(node)}`);
  }
  return {
    name: visible(nameOf(node), 300),
    path: node === layer || layer === undefined ? "" : visible(`${layer.name}: ${stepsTo(place)}`, 600),
    figures: parts.join(", "),
  };

  function valueIn(of: MapNode): number {
    return of[side]?.[unit === "disk" ? 1 : 2] ?? 0;
  }
}
