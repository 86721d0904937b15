import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Resolution } from "../../src/model/resolution.js";
import { dependencyEdges } from "../../src/resolve/edges.js";
import { createAnswers } from "../../src/store/answers.js";
import { NO_STORE } from "../../src/store/store.js";
import { createWorld, type World } from "./support.js";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.remove());

/** A resolution of distributions by name, with what they require, and the app's own `name[extra,extra]`. */
async function edges(requires: Readonly<Record<string, readonly string[]>>, ...direct: readonly string[]) {
  const resolution: Resolution = {
    packageManager: "pip",
    distributions: Object.keys(requires).map((name) => ({
      name,
      version: "1.0",
      source: { kind: "directory", path: ".", editable: false },
    })),
    direct: direct.map((text) => {
      const [name = "", extras = ""] = text.replace("]", "").split("[");
      return {
        name,
        extras: extras.split(",").filter((extra) => extra !== ""),
        location: { file: "requirements.txt", line: 1 },
      };
    }),
    loose: [],
    pylock: "",
    notes: [],
  };
  const metadata = new Map(Object.entries(requires).map(([name, list]) => [name, { requires: list, extras: [] }]));
  const { target, tools, context } = world;
  const found = await dependencyEdges({ resolution, target, metadata }, tools, context, createAnswers(NO_STORE));
  return found.map(({ from, to }) => `${from} > ${to}`);
}

test("markers are the target's, names are normalised, what is not installed has no edge", async () => {
  expect(
    await edges(
      {
        app: [
          "Zope.Interface>=5",
          'tomli; python_version < "3.8"',
          'uvloop; sys_platform == "linux"',
          "absent",
          "not a requirement!",
        ],
        tomli: [],
        uvloop: ["zope-interface (>=1)"],
        "zope-interface": [],
      },
      "app",
    ),
  ).toEqual(["app > uvloop", "app > zope-interface", "uvloop > zope-interface"]);
});

test("extras that are asked for lead on, through others' requirements and their own; others do not", async () => {
  const graph = {
    a: ['c; extra == "fast"', 'a[fast]; extra == "ALL_of-it"', 'd; extra == "slow"'],
    b: ["a[all-of-it]"],
    c: ["b", "e[x]"],
    d: ["c"],
    e: ['d; extra == "x"'],
  };
  expect(await edges(graph, "b")).toEqual(["a > c", "b > a", "c > b", "c > e", "d > c", "e > d"]);
  expect(await edges({ ...graph, b: ["a"] }, "b")).toEqual(["b > a", "c > b", "c > e", "d > c", "e > d"]);
  expect(await edges({ ...graph, b: ["a"] }, "a[slow]", "b")).toContain("a > d");
});
