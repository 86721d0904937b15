import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Pacer, type Pace } from "../../src/terminal/pace.js";

/** What is told of work, asked ten times a second. @param speed units a second, by the second */
function told(total: number, speed: (second: number) => number): (Pace & { readonly at: number })[] {
  const pacer = new Pacer(total, 0);
  const all: (Pace & { readonly at: number })[] = [];
  let done = 0;
  for (let at = 0; done < total && at < 3_600_000; at += 100) {
    all.push({ at, ...pacer.at(done, at) });
    done += speed(at / 1000) / 10;
  }
  return all;
}

describe("how long it still takes", () => {
  test("nothing is foretold at once", () => {
    for (const { at, rate, left } of told(1000, () => 10)) {
      expect(rate === null).toBe(at < 1000);
      expect(left === null).toBe(at < 3000);
    }
  });

  test("at an even speed it is right from the start, and only ever counts down", () => {
    for (const { at, left } of told(1000, () => 10)) if (left !== null) expect(left).toBeCloseTo(100 - at / 1000, 0);
  });

  test("a speed that is even by and large, and never from one second to the next, does not make it jump", () => {
    const noise = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 100, maxLength: 100 });
    fc.assert(
      fc.property(noise, (deviations) => {
        const speeds = deviations.flatMap((deviation) => [10 + deviation, 10 - deviation]);
        const lefts = told(1000, (second) => speeds[Math.floor(second)] ?? 10).flatMap(({ left }) => left ?? []);
        const jumps = lefts.filter((left, at) => Math.abs(left - (lefts[at - 1] ?? left)) > 1);
        expect(jumps.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  test("work that becomes slow is found out", () => {
    const all = told(1000, (second) => (second < 50 ? 10 : 1));
    const later = all.find(({ at }) => at === 100_000);
    // 450 units are left, one a second.
    expect(later?.left).toBeGreaterThan(300);
    expect(later?.rate).toBeCloseTo(1, 0);
  });

  test("how often it is asked does not matter", () => {
    const rare = new Pacer(1000, 0);
    rare.at(0, 0);
    const often = told(1000, () => 10).find(({ at }) => at === 20_000);
    expect(rare.at(200, 20_000).left).toBeCloseTo(often?.left ?? NaN, 0);
  });

  test("without an end there is a rate alone; where nothing is done, neither", () => {
    const endless = new Pacer(null, 0);
    expect(endless.at(100, 10_000)).toEqual({ rate: 10, left: null });
    expect(new Pacer(100, 0).at(0, 10_000)).toEqual({ rate: null, left: null });
  });
});
