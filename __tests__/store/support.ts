import { createHash } from "node:crypto";
import type { WeighedLayer } from "../../src/model/distribution.js";
import { entryWeight, type Entry } from "../../src/model/layer.js";
import { sum } from "../../src/model/weight.js";

export const keyOf = (name: string): string => createHash("sha256").update(name).digest("hex");

/** A layer of `files` files and a link; `seed` makes it different from others. */
export function layer(seed: string, files = 3): WeighedLayer {
  const entries: Entry[] = [{ path: "odd \n name é \u{1F40D}", kind: "symlink", disk: 0, compressed: 1 }];
  for (let at = 0; at < files; at++) {
    const disk = Number.parseInt(keyOf(`${seed}${at}`).slice(0, 4), 16);
    const path = `.heroku/python/${seed}/${keyOf(String(at))}.py`;
    entries.push({ path, kind: "file", disk, compressed: disk >> 1 });
  }
  return {
    version: "1.0",
    measure: "measured",
    weight: sum(entries.map(entryWeight)),
    error: 0,
    entries,
    unclaimed: [{ path: "bin/stray", kind: "file", disk: 5, compressed: 7 }],
    metadata: { requires: ["numpy>=2; extra == 'all'"], extras: ["all"] },
  };
}
