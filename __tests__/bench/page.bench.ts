import { describe, expect, test } from "@jest/globals";
import { embeddedBytes } from "../../src/model/embedded-json.js";
import { absentSide, file, graph, part, slug, tree, weighedSide } from "../slugs.js";
import { onPage } from "../report/on-page.js";
import type { Side } from "../../src/model/slug.js";

describe("of five thousand distributions with two hundred thousand files", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `distribution-${at}`);
  /** Each is required by two, and `generation` changes all sizes and versions. */
  const large = (generation: number): Side => {
    const parts = names.map((name, at) => {
      const root = `.heroku/python/lib/python3.12/site-packages/${name.replace("-", "_")}`;
      const files = Array.from({ length: 40 }, (_, n) =>
        file(`${root}/part${n % 5}/some_module_${n}.py`, ((at * 40 + n * 977) % 9000) + generation * n),
      );
      return part("distribution", name, tree(files), { version: `1.${generation}.${at}` });
    });
    const edges = names
      .slice(1)
      .flatMap((name, at) => [3, 5].map((by) => `${names[Math.floor(at / by)] ?? ""} ${name}`));
    return weighedSide(slug(parts, graph([`requirements.txt:1 ${names[0] ?? ""}`], edges)));
  };
  const [before, after] = [large(1), large(2)];

  test.each([
    ["all of which changed", before, after],
    ["none of which changed", after, after],
    ["that are weighed alone", absentSide(null), after],
  ])("the page stays below 5 MB, the page's own code aside: %s", (_, base, head) => {
    const app = onPage(base, head);
    const bytes = embeddedBytes(app);
    expect(bytes).toBeLessThan(4_100_000);
    // What there is room for is used.
    expect(bytes).toBeGreaterThan(3_000_000);
    expect(app.map.children?.length).toBeGreaterThan(500);
  });

  test("several apps share the room", () => {
    expect(4 * embeddedBytes(onPage(before, after, 4))).toBeLessThan(4_100_000);
  });
});
