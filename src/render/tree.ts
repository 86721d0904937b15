import { apportion } from "../model/bytes.js";
import type { TreeBounds } from "../model/options.js";
import type { Weight } from "../model/weight.js";
import { tableLines, type TextOptions } from "./layout.js";
import { roundOne, roundRows, scaleFor, shown, type Scale } from "./rounding.js";
import { own, type Spans } from "./span.js";
import { fold, thousands } from "./tables.js";

/** Something that weighs, and what it consists of. */
export interface WeighedNode {
  readonly label: Spans;
  readonly weight: Weight;
  /** Why it is there; nothing where its place in the tree says so. */
  readonly reason: Spans;
  /** Largest compressed first. Together they weigh no more than this; what is missing is what is not listed. */
  readonly children: readonly WeighedNode[];
  /** How many things are in it that are not listed. */
  readonly unlisted: number;
  /** How many others its row stands for where they are not shown; 0 if that is not told. */
  readonly within: number;
}

/** A row of a tree, as it is shown. */
interface Row {
  readonly label: Spans;
  readonly reason: Spans;
  readonly figures: Figures;
  readonly children: readonly Row[];
}

/** Whole steps of a scale, and thousandths of the first row. */
interface Figures {
  readonly compressed: number;
  readonly disk: number;
  readonly share: number;
}

/** From how many columns of a terminal on there is room for each. */
const ROOM = { share: 50, disk: 70, bar: 80, reason: 100 };
const LONGEST_BAR = 24;

/**
 * A tree as lines, with what each row weighs, as a bar too, and what share of the first row that is. The rows under a row sum to
 * it, in every column, the folded rest among them.
 */
export function treeLines(tree: WeighedNode, bounds: TreeBounds, options: TextOptions): string[] {
  const compressed = scaleFor(tree.weight.compressed, []);
  const disk = scaleFor(tree.weight.disk, []);
  const whole: Figures = {
    compressed: roundOne(tree.weight.compressed, compressed),
    disk: roundOne(tree.weight.disk, disk),
    share: 1000,
  };
  const row = rowOf(tree, whole, { ...bounds, compressed, disk });
  const bar = Math.min(LONGEST_BAR, Math.floor(options.width / 8));
  const columns: readonly Column[] = [
    { heading: "", figures: false, of: (label) => label },
    { heading: "compressed", figures: true, of: (_, { figures }) => [own(shown(figures.compressed, compressed))] },
    { heading: "", figures: false, of: (_, { figures }) => [own(barOf(figures.share, bar, options))], from: ROOM.bar },
    { heading: "share", figures: true, of: (_, { figures }) => [own(percent(figures.share))], from: ROOM.share },
    { heading: "on disk", figures: true, of: (_, { figures }) => [own(shown(figures.disk, disk))], from: ROOM.disk },
    { heading: "required by", figures: false, of: (_, { reason }) => reason, from: ROOM.reason },
  ];
  const fitting = columns.filter(({ from = 0 }) => options.width >= from);
  const drawn = drawnRows(row, (each) => each.children, options);
  return tableLines(
    {
      columns: fitting.map(({ heading, figures }) => ({ heading: heading === "" ? [] : [own(heading)], figures })),
      rows: drawn.map(({ guide, node }) => fitting.map(({ of }) => of([own(guide), ...node.label], node))),
    },
    options,
    fitting.map(({ from }) => (from === ROOM.bar ? "cyan" : null)),
  );
}

interface Column {
  readonly heading: string;
  readonly figures: boolean;
  /** @param label with the lines that lead to it */
  readonly of: (label: Spans, row: Row) => Spans;
  /** Columns of a terminal. Default: any. */
  readonly from?: number;
}

interface Cut extends TreeBounds {
  readonly compressed: Scale;
  readonly disk: Scale;
}

/** The row of a node with those under it, down to the depth; each gets its part of the figures above it. */
function rowOf(node: WeighedNode, figures: Figures, cut: Cut): Row {
  const { label, weight, reason, children, unlisted } = node;
  if (cut.depth === 0 || children.length === 0) {
    const more = node.within === 0 ? [] : [own(` and ${thousands(node.within)} more`)];
    return { label: [...label, ...more], reason, figures, children: [] };
  }
  const { rows, rest } = fold(children, cut.top, (child) => roundOne(child.weight.compressed, cut.compressed) !== 0);
  const parts = (of: (weight: Weight) => number): number[] => {
    const some = rows.map((child) => of(child.weight));
    return [...some, of(weight) - some.reduce((a, b) => a + b, 0)];
  };
  const packed = parts(({ compressed }) => compressed);
  const compressed = roundRows(packed, cut.compressed, figures.compressed);
  const shares = apportion(figures.share, packed);
  const disk = roundRows(
    parts((each) => each.disk),
    cut.disk,
    figures.disk,
  );
  const figuresAt = (at: number): Figures => ({
    compressed: compressed[at] ?? 0,
    disk: disk[at] ?? 0,
    share: shares[at] ?? 0,
  });
  const below = rows.map((child, at) => rowOf(child, figuresAt(at), { ...cut, depth: cut.depth - 1 }));
  const more = rest + unlisted;
  const left = figuresAt(rows.length);
  if (more > 0 || left.compressed !== 0 || left.disk !== 0 || left.share !== 0) {
    // What is not in any file is the archive's own.
    const said = more > 0 ? `${thousands(more)} more` : "the archive around them";
    below.push({ label: [own(said)], reason: [], figures: left, children: [] });
  }
  return { label, reason, figures, children: below };
}

/** A node of a tree, and the lines that lead to it. */
export interface Drawn<T> {
  readonly guide: string;
  readonly node: T;
}

const LINES = { branch: "├─ ", last: "└─ ", on: "│  ", none: "   " };
const ASCII_LINES = { branch: "|- ", last: "`- ", on: "|  ", none: "   " };

/** A tree's nodes from the top, each before those under it. */
export function drawnRows<T>(
  root: T,
  childrenOf: (node: T) => readonly T[],
  { drawing = false }: TextOptions,
): Drawn<T>[] {
  const lines = drawing ? LINES : ASCII_LINES;
  const rows: Drawn<T>[] = [{ guide: "", node: root }];
  const visit = (node: T, before: string): void => {
    const children = childrenOf(node);
    for (const [at, child] of children.entries()) {
      const isLast = at === children.length - 1;
      rows.push({ guide: before + (isLast ? lines.last : lines.branch), node: child });
      visit(child, before + (isLast ? lines.none : lines.on));
    }
  };
  visit(root, "");
  return rows;
}

/** Parts of a block, in eighths. */
const BLOCKS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** @param share in thousandths @param width columns of the whole */
export function barOf(share: number, width: number, { drawing = false }: Pick<TextOptions, "drawing">): string {
  if (!drawing) return "#".repeat(Math.round((share * width) / 1000));
  const eighths = Math.round((share * width * 8) / 1000);
  return "█".repeat(Math.floor(eighths / 8)) + (BLOCKS[eighths % 8] ?? "");
}

/** A share in thousandths: `12.3 %`. */
export function percent(share: number): string {
  return `${(share / 10).toFixed(1)} %`;
}
