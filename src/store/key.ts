import { createHash } from "node:crypto";

/** Raised whenever what a layer is made of or how it is remembered changes in a way that `LayerParts` does not show. */
export const KEY_FORMAT = 3;

/** All that a layer's weight depends on. */
export interface LayerParts {
  /** What the layer is made from: `sha256:…` of an installed file, `git-tree:…` of the app's tree, `git:…` of a commit. */
  readonly content: string;
  /** Minor version, such as `3.12`: it is part of every path. Null for what no interpreter has to do with. */
  readonly python: string | null;
  /** The full version that compiled the bytecode (`3.12.14`); null where none is compiled. */
  readonly interpreter: string | null;
  /** Of the target, for example `heroku-24`. */
  readonly platform: string;
  readonly bytecode: "compiled" | "predicted" | "none";
  /** `COMPRESSOR` of the weigher. */
  readonly compressor: string;
  /** What built the layer, with its version, where it was built here from a source archive; else null. */
  readonly builder: string | null;
}

/** The name under which the layer store knows a layer: 64 lower-case hexadecimal digits. */
export function layerStoreKey(parts: LayerParts): string {
  // Written out in a fixed order, so that it does not matter how the caller built the object.
  const { content, python, interpreter, platform, bytecode, compressor, builder } = parts;
  const canonical = JSON.stringify([KEY_FORMAT, content, python, interpreter, platform, bytecode, compressor, builder]);
  return createHash("sha256").update(canonical).digest("hex");
}
