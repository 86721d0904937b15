/** Bytes and a count, as a tuple: there are thousands of them in one page. */
export type Size = readonly [files: number, disk: number, compressed: number];

/**
 * One rectangle of the map: the slug, a layer, a folder, a file, or what is too small to be shown by itself. A node's sizes are
 * exactly the sums of its children's, on each side.
 */
export interface MapNode {
  readonly kind: "slug" | "layer" | "folder" | "file" | "rest";
  /**
   * A layer's display name (`tensorflow`, `the app's own files`), a folder's or file's name as one or more segments of its path
   * (`keras/src`, where a folder has one child only); empty for the slug and for a rest.
   */
  readonly name: string;
  /**
   * Of a layer: path of the folder that its parts lie in, if that is not the top of the slug. Empty in a part of such a layer that lies
   * elsewhere: its name is its path from the top.
   */
  readonly folder?: string;
  /** Null: it is not there on this side. */
  readonly base: Size | null;
  readonly head: Size | null;
  /** Largest compressed first (the larger side); a rest last. Absent for a file and a rest. */
  readonly children?: readonly MapNode[];
  /** Of a layer: `layerKey`, which finds it among the report's layers. */
  readonly key?: string;
  /** Of a rest: how many files and folders' own entries are folded into it. */
  readonly folded?: number;
}
