import type { Entry } from "../model/layer.js";
import { inTarOrder, type TreeEntry } from "../model/tree.js";
import { bytecodePath } from "./bytecode.js";

/**
 * A `.pyc` on disk and in the gzip'd tar: bytes for each file, and for each byte of its source. From 70 distributions of
 * 162 MB of source, compiled by 3.12 (pandas, Django, scikit-learn, sympy… and all they need): 1.28 and 0.437 over all.
 */
const DISK = { file: 500, byte: 1.25 };
const COMPRESSED = { file: 100, byte: 0.43 };

/**
 * Either way, for each byte of source. Nine of ten of those distributions lie within; 0.16 (generated constants) and 0.65 (terse
 * code, docopt) were the farthest off. A sum of many is far nearer than the sum of their bands.
 */
const BAND = 0.2;

/**
 * Bytecode that can't be compiled here, for want of the target's interpreter, as it is likely to weigh; in tar order.
 * @param sources the `.py` files that Heroku compiles
 */
export function predictBytecode(sources: readonly TreeEntry[], minor: string): { predicted: Entry[]; error: number } {
  const bytes = sources.reduce((total, { size }) => total + size, 0);
  return {
    predicted: inTarOrder(
      sources.map(({ path, size }): Entry => ({
        path: bytecodePath(path, minor),
        kind: "file",
        disk: Math.round(DISK.file + DISK.byte * size),
        compressed: Math.round(COMPRESSED.file + COMPRESSED.byte * size),
      })),
    ),
    error: Math.ceil(BAND * bytes),
  };
}
