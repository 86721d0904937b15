import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { STACKS } from "../../src/model/target.js";
import { BUILDPACK, preinstalledTools, runtimeArchiveUrl } from "../../src/platforms/buildpack.js";
import { HEROKU, platformTags } from "../../src/platforms/heroku.js";
import { SILENT } from "../../src/ports.js";
import { Interpreters } from "../../src/python/interpreters.js";
import wheels from "../../src/tools/preinstalled.json" with { type: "json" };
import { createTools } from "../../src/tools/tools.js";

describe("Heroku", () => {
  test("limits go down from the limit, and the default stack is one of the stacks", () => {
    const levels = [HEROKU.limit, ...HEROKU.warnAt];
    expect(levels).toEqual([...levels].sort((a, b) => b - a));
    expect(HEROKU.stacks[HEROKU.defaultStack].name).toBe(HEROKU.defaultStack);
  });

  test.each(STACKS)("%s: the archive's URL names stack and version", (stack) => {
    expect(runtimeArchiveUrl(stack, "3.12.14")).toMatch(
      new RegExp(`/python-3\\.12\\.14-ubuntu-${stack.slice(-2)}\\.04-amd64\\.tar\\.zst$`),
    );
  });

  test("wheels' tags are those of PyPA's packaging, in its order", async () => {
    const scratch = mkdtempSync(join(tmpdir(), "slugdiff-tags-"));
    try {
      const context = { scratch, progress: SILENT, signal: new AbortController().signal, env: process.env };
      const tools = createTools({ ...context, toolsDir: join(scratch, "tools") });
      const python = await new Interpreters({ ...context, toolsDir: scratch }).findAny("3.10");
      const minors = STACKS.map((stack) => HEROKU.stacks[stack].manylinuxMinor);
      const script = `
import json
from pip._vendor.packaging import _manylinux as m
m._have_compatible_abi = lambda *_: True
def tags(minor):
    m._get_glibc_version = lambda: (2, minor)
    return list(m.platform_tags(["x86_64"])) + ["linux_x86_64"]
print(json.dumps([tags(minor) for minor in ${JSON.stringify(minors)}]))`;
      const printed = execFileSync(python?.path ?? "python3", ["-c", script], {
        env: { PYTHONPATH: await tools.pipLibrary() },
      });
      expect(STACKS.map(platformTags)).toEqual(JSON.parse(printed.toString()));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});

describe("the buildpack", () => {
  test("every supported minor version has a patch of its own, and the default is one of them", () => {
    for (const [minor, full] of Object.entries(BUILDPACK.python.latest))
      expect(full.startsWith(`${minor}.`)).toBe(true);
    expect(Object.keys(BUILDPACK.python.latest)).toEqual(
      expect.arrayContaining([BUILDPACK.python.default, ...BUILDPACK.python.deprecated]),
    );
  });

  test("pip comes with setuptools up to 3.12, Pipenv alone, Poetry and uv leave nothing", () => {
    const names = (...args: Parameters<typeof preinstalledTools>): string[] =>
      preinstalledTools(...args).map(({ name }) => name);
    expect(names("pip", "3.12")).toEqual(["pip", "setuptools"]);
    expect(names("pip", "3.13")).toEqual(["pip"]);
    expect(names("pipenv", "3.12")).toEqual(["pipenv"]);
    expect([...names("poetry", "3.12"), ...names("uv", "3.12")]).toEqual([]);
  });

  test.each(["pip", "setuptools", "pipenv"] as const)("%s is installed from wheels that are pinned", (tool) => {
    const pins = readFileSync(new URL(`../../src/tools/${tool}.txt`, import.meta.url), "utf8");
    const version = tool === "setuptools" ? BUILDPACK.setuptools.version : BUILDPACK.tools[tool];
    expect(Object.keys(wheels[tool])).toEqual(Object.keys(BUILDPACK.python.latest));
    for (const list of Object.values(wheels[tool])) {
      expect(list).toContainEqual(expect.objectContaining({ name: tool, version }));
      for (const { name, version, sha256 } of list) {
        expect(pins).toContain(`${name}==${version} `);
        expect(pins).toContain(sha256);
      }
    }
  });

  test.each(Object.entries(BUILDPACK.tools))(
    "%s is pinned at Heroku's version, %s, without naming a host",
    (tool, version) => {
      const pins = readFileSync(new URL(`../../src/tools/${tool}.txt`, import.meta.url), "utf8");
      const lines = pins.split("\n");
      expect(lines.filter((line) => line.startsWith(`${tool}==`))).toEqual([`${tool}==${version} \\`]);
      expect(pins).not.toMatch(/:\/\//);
      for (const [index, line] of lines.entries()) {
        if (line.includes("==")) expect(lines[index + 1]).toMatch(/^ {4}--hash=sha256:[0-9a-f]{64}/);
      }
    },
  );
});
