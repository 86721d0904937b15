import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { embeddedBytes } from "../../src/model/embedded-json.js";
import type { MapNode, Size } from "../../src/model/size-map.js";
import { pathBelow } from "../../src/page/nodes.js";
import { sizeMap, type MapRoom } from "../../src/report/size-map.js";
import type { Side } from "../../src/model/slug.js";
import { absentSide, anySlug, brokenSide, directory, file, part, slug, slugOf, tree, weighedSide } from "../slugs.js";

const ALL: MapRoom = { most: Infinity, beside: () => 0 };
const BESIDE = 40;

const anySide = fc.oneof(
  { weight: 4, arbitrary: anySlug.map((of) => weighedSide(of)) },
  { weight: 1, arbitrary: fc.constantFrom(absentSide("main"), absentSide(null), brokenSide()) },
);
const anyRoom = fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 3000 })).map((most): MapRoom => {
  return { most, beside: () => BESIDE };
});

/** The path in the slug of each file that is shown. */
function pathsOf(node: MapNode, within = ""): string[] {
  const path = pathBelow(within, node);
  return node.kind === "file" ? [path] : (node.children ?? []).flatMap((child) => pathsOf(child, path));
}

/** The node and all below it. */
function all(node: MapNode): MapNode[] {
  return [node, ...(node.children ?? []).flatMap(all)];
}

function sum(sizes: readonly (Size | null)[]): Size {
  return sizes.reduce<Size>(
    ([a, b, c], size) => [a + (size?.[0] ?? 0), b + (size?.[1] ?? 0), c + (size?.[2] ?? 0)],
    [0, 0, 0],
  );
}

function totalOf(side: Side): Size | null {
  if (side.state !== "weighed") return null;
  const { files, disk, compressed } = side.slug.total;
  return [files, disk, compressed];
}

/** What is shown by name, with its compressed bytes at the head: `{ layer: { folder: { file: 3 } } }`, a rest as `…`. */
type Shown = number | { readonly [name: string]: Shown };
function shown({ children, head }: MapNode): Shown {
  if (children === undefined) return head?.[2] ?? 0;
  return Object.fromEntries(
    children.map((child) => [child.kind === "rest" ? `… ${child.folded ?? 0}` : child.name, shown(child)]),
  );
}

describe("laws", () => {
  test("every node is exactly the sum of its children on each side, and the map is the slug", () => {
    fc.assert(
      fc.property(anySide, anySide, anyRoom, (base, head, room) => {
        const map = sizeMap(base, head, room);
        expect([map.base, map.head]).toEqual([totalOf(base), totalOf(head)]);
        for (const node of all(map)) {
          if (node.children === undefined) continue;
          expect(sum(node.children.map((child) => child.base))).toEqual(sum([node.base]));
          expect(sum(node.children.map((child) => child.head))).toEqual(sum([node.head]));
        }
      }),
    );
  });

  test("nothing is lost: what is shown and what is folded are the files and folders of both sides", () => {
    fc.assert(
      fc.property(anySlug, anySlug, anyRoom, (base, head, room) => {
        const map = sizeMap(weighedSide(base), weighedSide(head), room);
        const paths = [base, head].flatMap(({ layers }) =>
          layers.flatMap((layer) =>
            layer.entries.map(
              ({ path }) => `${layer.kind === "tool" ? "distribution" : layer.kind} ${layer.name} ${path}`,
            ),
          ),
        );
        const nodes = all(map);
        const count =
          nodes.filter(({ kind }) => kind === "file").length + nodes.reduce((n, { folded = 0 }) => n + folded, 0);
        expect(count).toBe(new Set(paths).size);
      }),
    );
  });

  test("files are shown under the path that they have in the slug, wherever their layer begins", () => {
    fc.assert(
      fc.property(anySlug, (head) => {
        const files = head.layers.flatMap(({ entries }) => entries.filter(({ kind }) => kind === "file"));
        expect(pathsOf(sizeMap(absentSide(null), weighedSide(head), ALL)).sort()).toEqual(
          files.map(({ path }) => path).sort(),
        );
      }),
    );
  });

  test("it takes no more room than it is given, and what is said of its layers is counted", () => {
    fc.assert(
      fc.property(anySlug, anySlug, fc.integer({ min: 300, max: 3000 }), (base, head, most) => {
        const map = sizeMap(weighedSide(base), weighedSide(head), { most, beside: () => BESIDE });
        const layers = all(map).filter(({ kind }) => kind === "layer");
        expect(embeddedBytes(map) + BESIDE * layers.length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test("a slug compared with itself is the same at every node; the sides exchanged are exchanged at every node", () => {
    fc.assert(
      fc.property(anySlug, anySlug, anyRoom, (one, other, room) => {
        for (const { base, head } of all(sizeMap(weighedSide(one), weighedSide(one), room))) expect(base).toEqual(head);
        const there = all(sizeMap(weighedSide(one), weighedSide(other), room));
        const back = all(sizeMap(weighedSide(other), weighedSide(one), room));
        expect(back.map(({ name, base, head }) => [name, head, base])).toEqual(
          there.map(({ name, base, head }) => [name, base, head]),
        );
      }),
    );
  });

  test("it is the same in whatever order layers and entries come", () => {
    fc.assert(
      fc.property(anySlug, anySlug, anyRoom, (base, head, room) => {
        const reversed = {
          ...head,
          layers: head.layers.toReversed().map((layer) => ({ ...layer, entries: layer.entries.toReversed() })),
        };
        expect(sizeMap(weighedSide(base), weighedSide(reversed), room)).toEqual(
          sizeMap(weighedSide(base), weighedSide(head), room),
        );
      }),
    );
  });

  test("children stand largest first, the rest last, and no two have one name", () => {
    fc.assert(
      fc.property(anySlug, anySlug, anyRoom, (base, head, room) => {
        for (const { children = [] } of all(sizeMap(weighedSide(base), weighedSide(head), room))) {
          const larger = children
            .filter(({ kind }) => kind !== "rest")
            .map((child) => Math.max(child.base?.[2] ?? 0, child.head?.[2] ?? 0));
          expect(larger).toEqual(larger.toSorted((a, b) => b - a));
          expect(children.findIndex(({ kind }) => kind === "rest")).toBe(
            larger.length === children.length ? -1 : larger.length,
          );
          const names = children.map(({ key, folder, name }) => key ?? `${folder ?? "in it"} ${name}`);
          expect(new Set(names).size).toBe(children.length);
        }
      }),
    );
  });
});

test("layers, folders and files; a folder's own entry is in its rest, folders on the way to one thing are one step", () => {
  const of = slug([
    part("app", "app", tree([file("app.py", 5), file("static/js/vendor/big.js", 40)])),
    part("distribution", "flask", [
      directory("lib/python/flask", 2),
      file("lib/python/flask/app.py", 30),
      directory("lib/python/flask/json", 1),
      file("lib/python/flask/json/tag.py", 7),
      file("bin/flask", 3),
      directory("lib/python/flask/empty", 4),
    ]),
  ]);
  const map = sizeMap(absentSide(null), weighedSide(of), ALL);
  expect(shown(map)).toEqual({
    "the app's own files": { "static/js/vendor": { "big.js": 40, "… 3": 3 }, "app.py": 5 },
    flask: { "lib/python/flask": { "app.py": 30, json: { "tag.py": 7, "… 1": 1 }, "… 2": 6 }, "bin/flask": 3 },
  });
  expect(map.children?.map(({ key, base }) => [key, base])).toEqual([
    ["app:app", null],
    ["distribution:flask", null],
  ]);
});

test("a distribution begins in site-packages, with its scripts beside it; another layer where all of it is", () => {
  const [home, site] = [".heroku/python", ".heroku/python/lib/python3.12/site-packages"];
  const of = slug([
    part("app", "app", [file("src/web/app.py", 5)]),
    part("runtime", "python", tree([file(`${home}/bin/python`, 50), file(`${home}/lib/python3.12/os.py`, 9)])),
    part("distribution", "flask", [
      file(`${home}/bin/flask`, 3),
      directory(`${site}/flask`, 2),
      file(`${site}/flask/app.py`, 30),
      file(`${site}/flask-3.1.0.dist-info/METADATA`, 7),
    ]),
    part("tool", "uv", [file(`${home}/uv/bin/uv`, 4), file(`${home}/uv/LICENSE`, 1)]),
  ]);
  const map = sizeMap(absentSide(null), weighedSide(of), ALL);
  expect(shown(map)).toEqual({
    "Python itself": { bin: { python: 50, "… 1": 1 }, "lib/python3.12": { "os.py": 9, "… 2": 2 }, "… 2": 2 },
    flask: {
      flask: { "app.py": 30, "… 1": 2 },
      "flask-3.1.0.dist-info/METADATA": 7,
      ".heroku/python/bin/flask": 3,
    },
    "the app's own files": { "src/web/app.py": 5 },
    uv: { "bin/uv": 4, LICENSE: 1 },
  });
  expect(map.children?.map(({ folder }) => folder)).toEqual([home, site, undefined, `${home}/uv`]);
  const other = { ...of, python: "3.13.1" };
  const upgraded = sizeMap(weighedSide(other), weighedSide(of), ALL).children?.find(({ name }) => name === "flask");
  expect(upgraded?.folder).toBe(home);
});

test("a tool on one side that the app requires on the other is one layer", () => {
  const before = slug([part("tool", "setuptools", [file("a", 3)])]);
  const after = slug([part("distribution", "setuptools", [file("a", 4)])]);
  const map = sizeMap(weighedSide(before), weighedSide(after), ALL);
  expect(map.children).toMatchObject([
    { name: "setuptools", key: "distribution:setuptools", base: [1, 9, 3], head: [1, 12, 4] },
  ]);
});

test("of a layer of which only the sum is known the sum is shown, also where the other side has its files", () => {
  const known = slug([part("runtime", "python", [file("bin/python", 8), file("lib/os.py", 2)])]);
  const sumOnly = {
    ...known,
    layers: known.layers.map((layer) => ({ ...layer, entries: [] })),
  };
  expect(sizeMap(weighedSide(sumOnly), weighedSide(sumOnly), ALL).children).toEqual([
    { kind: "layer", name: "Python itself", key: "runtime:python", base: [2, 30, 10], head: [2, 30, 10] },
  ]);
  const [layer] = sizeMap(weighedSide(sumOnly), weighedSide(known), ALL).children ?? [];
  expect(layer?.children?.map(({ kind, name, base, head }) => [kind, name, base, head])).toEqual([
    ["file", "bin/python", null, [1, 24, 8]],
    ["file", "lib/os.py", null, [1, 6, 2]],
    ["rest", "", [2, 30, 10], null],
  ]);
});

test("where a file has become a folder, both are in the folder", () => {
  const before = slug([part("app", "app", [file("data", 9)])]);
  const after = slug([part("app", "app", [directory("data", 1), file("data/one", 4), file("data/two", 3)])]);
  const [layer] = sizeMap(weighedSide(before), weighedSide(after), ALL).children ?? [];
  expect(layer?.children).toMatchObject([
    {
      kind: "folder",
      name: "data",
      base: [1, 27, 9],
      head: [2, 21, 8],
      children: [{ name: "one" }, { name: "two" }, { kind: "rest", folded: 1 }],
    },
  ]);
});

test("what changed is shown before what is larger and has not", () => {
  const app = (extra: number) =>
    slug([
      part("app", "app", [...Array.from({ length: 20 }, (_, at) => file(`same-${at}`, 100)), file("grown", extra)]),
    ]);
  const [layer] = sizeMap(weighedSide(app(10)), weighedSide(app(25)), { most: 600, beside: () => 0 }).children ?? [];
  const names = layer?.children?.map(({ name }) => name);
  expect(names).toContain("grown");
  expect(names).toContain("");
  expect(names?.length).toBeLessThan(10);
});

test("a side that could not be weighed has no sizes, and neither have both", () => {
  const map = sizeMap(brokenSide(), weighedSide(slugOf(7)), ALL);
  expect(all(map).map(({ base }) => base)).toEqual(all(map).map(() => null));
  expect(sizeMap(brokenSide(), brokenSide(), ALL)).toEqual({
    kind: "slug",
    name: "",
    base: null,
    head: null,
    children: [],
  });
});

test("names that mean something elsewhere are names", () => {
  const names = ["__proto__", "constructor", "</script><b>", "a\u2028b", "\u202eevil", "x".repeat(4000)];
  const of = slug([
    part(
      "app",
      "app",
      names.map((name, at) => file(`d/${name}`, 100 - at)),
    ),
  ]);
  const [layer] = sizeMap(absentSide(null), weighedSide(of), ALL).children ?? [];
  expect(layer?.children?.[0]?.children?.map(({ name }) => name)).toEqual(names);
});
