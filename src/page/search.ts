import type { MapNode } from "../model/size-map.js";
import { pathBelow, type Place } from "./nodes.js";

/** What a search finds. */
export interface Found {
  /** Nodes whose name holds the text; nothing inside of one is listed by itself, so that their sizes can be summed. */
  readonly places: readonly Place[];
  /** The nodes themselves. */
  readonly matches: ReadonlySet<MapNode>;
  /** What they lie in. */
  readonly around: ReadonlySet<MapNode>;
}

/**
 * Nodes by a part of their name, in whichever case; by a part of their path in the slug if the text has a `/`. Null without a
 * text.
 */
export function search(map: MapNode, text: string): Found | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return null;
  const places: Place[] = [];
  const matches = new Set<MapNode>();
  const around = new Set<MapNode>();
  const byPath = wanted.includes("/");
  const look = (place: Place, path: string): void => {
    for (const node of place.at(-1)?.children ?? []) {
      const below = pathBelow(path, node);
      const here: Place = [...place, node];
      const said = byPath && node.kind !== "layer" ? `/${below}` : node.name;
      if (node.kind !== "rest" && said.toLowerCase().includes(wanted)) {
        places.push(here);
        matches.add(node);
        for (const outer of place) around.add(outer);
      } else look(here, below);
    }
  };
  look([map], "");
  return { places, matches, around };
}

/** Whether a node is found, or something inside of it is, also where several are drawn as one. */
export function isHit(node: MapNode, { matches, around }: Found): "itself" | "inside" | null {
  if (matches.has(node)) return "itself";
  if (around.has(node)) return "inside";
  const isFolded = node.kind === "rest" && node.children?.some((each) => matches.has(each) || around.has(each));
  return isFolded === true ? "inside" : null;
}
