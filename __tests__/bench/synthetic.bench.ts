import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { openLab, type Lab } from "../../bench/lab.js";
import { changedPart, synthetic, syntheticApp, type SyntheticBranch } from "../../bench/synthetic.js";
import { contentOf, counted, faultsOf, layerOf, namesOn, repeated, type Counted } from "./support.js";

const SIZES = [10, 100, 1000] as const;

interface Runs {
  /** Into an empty store, with an empty cache of uv's; one distribution differs. */
  readonly cold: Counted;
  readonly unchanged: Counted;
  /** With a store that knows the base. */
  readonly small: Counted;
}

const runs = new Map<number, Runs>();

function runsOf(size: number): Runs {
  const found = runs.get(size);
  if (found === undefined) throw new Error(`${String(size)} distributions were not weighed`);
  return found;
}

describe.each(SIZES)("%i distributions", (size) => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab({ source: synthetic(size) });
    const repository = syntheticApp(lab, size);
    const compare = (head: SyntheticBranch, cache: string, uvCache?: string): Promise<Counted> =>
      counted(lab, { repository, base: "main", head, cache, ...(uvCache === undefined ? {} : { uvCache }) });
    const uvCache = lab.directory("uv-cache");
    const cache = lab.newCache();
    const cold = await compare("small", cache, uvCache);
    rmSync(cache, { recursive: true });
    const known = lab.newCache();
    await compare("app-file", known, uvCache);
    const unchanged = await compare("app-file", known, uvCache);
    runs.set(size, { cold, unchanged, small: await compare("small", known, uvCache) });
  });
  afterAll(() => {
    lab.close();
  });

  test("the answers are sound, with little memory", () => {
    expect(Object.values(runsOf(size)).flatMap(faultsOf)).toEqual([]);
  });

  test("cold, what both sides have is installed once for both", () => {
    const { cold } = runsOf(size);
    expect(cold.installed).toEqual([...namesOn("head", cold), changedPart(size)].sort());
    expect(cold.resolutions).toBeLessThanOrEqual(2);
  });

  test("cold, each byte is compressed once", () => {
    const { cold } = runsOf(size);
    const base = [changedPart(size), "app"].map((name) => layerOf(name, "base", cold).weight.disk);
    expect(cold.compressed).toBe(base.reduce((a, b) => a + b, contentOf("head", cold)));
  });

  test("cold, no wheel is asked for twice, and nothing else more than once a side", () => {
    const { paths } = runsOf(size).cold;
    expect(repeated(paths.filter((path) => path.endsWith(".whl")))).toEqual([]);
    // Both sides are resolved at once, since a page that the one has asked for is rarely there yet when the other wants it.
    expect(repeated(paths, 2)).toEqual([]);
  });

  test("warm and unchanged, there is a resolution at most", () => {
    const { unchanged } = runsOf(size);
    expect(unchanged).toMatchObject({ installs: 0, compressed: 0 });
    expect(unchanged.resolutions).toBeLessThanOrEqual(1);
  });

  test("warm, one changed distribution is what is installed and compressed", () => {
    const { small } = runsOf(size);
    expect(small.installed).toEqual([changedPart(size)]);
    const content = [changedPart(size), "app"].map((name) => layerOf(name, "head", small).weight.disk);
    expect(small.compressed).toBe(content.reduce((a, b) => a + b));
  });
});

describe("growth", () => {
  test("an index is asked for the wheel of each distribution, a page and metadata once a side, and for little else", () => {
    // Beside them: `common`, and what Heroku installs, with a second version of what changes.
    for (const size of SIZES) expect(runsOf(size).cold.requests).toBeLessThanOrEqual(5 * size + 25);
  });

  test("bytes follow the number of distributions", () => {
    const [small, middle, large] = SIZES;
    const growth = (figure: (run: Counted) => number): number => {
      const [a, b, c] = [small, middle, large].map((size) => figure(runsOf(size).cold)) as [number, number, number];
      return (c - b) / (large - middle) / ((b - a) / (middle - small));
    };
    for (const figure of [(run: Counted) => run.bytes, (run: Counted) => run.compressed]) {
      expect(growth(figure)).toBeGreaterThan(0.8);
      expect(growth(figure)).toBeLessThan(1.2);
    }
  });

  test("a warm run asks as much of others, however many distributions there are", () => {
    const [small, ...larger] = SIZES.map((size) => runsOf(size));
    for (const { unchanged, small: changed } of larger) {
      expect(unchanged.children.length).toBe(small?.unchanged.children.length);
      expect(changed.children.length).toBe(small?.small.children.length);
    }
  });
});
