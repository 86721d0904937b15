import { describe, expect, test } from "@jest/globals";
import { SideError, UserError } from "../../src/errors.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { BUILDPACK } from "../../src/platforms/buildpack.js";
import { findPythonVersion, type FoundPython } from "../../src/python/find-version.js";

type Files = Readonly<Record<string, string>>;

function find(files: Files, manager: PackageManagerName = "pip", override: string | null = null): Promise<FoundPython> {
  return findPythonVersion((path) => Promise.resolve(files[path] ?? null), manager, override);
}

const lock = (requires: unknown): string => JSON.stringify({ _meta: { requires } });
const latest = (minor: string): string => BUILDPACK.python.latest[minor] ?? "";

describe("the version that Heroku would install", () => {
  test.each<[string, PackageManagerName, Files, string, string]>([
    ["a minor version is its latest patch", "pip", { ".python-version": "3.12\n" }, latest("3.12"), ".python-version"],
    ["a patch is taken as is", "poetry", { ".python-version": "3.13.1" }, "3.13.1", ".python-version"],
    [
      "comments and space around",
      "uv",
      { ".python-version": "# ours\r\n\r\n \t3.11.4 \r\n" },
      "3.11.4",
      ".python-version",
    ],
    [
      "runtime.txt first",
      "pip",
      { "runtime.txt": "python-3.11.2\n", ".python-version": "3.12" },
      "3.11.2",
      "runtime.txt",
    ],
    ["runtime.txt without a patch", "pip", { "runtime.txt": " python-3.13 " }, latest("3.13"), "runtime.txt"],
    [
      "runtime.txt hides a misspelling",
      "pip",
      { "runtime.txt": "python-3.12", "python-version": "" },
      latest("3.12"),
      "runtime.txt",
    ],
    [
      "the lock's full version",
      "pipenv",
      { "Pipfile.lock": lock({ python_version: "3.12", python_full_version: "3.13.2" }) },
      "3.13.2",
      "Pipfile.lock",
    ],
    [
      "the lock's version",
      "pipenv",
      { "Pipfile.lock": lock({ python_version: "3.12" }) },
      latest("3.12"),
      "Pipfile.lock",
    ],
    [
      "the lock's number",
      "pipenv",
      { "Pipfile.lock": '{"_meta": {"requires": {"python_version": 3.12}}}' },
      latest("3.12"),
      "Pipfile.lock",
    ],
    [
      "a file over the lock",
      "pipenv",
      { ".python-version": "3.12.1", "Pipfile.lock": "{" },
      "3.12.1",
      ".python-version",
    ],
    [
      "a lock without a version",
      "pipenv",
      { "Pipfile.lock": '{"_meta": {}}' },
      latest(BUILDPACK.python.default),
      "default",
    ],
    ["another manager's lock", "pip", { "Pipfile.lock": "{" }, latest(BUILDPACK.python.default), "default"],
    ["nothing", "poetry", {}, latest(BUILDPACK.python.default), "default"],
  ])("%s", async (_, manager, files, full, from) => {
    const found = await find(files, manager);
    expect(found).toMatchObject({ python: { full, minor: full.replace(/\.\d+$/, "") }, from });
  });

  test("the user's own choice stands over every file", async () => {
    expect(await find({ ".python-version": "oops" }, "uv", "3.11")).toMatchObject({
      python: { full: latest("3.11"), minor: "3.11" },
      from: "option",
    });
  });
});

describe("what Heroku refuses makes the side invalid, and names the file", () => {
  test.each<[string, PackageManagerName, Files, RegExp]>([
    ["no version", "pip", { ".python-version": "# 3.12\n" }, /^\.python-version holds no Python version/],
    ["several", "pip", { ".python-version": "3.12\n3.13\n" }, /^\.python-version holds several .*3\.12, 3\.13/],
    ["a wrong one among several", "pip", { ".python-version": "3.12\nx\n" }, /^\.python-version does not hold .*"x"/],
    ["a prefix", "pip", { ".python-version": "python-3.12" }, /"python-3\.12"/],
    ["quotes", "pip", { ".python-version": '"3.12"' }, /does not hold/],
    ["a wildcard", "pip", { ".python-version": "3.12.*" }, /does not hold/],
    ["a leading zero", "pip", { ".python-version": "3.012" }, /does not hold/],
    ["a trailing comment", "pip", { ".python-version": "3.12 # ours" }, /does not hold/],
    ["only a major version", "pip", { ".python-version": "3" }, /does not hold/],
    ["an invisible character", "pip", { ".python-version": "3.12\u200b" }, /"3\.12\ufffd"/],
    ["a no-break space", "pip", { ".python-version": "\u00a03.12" }, /"\ufffd3\.12"/],
    ["a byte order mark", "pip", { ".python-version": "\ufeff3.12\n" }, /byte order mark/],
    ["UTF-16", "pip", { ".python-version": Buffer.from("\ufeff3.12\n", "utf16le").toString("utf8") }, /UTF-16/],
    [
      "a misspelling",
      "pip",
      { ".python-version": "3.12", ".Python-version": "3.12" },
      /^"\.Python-version" is a missp/,
    ],
    ["runtime.txt without prefix", "pip", { "runtime.txt": "3.12" }, /^runtime\.txt/],
    ["runtime.txt with two lines", "pip", { "runtime.txt": "python-3.12\npython-3.13" }, /^runtime\.txt/],
    [
      "end of life",
      "pip",
      { "runtime.txt": "python-3.9.18" },
      /^runtime\.txt asks for Python 3\.9\.18: it has reached its end of life/,
    ],
    ["Python 2", "pip", { ".python-version": "2.7" }, /its end of life/],
    ["not out yet", "pip", { ".python-version": "3.99" }, /does not know it/],
    ["Python 4", "pip", { ".python-version": "4.0" }, /does not know it/],
    ["uv without a file", "uv", {}, /no \.python-version/],
    [
      "uv with runtime.txt",
      "uv",
      { "runtime.txt": "python-3.12", ".python-version": "3.12" },
      /^runtime\.txt is not supp/,
    ],
    ["a broken lock", "pipenv", { "Pipfile.lock": "{" }, /^Pipfile\.lock can't be parsed/],
    ["a lock of another shape", "pipenv", { "Pipfile.lock": '{"_meta": "x"}' }, /^Pipfile\.lock can't be parsed/],
    [
      "a lock's wildcard",
      "pipenv",
      { "Pipfile.lock": lock({ python_version: "3.*" }) },
      /^Pipfile\.lock does not hold/,
    ],
    [
      "a lock's empty version",
      "pipenv",
      { "Pipfile.lock": lock({ python_version: "3.12", python_full_version: "" }) },
      /^Pipfile\.lock does not hold/,
    ],
    [
      "a lock's old version",
      "pipenv",
      { "Pipfile.lock": lock({ python_version: "3.8" }) },
      /^Pipfile\.lock asks for Python 3\.8/,
    ],
  ])("%s", async (_, manager, files, message) => {
    const error = await find(files, manager).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SideError);
    expect(error).toMatchObject({ state: "invalid", step: "python", message: expect.stringMatching(message) });
    expect((error as SideError).hint).toMatch(/^[^\n]+\.$/);
  });

  test.each(["", "3", "3.9", "latest", "3.12.x"])("but %p as an option is the user's mistake", async (override) => {
    const error = await find({}, "pip", override).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).not.toBeInstanceOf(SideError);
  });
});

describe("notes", () => {
  test.each<[string, Files, RegExp[]]>([
    ["the default may not be what an app gets", {}, [/last build/]],
    ["runtime.txt is deprecated", { "runtime.txt": "python-3.12" }, [/^runtime\.txt is deprecated/]],
    ["3.10 is deprecated", { ".python-version": "3.10" }, [/^Python 3\.10 is deprecated/]],
    ["a patch that the buildpack does not know", { ".python-version": "3.12.999" }, [/^Python 3\.12\.999 is newer/]],
    ["a good file says all", { ".python-version": "3.13" }, []],
  ])("%s", async (_, files, notes) => {
    expect((await find(files)).notes).toEqual(notes.map((note) => expect.stringMatching(note) as unknown));
  });
});
