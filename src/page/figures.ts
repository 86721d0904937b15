import type { MapNode } from "../model/size-map.js";
import { roundRows, scaleFor, shown, shownSigned, type Scale } from "../render/rounding.js";

/**
 * The sizes of one node's children as they are shown: in one unit, and rounded together, so that what stands in a table or in
 * rectangles sums to what stands above it.
 */
export class Figures {
  private readonly scale: Scale;
  private readonly steps: ReadonlyMap<MapNode, number>;

  constructor(nodes: readonly MapNode[], bytes: (node: MapNode) => number) {
    const values = nodes.map(bytes);
    const total = values.reduce((a, b) => a + b, 0);
    this.scale = scaleFor(total, values);
    const rounded = roundRows(values, this.scale);
    this.steps = new Map(nodes.map((node, at) => [node, rounded[at] ?? 0]));
  }

  /** Of one that was rounded, or of several of them that are drawn as one. */
  size(node: MapNode): string {
    return shown(this.stepsOf(node), this.scale);
  }

  /** As `size`, with its sign. */
  delta(node: MapNode): string {
    return shownSigned(this.stepsOf(node), this.scale);
  }

  /** Of several. */
  sizes(nodes: readonly MapNode[]): string {
    return shown(this.sumOf(nodes), this.scale);
  }

  /** As `sizes`, with its sign. */
  deltas(nodes: readonly MapNode[]): string {
    return shownSigned(this.sumOf(nodes), this.scale);
  }

  private stepsOf(node: MapNode): number {
    return this.steps.get(node) ?? this.sumOf(node.children ?? []);
  }

  private sumOf(nodes: readonly MapNode[]): number {
    return nodes.reduce((sum, node) => sum + (this.steps.get(node) ?? 0), 0);
  }
}
