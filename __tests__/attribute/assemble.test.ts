import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { assemble, type Assembly, type Part } from "../../src/attribute/assemble.js";
import { entryWeight } from "../../src/model/layer.js";
import { byTarOrder } from "../../src/model/tree.js";
import { sum } from "../../src/model/weight.js";
import { anyParts, directory, file, NAMES, part, tree, weighed } from "../slugs.js";

/** Paths by the layer that has them, directories with a slash. */
function owned({ layers }: Assembly): Record<string, string[]> {
  return Object.fromEntries(
    layers.map(({ name, entries }) => [
      name,
      entries.map(({ path, kind }) => (kind === "directory" ? `${path}/` : path)),
    ]),
  );
}

describe("one owner per file", () => {
  test("a file that two distributions claim is counted for the last one installed, and shown", () => {
    const headless = part("distribution", "opencv-python-headless", [file("cv2/cv2.so", 30)]);
    const opencv = part("distribution", "opencv-python", [file("cv2/cv2.so", 40), file("cv2/qt.so", 5)]);
    const result = assemble([headless, opencv], ["opencv-python", "opencv-python-headless"]);
    expect(owned(result)).toEqual({ "opencv-python": ["cv2/qt.so"], "opencv-python-headless": ["cv2/cv2.so"] });
    expect(result.overlaps).toEqual([
      { path: "cv2/cv2.so", owner: "opencv-python-headless", others: ["opencv-python"] },
    ]);
    expect(result.total).toEqual({ files: 2, disk: 105, compressed: 35 });
  });

  test("a shared directory belongs to the layer of its first file, whoever is installed last", () => {
    const first = part("distribution", "google-auth", tree([file("google/auth.py")]));
    const last = part("distribution", "google-cloud", tree([file("google/cloud.py")]));
    for (const order of [
      ["google-auth", "google-cloud"],
      ["google-cloud", "google-auth"],
    ]) {
      const result = assemble([last, first], order);
      expect(owned(result)).toEqual({
        "google-auth": ["google/", "google/auth.py"],
        "google-cloud": ["google/cloud.py"],
      });
      expect(result.overlaps).toEqual([]);
    }
  });

  test("the first file is the first in tar order, not in the order of whole paths", () => {
    const inside = part("distribution", "a", tree([file("p/q/x")]));
    const beside = part("distribution", "b", tree([file("p/q-x")]));
    expect(owned(assemble([beside, inside], []))).toEqual({ a: ["p/", "p/q/", "p/q/x"], b: ["p/q-x"] });
  });

  test("a directory whose first file was lost to another layer goes with that file", () => {
    const loser = part("distribution", "a", tree([file("p/1"), file("p/2")]));
    const winner = part("distribution", "b", tree([file("p/1")]));
    expect(owned(assemble([loser, winner], ["a", "b"]))).toEqual({ a: ["p/2"], b: ["p/", "p/1"] });
  });

  test("what nobody claims is unattributed, once, and what somebody claims is not", () => {
    const a = part("distribution", "a", tree([file("p/a.py")]), {
      unclaimed: tree([file("p/b.py"), file("p/left.txt"), file("bin/x")]),
    });
    const b = part("distribution", "b", tree([file("p/b.py")]), { unclaimed: tree([file("p/left.txt")]) });
    const result = assemble([a, b], ["a", "b"]);
    expect(owned(result)).toEqual({
      a: ["p/", "p/a.py"],
      b: ["p/b.py"],
      unattributed: ["bin/", "bin/x", "p/left.txt"],
    });
    expect(result.overlaps).toEqual([]);
  });

  test("a tool that the app requires too is there once, as the app's", () => {
    const old = part("tool", "setuptools", [file("setuptools/old.py", 9)], { version: "70.0" });
    const own = part("distribution", "setuptools", [file("setuptools/new.py", 2)], { version: "80.0" });
    const result = assemble([old, own], ["setuptools"]);
    expect(result.layers.map(({ kind, version }) => [kind, version])).toEqual([["distribution", "80.0"]]);
    expect(result.total.compressed).toBe(2);
  });

  test("an estimated runtime of which only the sum is known keeps its sum and its error", () => {
    const runtime: Part = {
      kind: "runtime",
      name: "python",
      weighed: {
        ...weighed([], { measure: "estimated", error: 50 }),
        weight: { files: 9, disk: 900, compressed: 300 },
      },
    };
    const result = assemble([runtime, part("app", "app", [file("app.py", 4)], { error: 3 })], []);
    expect(result).toMatchObject({ total: { files: 10, disk: 912, compressed: 304 }, error: 53 });
  });

  test("layers whose entries do not sum, or that name a path twice, are refused", () => {
    const off: Part = {
      kind: "app",
      name: "app",
      weighed: { ...weighed([file("a")]), weight: { files: 1, disk: 3, compressed: 2 } },
    };
    expect(() => assemble([off], [])).toThrow("the entries of app app do not sum to its weight");
    expect(() => assemble([part("app", "app", [file("a"), file("a")])], [])).toThrow("layer app has a twice");
  });
});

describe("laws", () => {
  const orders = fc.shuffledSubarray([...NAMES], { minLength: NAMES.length });

  test("conservation: entries sum to layers, layers to the total, and every path laid down is there once", () => {
    fc.assert(
      fc.property(anyParts, orders, (parts, order) => {
        const { layers, total, error } = assemble(parts, order);
        for (const layer of layers) expect(sum(layer.entries.map(entryWeight))).toEqual(layer.weight);
        expect(sum(layers.map(({ weight }) => weight))).toEqual(total);
        expect(layers.reduce((all, layer) => all + layer.error, 0)).toBe(error);

        const required = new Set(parts.filter(({ kind }) => kind === "distribution").map(({ name }) => name));
        const laid = parts.filter(({ kind, name }) => kind !== "tool" || !required.has(name));
        const paths = new Set(
          laid.flatMap(({ weighed: of }) => [...of.entries, ...of.unclaimed].map(({ path }) => path)),
        );
        const found = layers.flatMap(({ entries }) => entries.map(({ path }) => path));
        expect(found.sort()).toEqual([...paths].sort());
      }),
    );
  });

  test("a shared directory is in the layer of its first file", () => {
    fc.assert(
      fc.property(anyParts, orders, (parts, order) => {
        const { layers } = assemble(parts, order);
        const all = layers.flatMap((layer) => layer.entries.map((entry) => ({ ...entry, layer: layer.name })));
        const files = all.filter(({ kind }) => kind === "file").sort(byTarOrder);
        for (const at of all.filter(({ kind }) => kind === "directory")) {
          const first = files.find(({ path }) => path.startsWith(`${at.path}/`));
          if (first) expect(at.layer).toBe(first.layer);
        }
      }),
    );
  });

  test("the order in which the parts are handed over changes nothing", () => {
    fc.assert(
      fc.property(anyParts, orders, (parts, order) => {
        expect(assemble([...parts].reverse(), order)).toEqual(assemble(parts, order));
      }),
    );
  });

  test("directories are never shown as overlaps, files always are", () => {
    fc.assert(
      fc.property(anyParts, orders, (parts, order) => {
        const { layers, overlaps } = assemble(parts, order);
        const names = new Set(layers.map(({ kind, name }) => `${kind} ${name}`));
        const claims = new Map<string, number>();
        for (const { kind, name, weighed: of } of parts) {
          if (!names.has(`${kind} ${name}`)) continue;
          for (const entry of of.entries) {
            if (entry.kind !== "directory") claims.set(entry.path, (claims.get(entry.path) ?? 0) + 1);
          }
        }
        const shared = [...claims].filter(([, count]) => count > 1).map(([path]) => path);
        expect(overlaps.map(({ path }) => path).sort()).toEqual(shared.sort());
      }),
    );
  });
});

test("twenty-five thousand files under four hundred distributions each have one owner", () => {
  const parts = Array.from({ length: 400 }, (_, at) =>
    part(
      "distribution",
      `d${at}`,
      tree(Array.from({ length: 62 }, (_file, n) => file(`lib/site/${at}/m${n % 7}/${n}.py`))),
    ),
  );
  const { layers, total } = assemble(parts, []);
  expect(layers).toHaveLength(400);
  expect(total.files).toBe(24_800);
  expect(layers.flatMap(({ entries }) => entries).filter(({ path }) => path === "lib/site")).toEqual([
    directory("lib/site"),
  ]);
});
