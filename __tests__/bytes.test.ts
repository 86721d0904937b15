import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { apportion, parseSize } from "../src/model/bytes.js";

describe("parseSize", () => {
  test.each([
    ["64K", 65_536],
    ["1000M", 1_048_576_000],
    ["1G", 1_073_741_824],
    ["1.5M", 1_572_864],
    ["20 MiB", 20_971_520],
    ["512", 512],
  ])("%s", (text, bytes) => {
    expect(parseSize(text, "limit")).toBe(bytes);
  });

  test.each(["", "M", "-1M", "1T", "NaN", "1e3", "0x10", "5%"])("refuses %p", (text) => {
    expect(() => parseSize(text, "limit")).toThrow(/limit is not a size/);
  });
});

describe("apportion", () => {
  test("the parts sum to the total, and no part is off by a unit or more", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.array(fc.nat(2 ** 32), { minLength: 1, maxLength: 50 }), (total, shares) => {
        const parts = apportion(total, shares);
        const whole = shares.reduce((a, b) => a + b, 0);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
        parts.forEach((part, index) => {
          const exact = whole === 0 ? total / shares.length : (total * (shares[index] ?? 0)) / whole;
          expect(Math.abs(part - exact)).toBeLessThan(1.001);
        });
      }),
    );
  });

  test("nothing to split among nobody", () => {
    expect(apportion(0, [])).toEqual([]);
  });
});
