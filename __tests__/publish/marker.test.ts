import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareRuns, readMarker, writeMarker, type Marker, type Size } from "../../src/publish/marker.js";

const MARKER: Marker = {
  v: 1,
  key: ".",
  run: 12345678901,
  attempt: 2,
  head: "0123456789abcdef0123456789abcdef01234567",
  apps: { ".": { compressed: 810_907_991, delta: -5 } },
  approval: { event: 7, by: "ann-b", apps: { ".": { compressed: 810_907_991, delta: null } } },
};

const bytes = fc.nat();
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null });
const name = fc.string({ unit: "binary" }).filter((text) => text !== "__proto__");
const delta = nullable(fc.integer());
const arbitrary: fc.Arbitrary<Marker> = fc.record(
  {
    v: fc.constant(1 as const),
    key: fc.string({ unit: "binary" }),
    run: bytes,
    attempt: bytes,
    head: fc.string({ unit: "binary" }),
    apps: fc.dictionary(name, fc.record({ compressed: nullable(bytes), delta }), { noNullPrototype: true }),
    approval: fc.record({
      event: bytes,
      by: fc.string({ unit: "binary" }),
      apps: fc.dictionary(name, fc.record({ compressed: bytes, delta }), { noNullPrototype: true }),
    }),
  },
  { requiredKeys: ["v", "key", "run", "attempt", "head", "apps"], noNullPrototype: true },
);

test("what is written is read back, whatever it holds, and stays one hidden line", () => {
  fc.assert(
    fc.property(arbitrary, fc.string(), (marker, text) => {
      const line = writeMarker(marker, 60_000);
      expect(readMarker(`${line}\n${text}`)).toEqual(marker);
      expect(readMarker(`${line}\r\n${text}`)).toEqual(marker);
      // HTML's own rule for what a comment may hold, and GitHub's mentions.
      const inside = line.slice("<!--".length, -"-->".length);
      expect(inside).toMatch(/^[\x20-\x7e]*$/);
      expect(inside).not.toMatch(/--|[<>@#`]/);
    }),
  );
});

describe("no marker is read from", () => {
  const line = writeMarker(MARKER, 60_000);
  test.each([
    ["nothing", ""],
    ["a comment without one", "Slug +1 MiB"],
    ["one that is not in the first line", `\n${line}`],
    ["one that is quoted", `> ${line}`],
    ["one that has something behind it", `${line} x`],
    ["broken JSON", '<!-- slugdiff {"v":1 -->'],
    ["JSON of something else", "<!-- slugdiff [] -->"],
    ["another version", line.replace('"v":1', '"v":2')],
    ["more than it holds", line.replace('"v":1', '"v":1,"more":1')],
    ["less than it holds", line.replace('"key":".",', "")],
    ["a number that is none", line.replace("12345678901", '"12345678901"')],
    ["a number with a fraction", line.replace("12345678901", "1.5")],
    ["a negative size", line.replaceAll("[810907991", "[-1")],
  ])("%s", (_name, body) => {
    expect(readMarker(body)).toBeNull();
  });
});

describe("many apps", () => {
  const apps = (count: number): Record<string, Size & { compressed: number }> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `services/team-${index}`,
        { compressed: 81_090_799, delta: -1_234_567 },
      ]),
    );
  const marker = { ...MARKER, apps: apps(100), approval: { event: 7, by: "ann", apps: apps(100) } };

  test("a hundred fit below the longest text of a comment, and twice that with an approval of all of them", () => {
    expect(writeMarker({ ...MARKER, apps: apps(100) }, 5_500).length).toBeGreaterThan(4_000);
    expect(readMarker(writeMarker({ ...MARKER, apps: apps(100) }, 5_500))?.apps).toEqual(apps(100));
    expect(readMarker(writeMarker(marker, 10_000))).toEqual(marker);
  });

  test("where they do not fit, what was approved is kept before what was weighed", () => {
    expect(readMarker(writeMarker(marker, 6_000))).toEqual({ ...marker, apps: {} });
    const shortest = { ...marker, apps: {}, approval: { event: 7, by: "ann", apps: {} } };
    expect(readMarker(writeMarker(marker, 1_000))).toEqual(shortest);
  });
});

test("runs are ordered by id, then by attempt", () => {
  const at = (run: number, attempt: number): Marker => ({ ...MARKER, run, attempt });
  expect(compareRuns(at(2, 1), at(1, 9))).toBeGreaterThan(0);
  expect(compareRuns(at(2, 1), at(2, 2))).toBeLessThan(0);
  expect(compareRuns(at(2, 2), at(2, 2))).toBe(0);
});
