import type { MapNode } from "../model/size-map.js";
import { countOf } from "./dom.js";

/** What a node is called; text from outside, but for that of a rest. */
export function nameOf(node: MapNode): string {
  switch (node.kind) {
    case "slug":
      return "Slug";
    case "layer":
    case "file":
      return node.name;
    case "folder":
      return `${node.name}/`;
    case "rest":
      return node.children === undefined
        ? countOf(node.folded ?? 0, "small file or folder", "small files and folders")
        : countOf(node.children.length, "smaller one");
  }
}

/** What a node's children are called. */
export function partsOf({ kind, children = [] }: MapNode): string {
  return kind === "slug" ? countOf(children.length, "layer") : countOf(children.length, "part");
}
