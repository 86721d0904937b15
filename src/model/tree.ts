import { compareBytes } from "./byte-order.js";

export { compareBytes } from "./byte-order.js";

/** One entry of a directory tree on disk, before it is weighed. */
export interface TreeEntry {
  /** Relative to the tree's root, with `/`. */
  readonly path: string;
  readonly kind: "file" | "directory" | "symlink";
  /** Bytes of content; 0 unless a file. */
  readonly size: number;
  readonly executable: boolean;
  /** Where a symbolic link points, as stored. */
  readonly linkTarget?: string;
}

/** A directory on disk that stands for a slug root, and the entries of it that one owner has. */
export interface Tree {
  /** Absolute path of the directory that becomes `/app`. */
  readonly root: string;
  /** In tar order (see `byTarOrder`). */
  readonly entries: readonly TreeEntry[];
}

/**
 * Order of `tar --sort=name`: depth first, the names within a directory by their bytes. Comparing paths byte by byte
 * would put `a-b` between `a` and `a/c`.
 */
export function byTarOrder(a: { readonly path: string }, b: { readonly path: string }): number {
  const left = a.path.split("/");
  const right = b.path.split("/");
  for (let at = 0; at < left.length && at < right.length; at++) {
    const order = compareBytes(left[at] ?? "", right[at] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** The items in tar order (see `byTarOrder`); for many of them, as each path is looked at once. */
export function inTarOrder<T extends { readonly path: string }>(items: readonly T[]): T[] {
  // No name holds a NUL, which sorts before all that one may hold.
  const keyed = items.map((item) => ({ item, key: Buffer.from(item.path.replaceAll("/", "\0")) }));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ item }) => item);
}
