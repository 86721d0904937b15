import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { APPS, repositoryOf, type Branch } from "../../bench/apps.js";
import { openLab, type Lab } from "../../bench/lab.js";
import { contentOf, counted, faultsOf, layerOf, namesOn, repeated, type Counted } from "./support.js";

/** TensorFlow takes gigabytes: `npm run bench` measures it. */
const SMALL_APPS = APPS.filter(({ name }) => name !== "tensorflow");

/** Rounds of a resolution: where pip would take a pre-release that uv passes over, uv is told so and asked again. */
const ROUNDS: Readonly<Record<string, number>> = { flask: 1, django: 2 };

describe.each(SMALL_APPS)("$name", (app) => {
  const rounds = ROUNDS[app.name] ?? NaN;
  let lab: Lab;
  let cold: Counted, unchanged: Counted, small: Counted;
  const locked: Partial<Record<"uv" | "hashed", Counted>> = {};

  beforeAll(async () => {
    lab = await openLab();
    const repository = await repositoryOf(app, lab);
    const cache = lab.newCache();
    const compare = (
      base: Branch,
      head: Branch,
      rest: { uvCache?: string; offline?: boolean } = {},
    ): Promise<Counted> => counted(lab, { repository, base, head, cache, ...rest });
    cold = await compare("main", "app-file", { uvCache: lab.directory("uv-cache") });
    unchanged = await compare("main", "app-file");
    small = await compare("main", "small");
    for (const lock of ["uv", "hashed"] as const) {
      await compare(lock, `${lock}-app-file`);
      // What the store knows is all there is: as on a fresh machine without a network.
      locked[lock] = await compare(lock, `${lock}-app-file`, { uvCache: lab.directory("uv-cache"), offline: true });
    }
  });
  afterAll(() => {
    lab.close();
  });

  test("the answers are sound, with little memory", () => {
    expect([cold, unchanged, small].flatMap(faultsOf)).toEqual([]);
  });

  describe("cold", () => {
    test("both sides have one resolution if they require the same", () => {
      expect(cold.resolutions).toBe(rounds);
    });

    test("each distribution is installed once", () => {
      expect(cold.installed).toEqual(namesOn("head", cold));
    });

    test("each byte is compressed once", () => {
      expect(cold.compressed).toBe(contentOf("head", cold) + layerOf("app", "base", cold).weight.disk);
    });

    test("nothing is asked of the index twice", () => {
      expect(repeated(cold.paths)).toEqual([]);
    });
  });

  describe("warm, nothing changed", () => {
    test("nothing is installed", () => {
      expect(unchanged.installed).toEqual([]);
      expect(unchanged.installs).toBe(0);
    });

    test("nothing is compressed", () => {
      expect(unchanged.compressed).toBe(0);
    });

    test("there is one resolution", () => {
      expect(unchanged.resolutions).toBe(rounds);
    });
  });

  describe("warm, one small distribution changed", () => {
    const name = app.small.name.toLowerCase();

    test("it alone is installed", () => {
      expect(small.installed).toEqual([name]);
    });

    test("it alone is compressed, beside the app's own files", () => {
      const content = [name, "app"].map((layer) => layerOf(layer, "head", small).weight.disk);
      expect(small.compressed).toBe(content.reduce((a, b) => a + b));
    });

    test("each side has one resolution", () => {
      expect(small.resolutions).toBe(2 * rounds);
    });
  });

  describe.each(["uv", "hashed"] as const)("warm, with everything pinned: %s", (lock) => {
    test("the answer comes without a request", () => {
      expect(locked[lock]?.paths).toEqual([]);
      expect(locked[lock] && faultsOf(locked[lock])).toEqual([]);
    });

    test("nothing is installed or compressed", () => {
      expect(locked[lock]).toMatchObject({ installs: 0, compressed: 0 });
    });
  });
});
