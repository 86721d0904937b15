import * as fc from "fast-check";
import type { Point } from "../../src/history/point.js";
import { layerKey, LAYER_KINDS } from "../../src/model/layer.js";

const size = fc.nat({ max: 1 << 30 });
const moment = fc.nat({ max: 40 }).map((minute) => `2026-11-22T12:${String(minute).padStart(2, "0")}:00Z`);

/** Points of a few commits, weighed at a few moments, so that they meet. */
export const POINT: fc.Arbitrary<Point> = fc.record({
  sha: fc.nat({ max: 5 }).map((digit) => String(digit).repeat(40)),
  date: moment,
  subject: fc.string({ maxLength: 20 }),
  way: fc.constantFrom("heroku-24; 1", "heroku-26; 1"),
  weighed: moment,
  layers: fc.uniqueArray(
    fc.record({
      kind: fc.constantFrom(...LAYER_KINDS),
      name: fc.constantFrom("numpy", "pip", "app", "__proto__", "naïve"),
      version: fc.option(fc.constantFrom("1.0", "2.0")),
      weight: fc.record({ files: size, disk: size, compressed: size }),
    }),
    { selector: layerKey, maxLength: 5 },
  ),
});

export const POINTS = fc.array(POINT, { maxLength: 12 });
