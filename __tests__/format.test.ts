import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { GIB, KIB, MIB } from "../src/model/bytes.js";
import { gib, limitMib, mib, roundTogether, signedMib, signedPercent } from "../src/model/format.js";

describe("sizes for people", () => {
  test.each([
    [0, "0 MiB"],
    [1, "1 B"],
    [-1000, "−1,000 B"],
    [KIB, "1.0 KiB"],
    [65_000, "63.5 KiB"],
    [0.1 * MIB, "0.1 MiB"],
    [1046.2 * MIB, "1,046.2 MiB"],
    [-12.34 * MIB, "−12.3 MiB"],
  ])("mib(%p) is %s", (bytes, text) => {
    expect(mib(bytes)).toBe(text);
  });

  test.each([
    [1000 * MIB, "1,000 MiB"],
    [64 * KIB, "64 KiB"],
    [1.5 * MIB, "1.5 MiB"],
    [20 * MIB + 1, "20.0 MiB"],
    [0, "0 MiB"],
  ])("limitMib(%p) is %s", (bytes, text) => {
    expect(limitMib(bytes)).toBe(text);
  });

  test.each([
    [2.13 * GIB, "2.1 GiB"],
    [61 * MIB, "61.0 MiB"],
    [-0.8 * GIB, "−0.8 GiB"],
  ])("gib(%p) is %s", (bytes, text) => {
    expect(gib(bytes)).toBe(text);
  });

  test.each([
    [298.4, 747.8, "+39.9 %"],
    [-1, 2, "−50.0 %"],
    [0, 5, "0.0 %"],
    [5, 0, null],
    [0, 0, null],
  ])("signedPercent(%p, %p) is %s", (share, whole, text) => {
    expect(signedPercent(share, whole)).toBe(text);
  });

  test("growing and shrinking by as much differ in the sign alone", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), (bytes) => {
        expect(signedMib(bytes)).toBe(`+${mib(bytes)}`);
        expect(signedMib(-bytes)).toBe(`−${mib(bytes)}`);
        expect(mib(-bytes)).toBe(`−${mib(bytes)}`);
        expect(gib(-bytes)).toBe(`−${gib(bytes)}`);
      }),
    );
  });

  test("what is shown is within half a shown digit of what is", () => {
    const units: Record<string, number> = { B: 1, KiB: KIB, MiB: MIB, GiB: GIB };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), fc.constantFrom(mib, gib), (bytes, write) => {
        const [number = "", unit = ""] = write(bytes).replaceAll(",", "").split(" ");
        const size = units[unit] ?? Number.NaN;
        expect(Math.abs(Number(number) * size - bytes)).toBeLessThanOrEqual(size * 0.05 + 1e-6 * size);
      }),
    );
  });
});

test("rounded rows sum to their rounded total, and none moves by a unit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
      fc.constantFrom(MIB / 8, MIB),
      (values, unit) => {
        const rows = roundTogether(values, unit);
        const total = values.reduce((a, b) => a + b, 0);
        expect(rows.reduce((a, b) => a + b, 0)).toBe(Math.round(total / unit) + 0);
        rows.forEach((row, at) => {
          expect(Math.abs(row - (values[at] ?? 0) / unit)).toBeLessThan(1);
        });
      },
    ),
  );
});
