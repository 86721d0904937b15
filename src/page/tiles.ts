import { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
import type { MapNode } from "../model/size-map.js";
import { together } from "./nodes.js";

/** A rectangle of the map, in pixels from the map's corner. */
export interface Tile {
  readonly node: MapNode;
  /** 0 for the children of the node that fills the map. */
  readonly level: number;
  /** Bytes that it stands for; of a change with its sign. */
  readonly value: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Tiles inside; none where there is no room for them, or nothing in the node. They sum to its value. */
  readonly tiles: readonly Tile[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Levels below the node that fills the map. */
const LEVELS = 5;
/** What a smaller area would be no more than a dot: pixels². */
const SMALLEST = 90;
/** Tiles in one node: what is beyond the largest of them is drawn as one. */
const MOST = 250;
/** Room for a tile's name above those inside it, of the outermost tiles and of others, and around them. */
const HEADING = { outermost: 20, inner: 17 };
const MARGIN = 2;
/** Below this a tile's inside is not divided. */
const NARROWEST = { width: 48, height: 44 };

/**
 * The node's children as rectangles that fill the box, their areas in proportion to their values, and theirs in them. Where a
 * child has no room of its own, it is drawn together with others like it: all tiles of a node sum to it, whatever the box.
 * @param value bytes of a node, with its sign for a change: what grew and what shrank is not drawn as one
 */
export function tilesOf(
  node: MapNode,
  value: (node: MapNode) => number,
  size: { readonly width: number; readonly height: number },
): Tile[] {
  return divide(node, value, { x: 0, y: 0, ...size }, 0);
}

function divide(node: MapNode, value: (node: MapNode) => number, box: Box, level: number): Tile[] {
  const children = foldSmall(node.children ?? [], value, box.width * box.height);
  return squarify(children, value, box).map(({ node: child, ...place }): Tile => {
    const inside = level + 1 < LEVELS && child.kind !== "rest" ? insideOf(place, level) : null;
    const tiles = inside === null ? [] : divide(child, value, inside, level + 1);
    return { node: child, level, value: value(child), ...place, tiles };
  });
}

/** The children that have an area, the largest first, and last those together that have not enough of it. */
function foldSmall(children: readonly MapNode[], value: (node: MapNode) => number, area: number): MapNode[] {
  const sized = children
    .map((node) => ({ node, bytes: value(node) }))
    .filter(({ bytes }) => bytes !== 0)
    .sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes));
  const total = sized.reduce((sum, { bytes }) => sum + Math.abs(bytes), 0);
  const drawn = sized.findIndex(({ bytes }, at) => at >= MOST || (Math.abs(bytes) / total) * area < SMALLEST);
  if (drawn === -1) return sized.map(({ node }) => node);
  const small = sized.slice(drawn);
  const groups = [small.filter(({ bytes }) => bytes > 0), small.filter(({ bytes }) => bytes < 0)];
  return [
    ...sized.slice(0, drawn).map(({ node }) => node),
    ...groups.flatMap((group) => {
      const [only, ...others] = group.map(({ node }) => node);
      return only === undefined ? [] : [others.length === 0 ? only : together([only, ...others])];
    }),
  ];
}

function squarify(
  nodes: readonly MapNode[],
  value: (node: MapNode) => number,
  box: Box,
): (Box & { readonly node: MapNode })[] {
  if (nodes.length === 0) return [];
  // One level at a time, since what has room on the next one is known only then.
  const root = hierarchy<{ readonly node?: MapNode; readonly children?: readonly { readonly node: MapNode }[] }>({
    children: nodes.map((node) => ({ node })),
  }).sum(({ node }) => (node === undefined ? 0 : Math.abs(value(node))));
  const laidOut = treemap<(typeof root)["data"]>().tile(treemapSquarify.ratio(1.4)).size([box.width, box.height])(root);
  return (laidOut.children ?? []).flatMap(({ data, x0, y0, x1, y1 }) =>
    data.node === undefined ? [] : [{ node: data.node, x: box.x + x0, y: box.y + y0, width: x1 - x0, height: y1 - y0 }],
  );
}

function insideOf({ x, y, width, height }: Box, level: number): Box | null {
  if (width < NARROWEST.width || height < NARROWEST.height) return null;
  const heading = level === 0 ? HEADING.outermost : HEADING.inner;
  return {
    x: x + MARGIN,
    y: y + heading,
    width: width - 2 * MARGIN,
    height: height - heading - MARGIN,
  };
}
