/**
 * What a set of files costs: a count and bytes.
 * `files` counts files and symbolic links, `disk` is the sum of file sizes, `compressed` what the set adds to the
 * gzip'd tar. In a delta each may be negative.
 */
export interface Weight {
  readonly files: number;
  readonly disk: number;
  readonly compressed: number;
}

export const ZERO: Weight = { files: 0, disk: 0, compressed: 0 };

export function add(a: Weight, b: Weight): Weight {
  return { files: a.files + b.files, disk: a.disk + b.disk, compressed: a.compressed + b.compressed };
}

/** The delta from `base` to `head`: head minus base. */
export function subtract(head: Weight, base: Weight): Weight {
  return {
    files: head.files - base.files,
    disk: head.disk - base.disk,
    compressed: head.compressed - base.compressed,
  };
}

export function sum(weights: Iterable<Weight>): Weight {
  let total = ZERO;
  for (const weight of weights) total = add(total, weight);
  return total;
}

export function equal(a: Weight, b: Weight): boolean {
  return a.files === b.files && a.disk === b.disk && a.compressed === b.compressed;
}
