import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { GIB, MIB } from "../../src/model/bytes.js";
import type { TreeEntry } from "../../src/model/tree.js";
import { cut, isLarge, LARGE, SEGMENT, WINDOW } from "../../src/weigh/segments.js";
import { tarHeaders, tarPadding } from "../../src/weigh/tar.js";

const size = fc.oneof(
  fc.constantFrom(0, 1, 511, 512, 513, LARGE - 1, LARGE, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT),
  fc.nat(2000),
  fc.nat(2 * MIB),
  fc.integer({ min: 20 * MIB, max: 40 * MIB }),
);
const trees = fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 150 }), size), { maxLength: 60 });
const file = ([path, bytes]: readonly [string, number]): TreeEntry => {
  return { path, kind: "file", size: bytes, executable: false };
};
const lengthOf = (entry: TreeEntry): number => tarHeaders(entry).length + entry.size + tarPadding(entry.size);
const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

describe("segments", () => {
  test("cover the stretch once and in order, each with its window, none of them long", () => {
    fc.assert(
      fc.property(trees, (list) => {
        const entries = list.map(file);
        let at = 0;
        for (const segment of cut(entries)) {
          expect(segment.entries).toEqual(entries.slice(segment.first, segment.first + segment.entries.length));
          const base = total(entries.slice(0, segment.first).map(lengthOf));
          expect(base + segment.start + segment.primed).toBe(at);
          expect([0, Math.min(at, WINDOW)]).toContain(segment.primed);
          expect(segment.start).toBeGreaterThanOrEqual(0);
          expect(segment.start).toBeLessThan(lengthOf(segment.entries[0] ?? file(["", 0])));
          expect(segment.end).toBeLessThanOrEqual(total(segment.entries.map(lengthOf)));
          at = base + segment.end;
          const weighed = segment.end - segment.start - segment.primed;
          expect(weighed).toBeGreaterThan(0);
          expect(weighed).toBeLessThan(2 * SEGMENT + 4096);
        }
        expect(at).toBe(total(entries.map(lengthOf)));
      }),
    );
  });

  test("tell all of the content, and start cold only where a large file does", () => {
    fc.assert(
      fc.property(trees, (list) => {
        const entries = list.map(file);
        const segments = cut(entries);
        expect(total(segments.map(({ content }) => content))).toBe(total(entries.map((entry) => entry.size)));
        const cold = segments.filter(({ primed }, index) => primed === 0 && index > 0);
        expect(cold).toHaveLength(entries.filter(isLarge).length);
      }),
    );
  });

  test("a library of 10 GiB is spread over thousands", () => {
    const segments = cut([file(["lib.so", 10 * GIB])]);
    expect(segments.length).toBeGreaterThan(10_000);
    expect(segments.at(-1)?.end).toBe(512 + 10 * GIB);
  });

  test("nothing has none", () => {
    expect(cut([])).toEqual([]);
  });
});
