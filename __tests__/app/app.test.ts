import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { prepareApp } from "../../src/app/app-files.js";
import { readStack } from "../../src/app/app-json.js";
import { lfsPointer } from "../../src/app/lfs.js";
import { findNotWeighed } from "../../src/app/not-weighed.js";
import { app } from "./fixtures.js";

describe("prepareApp", () => {
  test("deletes what .slugignore names, and keeps the rest", async () => {
    const { root, entries } = app({ ".slugignore": "tests\n*.psd", "app.py": "x", "tests/a/b": "", "art/a.psd": "" });
    const files = await prepareApp({ entries }, root);
    expect(files.entries.map(({ path }) => path)).toEqual([".slugignore", "app.py", "art"]);
    expect(files.ignored).toBe(2);
    expect(existsSync(join(root, "tests"))).toBe(false);
    expect(existsSync(join(root, "art/a.psd"))).toBe(false);
    expect(existsSync(join(root, "app.py"))).toBe(true);
  });

  test("deletes a link, never what it points to", async () => {
    const outside = app({ "keep/file": "x" });
    const { root, entries } = app({ ".slugignore": "link\nlink/keep/file", "link@": outside.root });
    await prepareApp({ entries }, root);
    expect(existsSync(join(root, "link"))).toBe(false);
    expect(existsSync(join(outside.root, "keep/file"))).toBe(true);
  });

  test("takes only the file at the top for .slugignore, and no link", async () => {
    const { root, entries } = app({ "web/.slugignore": "app.py", ".slugignore@": "web/.slugignore", "app.py": "" });
    expect((await prepareApp({ entries }, root)).ignored).toBe(0);
  });

  test.each([".heroku/python/bin/python", "venv/pyvenv.cfg", ".venv/pyvenv.cfg"])(
    "refuses an app that holds %s, as Heroku does",
    async (path) => {
      const { root, entries } = app({ [path]: "", "app.py": "" });
      await expect(prepareApp({ entries }, root)).rejects.toMatchObject({ state: "invalid", step: "manifest" });
    },
  );

  test("unless .slugignore hides it from the build, or it is no environment", async () => {
    const hidden = app({ "venv/pyvenv.cfg": "", ".slugignore": "venv" });
    await expect(prepareApp(hidden, hidden.root)).resolves.toMatchObject({ ignored: 1 });
    const other = app({ "venv/readme": "", "web/.venv/pyvenv.cfg": "" });
    await expect(prepareApp(other, other.root)).resolves.toMatchObject({ ignored: 0 });
  });
});

describe("readStack", () => {
  const stack = async (text: string) => {
    const { root, entries } = app({ "app.json": text });
    return readStack(root, entries);
  };

  test("is what app.json asks for", async () => {
    expect(await stack('{"stack": "heroku-26"}')).toBe("heroku-26");
  });

  test.each(["{}", '{"stack": null}', "not JSON", "[]", '{"stack": 1}'])("is open for %s", async (text) => {
    expect(await stack(text)).toBeNull();
  });

  test("is open without app.json, and a link is not followed", async () => {
    const { root, entries } = app({ "app.json@": "other.json", "other.json": '{"stack": "heroku-26"}' });
    expect(await readStack(root, entries)).toBeNull();
  });

  test.each([
    ["container", "unweighable", "a Docker image, not a slug"],
    ["cnb", "unweighable", "Fir"],
    ["heroku-20", "invalid", "does not build"],
    ["constructor", "invalid", "does not build"],
  ])("%s builds no slug", async (name, state, words) => {
    await expect(stack(JSON.stringify({ stack: name }))).rejects.toMatchObject({
      state,
      step: "configuration",
      message: expect.stringContaining(words),
    });
  });
});

describe("findNotWeighed", () => {
  const what = async (
    files: Record<string, string>,
    { submodules = [] as string[], distributions = [] as string[] } = {},
  ) => {
    const { root, entries } = app(files);
    const found = await findNotWeighed(root, entries, { submodules, distributions: new Set(distributions) });
    return found.map((item) => item.what);
  };

  test("nothing for a plain app", async () => {
    expect(await what({ "app.py": "", "manage.py": "", "nltk.txt": "stopwords" })).toEqual([]);
  });

  test("each with its name", async () => {
    const files = {
      "bin/pre_compile": "",
      "bin/post_compile": "",
      "nltk.txt": "stopwords",
      "web/site/manage.py": "",
      ".slug-post-clean": "",
      Aptfile: "",
      "package.json": "{}",
    };
    expect(await what(files, { submodules: ["lib/x"], distributions: ["nltk", "django"] })).toEqual([
      "submodule lib/x",
      "Aptfile",
      "package.json",
      "bin/pre_compile",
      "bin/post_compile",
      "nltk.txt",
      "Django's collectstatic",
      ".slug-post-clean",
    ]);
  });

  test("collectstatic only where Heroku runs it", async () => {
    const distributions = ["django"];
    expect(await what({ "manage.py": "", ".heroku/collectstatic_disabled": "" }, { distributions })).toEqual([]);
    expect(await what({ "a/b/c/manage.py": "" }, { distributions })).toEqual([]);
  });

  test("the buildpacks of app.json but Python's; they decide on Aptfile and package.json", async () => {
    const buildpacks = [
      "heroku/nodejs",
      "heroku/python",
      "https://github.com/heroku/heroku-buildpack-python.git#v351",
      "https://buildpack-registry.s3.amazonaws.com/buildpacks/heroku/python.tgz",
      "https://user:secret@example.com/own.git",
    ].map((url) => ({ url }));
    const files = { "app.json": JSON.stringify({ buildpacks }), "package.json": "{}", Aptfile: "" };
    expect(await what(files)).toEqual(["buildpack heroku/nodejs", "buildpack https://example.com/own.git"]);
  });

  test("Git LFS pointers, with what they stand for", async () => {
    const pointer = lfsPointer("0".repeat(64), 300 * 1024 * 1024);
    const { root, entries } = app({ "a.bin": pointer, "b.bin": pointer, "c.txt": `x${pointer}`, "d.py": "x" });
    const [found, ...others] = await findNotWeighed(root, entries, { submodules: [], distributions: new Set() });
    expect(others).toEqual([]);
    expect(found?.what).toBe("Git LFS: a.bin and 1 more");
    expect(found?.why).toContain("adds 600.0 MiB");
  });
});
