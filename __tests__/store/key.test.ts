import { describe, expect, test } from "@jest/globals";
import { defaultCacheDir } from "../../src/store/directory.js";
import { layerStoreKey, type LayerParts } from "../../src/store/key.js";

const parts: LayerParts = {
  content: "sha256:0123",
  python: "3.12",
  interpreter: "3.12.14",
  platform: "heroku-24",
  bytecode: "compiled",
  compressor: "zlib",
  builder: null,
};

describe("a layer's key", () => {
  test("is the same for the same parts, in whatever order", () => {
    const turned = Object.fromEntries(Object.entries(parts).reverse()) as unknown as LayerParts;
    expect(layerStoreKey(parts)).toMatch(/^[0-9a-f]{64}$/);
    expect(layerStoreKey(turned)).toBe(layerStoreKey(parts));
  });

  test("is another one if any part is", () => {
    const others: LayerParts[] = [
      { ...parts, content: "sha256:0124" },
      { ...parts, python: "3.13" },
      { ...parts, python: null },
      { ...parts, interpreter: "3.12.13" },
      { ...parts, interpreter: null },
      { ...parts, platform: "heroku-22" },
      { ...parts, bytecode: "predicted" },
      { ...parts, bytecode: "none" },
      { ...parts, compressor: "zlib 2" },
      { ...parts, builder: "uv 0.9" },
      // The same characters, cut elsewhere.
      { ...parts, content: "sha256:01233", python: ".12" },
    ];
    expect(new Set([parts, ...others].map(layerStoreKey)).size).toBe(1 + others.length);
  });
});

describe("where layers are kept", () => {
  test.each([
    [{ XDG_CACHE_HOME: "/x/cache", HOME: "/home/me" }, "/x/cache/slugdiff"],
    [{ HOME: "/home/me" }, "/home/me/.cache/slugdiff"],
    [{ XDG_CACHE_HOME: "", HOME: "/home/me" }, "/home/me/.cache/slugdiff"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/me" }, "/home/me/.cache/slugdiff"],
  ])("%j", (env, directory) => {
    expect(defaultCacheDir(env)).toBe(directory);
  });

  test.each([[{}], [{ HOME: "" }], [{ HOME: "relative" }]])("an absolute path of one's own also with %j", (env) => {
    expect(defaultCacheDir(env)).toMatch(/^\/.*slugdiff(-\d+)?$/);
  });
});
