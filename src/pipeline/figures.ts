import { createHash } from "node:crypto";
import { KEY_FORMAT } from "../store/key.js";
import { COMPRESSOR } from "../weigh/zlib.js";

/** Stands for how this release weighs a layer: another one has figures that can be compared if it has the same name for it. */
export const FIGURES = createHash("sha256")
  .update(`${String(KEY_FORMAT)} ${COMPRESSOR}`)
  .digest("hex")
  .slice(0, 12);
