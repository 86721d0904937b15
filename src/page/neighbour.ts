import type { Tile } from "./tiles.js";

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export function isDirection(key: string): key is Direction {
  return key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown";
}

/** Place of the tile that lies next in a direction, as seen from the middle of one; that one's if there is none. */
export function neighbour(tiles: readonly Tile[], from: number, direction: Direction): number {
  const start = tiles[from];
  if (start === undefined) return from;
  // As if the direction were to the right: the tiles' stretches along it, and across it.
  const isSideways = direction === "ArrowLeft" || direction === "ArrowRight";
  const sign = direction === "ArrowRight" || direction === "ArrowDown" ? 1 : -1;
  const along = (tile: Tile): Stretch => {
    const [at, length] = isSideways ? [tile.x, tile.width] : [tile.y, tile.height];
    return sign === 1 ? { from: at, to: at + length } : { from: -at - length, to: -at };
  };
  const across = (tile: Tile): Stretch =>
    isSideways ? { from: tile.y, to: tile.y + tile.height } : { from: tile.x, to: tile.x + tile.width };

  const middle = (across(start).from + across(start).to) / 2;
  let best = from;
  let least = Infinity;
  tiles.forEach((tile, at) => {
    // Edges that touch may lie apart by what floating point leaves.
    const ahead = along(tile).from - along(start).to;
    if (ahead < -1) return;
    const aside = Math.max(0, across(tile).from - middle, middle - across(tile).to);
    const distance = ahead + 3 * aside;
    if (distance < least) [best, least] = [at, distance];
  });
  return best;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}
