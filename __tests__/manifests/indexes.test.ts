import { describe, expect, test } from "@jest/globals";
import { parse } from "smol-toml";
import type { PoetrySource } from "../../src/manifests/index-logins.js";
import { pipenvIndexes, poetryIndexes, sourcesIn, uvIndexes } from "../../src/manifests/indexes.js";

const source = (name: string, priority: string): PoetrySource => ({
  name,
  url: name === "PyPI" ? null : `https://${name}.example/simple`,
  priority,
  login: null,
});
const url = (name: string): string => `https://${name}.example/simple`;

describe("Poetry asks", () => {
  test.each<[string, readonly PoetrySource[], string | null, readonly string[]]>([
    ["PyPI where nothing is said", [], null, []],
    ["a primary source in its place", [source("ours", "primary")], url("ours"), []],
    ["two primary ones", [source("ours", "primary"), source("b", "primary")], url("b"), [url("ours")]],
    ["PyPI beside a supplemental one", [source("more", "supplemental")], null, [url("more")]],
    ["PyPI beside an explicit one, which is not asked", [source("only", "explicit")], null, []],
    ["PyPI where it is listed too", [source("ours", "primary"), source("PyPI", "primary")], null, [url("ours")]],
    ["no PyPI that is explicit", [source("ours", "primary"), source("PyPI", "explicit")], url("ours"), []],
  ])("%s", (_, sources, defaultUrl, urls) => {
    expect(poetryIndexes(sources, {}, () => null)).toMatchObject({ defaultUrl, urls });
  });

  test("one source for what names it; where markers tell several apart, that which the lock has", () => {
    const sources = ["a", "b"].map((name) => source(name, "explicit"));
    const dependencies = parse(`
      one = { version = "*", source = "a" }
      Two_Things = [{ version = "*", source = "a", platform = "darwin" }, { version = "*", source = "b", platform = "linux" }]
      three = { version = "*", source = "PyPI" }
      four = "*"
      five = { version = "*", source = "nowhere" }
    `);
    const lock = parse(`
      [[package]]
      name = "two-things"
      version = "1.0"
      source = { type = "legacy", url = "${url("a")}", reference = "a" }
      [[package]]
      name = "two-things"
      version = "1.0+linux"
      source = { type = "legacy", url = "${url("b")}", reference = "b" }
    `);
    const { byName } = poetryIndexes(sources, dependencies, sourcesIn(lock, new Map([["two-things", "1.0+linux"]])));
    expect([...byName]).toEqual([
      ["one", url("a")],
      ["two-things", url("b")],
      ["three", null],
    ]);
  });
});

test("uv asks explicit indexes for nothing but what names them, and the default one last", () => {
  const named = (name: string, rest: object) => ({
    ...{ name, url: `https://me:secret@${name}.example/simple/`, isDefault: false, isExplicit: false },
    ...rest,
  });
  const indexes = [
    named("default", { isDefault: true }),
    named("cpu", { isExplicit: true }),
    named("gpu", { isExplicit: true }),
    named("ours", {}),
  ];
  const sources = parse(`
    torch = [{ index = "gpu", marker = "sys_platform == 'win32'" }, { index = "cpu", marker = "sys_platform == 'linux'" }]
    lib = { index = "ours" }
    local = { path = "local" }
  `);
  const lock = parse(
    `[[package]]\nname = "torch"\nversion = "2+cpu"\nsource = { registry = "https://cpu.example/simple" }`,
  );
  const found = uvIndexes(indexes, undefined, sources, sourcesIn(lock, new Map([["torch", "2+cpu"]])));
  expect(found).toMatchObject({
    defaultUrl: "https://me:secret@default.example/simple/",
    urls: ["https://me:secret@ours.example/simple/"],
    strategy: "first-index",
  });
  expect([...found.byName]).toEqual([
    ["torch", "https://me:secret@cpu.example/simple/"],
    ["lib", "https://me:secret@ours.example/simple/"],
  ]);
  expect(uvIndexes(indexes, "unsafe-best-match", {}, () => null).strategy).toBe("unsafe-best-match");
});

test("Pipenv asks its first source, and another only for what names it", () => {
  const sources = [
    { name: "main", url: url("main") },
    { name: "ours", url: url("ours") },
  ];
  const { defaultUrl, urls, byName } = pipenvIndexes(sources, {
    flask: { index: "main" },
    Lib_A: { index: "ours" },
    base: {},
  });
  expect([defaultUrl, urls, [...byName]]).toEqual([url("main"), [], [["lib-a", url("ours")]]]);
});
