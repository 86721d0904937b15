import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { cp, mkdtemp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { preinstalledTools } from "../../src/platforms/buildpack.js";
import type { Context } from "../../src/ports.js";
import { createWorld, CUTOFF, type Index, make, serve, summary, type World } from "./support.js";

let world: World;
let index: Index;
let other: Index;
let untimed: Index;
let files: string;

beforeAll(async () => {
  world = await createWorld();
  files = await make(world, [
    ...["0.9b1", "1.0", "1.1", "2.0rc1"].map((version) => ({ name: "lib", version })),
    { name: "asks-rc", version: "1.0", requires: ["lib>=1.0rc1"] },
    { name: "asks-any", version: "1.0", requires: ["lib"] },
    { name: "asks-old", version: "1.0", requires: ["lib<1.0"] },
    { name: "asks-series", version: "1.0", requires: ["lib~=1.0", "lib!=1.0rc9"] },
    { name: "asks-not", version: "1.0", requires: ["lib!=2.0rc2"] },
    { name: "only-pre", version: "0.1a1" },
    { name: "only-pre", version: "0.1a2" },
    { name: "gone", version: "1.0" },
    { name: "gone", version: "1.1" },
    { name: "asks-gone", version: "1.0", requires: ["gone==1.1"] },
    { name: "asks-gone", version: "0.9", requires: ["gone"] },
    {
      name: "extra-lib",
      version: "1.0",
      extras: ["fast", "all"],
      requires: ["lib; extra == 'fast'", "extra-lib[fast]; extra == 'all'"],
    },
    { name: "too-new", version: "1.0" },
    { name: "too-new", version: "2.0", python: ">=4" },
    { name: "native", version: "1.0" },
    { name: "native", version: "1.0", tag: "cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64" },
    { name: "native", version: "1.0", tag: "cp38-abi3-macosx_11_0_arm64" },
    { name: "native", version: "1.1", tag: "cp38-abi3-manylinux_2_99_x86_64" },
    { name: "archive-newer", version: "1.0" },
    { name: "archive-newer", version: "2.0", sdist: true },
    { name: "asks-setuptools", version: "1.0", requires: ["setuptools>=40"] },
    { name: "asks-new-setuptools", version: "1.0", requires: ["setuptools>=75"] },
    ...["65.0.0", "70.3.0", "80.0.0"].map((version) => ({ name: "setuptools", version })),
  ]);
  const elsewhere = await make(world, [
    { name: "lib", version: "1.0.5" },
    { name: "lib", version: "1.1" },
    { name: "private", version: "3.0", requires: ["lib<1.1"] },
    { name: "local-build", version: "1.0" },
    { name: "local-build", version: "1.0+cpu" },
  ]);
  index = await serve(files, { yanked: ["gone-1.1-py3-none-any.whl"] });
  other = await serve(elsewhere);
  untimed = await serve(elsewhere, { uploaded: null });
});
afterAll(async () => {
  for (const server of [index, other, untimed]) server.close();
  await world.remove();
});

const Report = z.object({
  install: z.array(
    z.object({
      metadata: z.object({ name: z.string(), version: z.string() }),
      download_info: z.object({ url: z.string() }),
    }),
  ),
});

/** What pip itself would install, in the words of `summary`. */
async function pipSays(
  app: string,
  options: readonly string[] = ["--ignore-installed"],
  python = world.interpreter.path,
  env: Context["env"] = {},
) {
  const args = ["-m", "pip", "install", "--dry-run", "--quiet", "--report", "-", "--no-cache-dir", ...options];
  const { stdout } = await world.start(python, [...args, "-r", "requirements.txt"], app, {
    ...env,
    PYTHONPATH: await world.tools.pipLibrary(),
  });
  const { install } = Report.parse(JSON.parse(stdout.toString()));
  return install
    .map(({ metadata: { name, version }, download_info: { url } }) => {
      const file = decodeURIComponent(url.split("/").at(-1) ?? "");
      return `${name.toLowerCase().replace(/[-_.]+/g, "-")}==${version} ${file}`;
    })
    .sort();
}

describe("the resolution is pip's own", () => {
  test("on PyPI: extras, markers, nested files, constraints, comments, continued lines", async () => {
    const app = await world.app({
      "requirements.txt": [
        "# what the site runs on",
        "Flask[async]==3.0.3  # pinned",
        "-r more/base.txt",
        "colorama; sys_platform == 'win32'",
        "importlib-metadata; python_version < '3.8'",
        "MarkupSafe \\",
        "  >= 2.1",
      ].join("\n"),
      "more/base.txt": "-c ../limits.txt\nrequests[socks]>=2.31\n",
      "limits.txt": "urllib3<2.3\n",
    });
    const resolution = await world.resolve(app, "pip");
    expect(summary(resolution)).toEqual(await pipSays(app, ["--ignore-installed", "--uploaded-prior-to", CUTOFF]));
    expect(resolution.direct).toEqual([
      { name: "flask", extras: ["async"], location: { file: "requirements.txt", line: 2 } },
      { name: "requests", extras: ["socks"], location: { file: "more/base.txt", line: 2 } },
      { name: "markupsafe", extras: [], location: { file: "requirements.txt", line: 6 } },
    ]);
  });

  test.each([
    ["a final version over a pre-release", "lib"],
    ["a pre-release where the specifier names one", "lib>=1.0rc1"],
    ["a pre-release where somebody else's specifier names one", "asks-any\nasks-rc"],
    ["a pre-release where nothing final fits", "asks-old"],
    ["a pre-release where there is nothing else", "only-pre"],
    ["no pre-release for ~= and != alone", "asks-series\nasks-not"],
    ["--pre", "--pre\nasks-any"],
    ["--all-releases of one", "--all-releases lib\nasks-any\nonly-pre"],
    ["a constraint that names a pre-release", "asks-any\n-c limits.txt"],
    ["yanked files passed over", "gone"],
    ["a yanked file that is pinned", "gone==1.1"],
    ["a yanked file that somebody else pins", "asks-gone"],
    ["no yanked file for a pin that is given up", "asks-gone\nasks-gone<1"],
    ["extras of extras", "extra-lib[all]"],
    ["Requires-Python", "too-new"],
    ["the most specific wheel that fits the machine", "native"],
    ["--no-binary", "--no-binary archive-newer\narchive-newer"],
    ["a newer source archive over an older wheel", "archive-newer==2.*"],
    ["--only-binary", "--only-binary :all:\narchive-newer"],
    ["several times the same", "lib<1.1\nlib>=1.0\nlib"],
    ["nothing at all", "# later"],
  ])("%s", async (_, lines) => {
    const app = await world.app({
      "requirements.txt": `--index-url ${index.url}\n${lines}\n`,
      "limits.txt": "lib>=1.0rc1\n",
    });
    // pip builds an archive to read its metadata, and these fail: what is written in it will do.
    const expected =
      lines.includes("archive") && !lines.includes("only")
        ? ["archive-newer==2.0 archive_newer-2.0.tar.gz"]
        : await pipSays(app);
    expect(summary(await world.resolve(app, "pip"))).toEqual(expected);
  });

  test("of two indexes: the newest of both, the later one where they have the same", async () => {
    const app = await world.app({
      "requirements.txt": `--index-url ${index.url}\n--extra-index-url ${other.url}\nlib\nprivate\nlocal-build==1.0\n`,
    });
    const resolution = await world.resolve(app, "pip");
    expect(summary(resolution)).toEqual(await pipSays(app));
    expect(summary(resolution)).toContain("lib==1.0.5 lib-1.0.5-py3-none-any.whl");
    expect(summary(resolution)).toContain("local-build==1.0+cpu local_build-1.0+cpu-py3-none-any.whl");
  });

  test("with PIP_EXTRA_INDEX_URL, which Heroku passes on; --index-url in the file overrules it, as in pip", async () => {
    const env = { PIP_EXTRA_INDEX_URL: other.url, PIP_INDEX_URL: index.url };
    const app = await world.app({ "requirements.txt": "private\n" });
    expect(summary(await world.resolve(app, "pip", { env }))).toEqual(
      await pipSays(app, ["--ignore-installed"], undefined, env),
    );
    const overruling = await world.app({ "requirements.txt": `--index-url ${index.url}\nprivate\n` });
    expect(await world.refusal(overruling, "pip", { env })).toMatchObject({ state: "invalid", step: "resolve" });
  });

  test("of a directory of wheels, alone and beside an index", async () => {
    for (const first of ["--no-index", `--index-url ${other.url}`]) {
      const app = await world.app({ "requirements.txt": `${first}\n--find-links wheels\nasks-any\n` });
      await cp(files, join(app, "wheels"), { recursive: true });
      const resolution = await world.resolve(app, "pip");
      expect(summary(resolution)).toEqual(await pipSays(app));
    }
  });

  test("a directory that is not in the app is passed over, as on Heroku, and a note says so", async () => {
    for (const place of ["../elsewhere", files, "linked"]) {
      const app = await world.app({ "requirements.txt": `--index-url ${other.url}\n--find-links ${place}\nlib\n` });
      await symlink(files, join(app, "linked"));
      const { distributions, notes } = await world.resolve(app, "pip");
      expect(distributions.map(({ version }) => version)).toEqual(["1.1"]);
      expect(notes).toEqual([`--find-links ${place} was passed over: it is not in the app, so not on Heroku.`]);
    }
  });

  test("by address: a wheel, a URL with its hash, a file of the app", async () => {
    const wheel = index.file("asks_any-1.0-py3-none-any.whl");
    const app = await world.app({
      "requirements.txt": `--index-url ${index.url}\n${wheel}\nextra-lib[fast] @ ${index.file("extra_lib-1.0-py3-none-any.whl")}\n`,
    });
    const resolution = await world.resolve(app, "pip");
    expect(summary(resolution)).toEqual(await pipSays(app));
    expect(resolution.direct.map(({ name, location }) => [name, location.line])).toEqual([
      ["asks-any", 2],
      ["extra-lib", 3],
    ]);
  });

  test("beside what Heroku pre-installs: it stays where it fits, is replaced where it does not", async () => {
    const there = preinstalledTools("pip", world.target.python.minor).filter(({ name }) => name === "setuptools");
    const venv = await mkdtemp(join(world.root, "venv-"));
    const uv = await world.tools.uv();
    await world.start(uv, ["venv", "--allow-existing", "--python", world.interpreter.path, venv], world.root);
    for (const { name, version } of there) {
      const install = ["pip", "install", "--python", venv, "--no-index", "--find-links", files, `${name}==${version}`];
      await world.start(uv, install, world.root);
    }
    for (const lines of ["asks-setuptools", "asks-new-setuptools", "setuptools", "setuptools==65.0.0"]) {
      const app = await world.app({ "requirements.txt": `--index-url ${index.url}\n${lines}\n` });
      expect(summary(await world.resolve(app, "pip"))).toEqual(await pipSays(app, [], join(venv, "bin/python")));
    }
  });

  test("with hashes: only a file that has one of them", async () => {
    const free = await world.app({ "requirements.txt": `--index-url ${index.url}\nnative==1.0\n` });
    const [chosen] = (await world.resolve(free, "pip")).distributions;
    const sha256 = chosen?.source.kind === "wheel" ? (chosen.source.sha256 ?? "") : "";
    const hashed = (name: string, hash: string): string => `--index-url ${index.url}\n${name} --hash=sha256:${hash}\n`;
    const good = await world.app({ "requirements.txt": hashed("native==1.0", sha256) });
    expect(summary(await world.resolve(good, "pip"))).toEqual(await pipSays(good));
    const bad = await world.app({ "requirements.txt": hashed("native==1.0", "0".repeat(64)) });
    expect(await world.refusal(bad, "pip")).toMatchObject({
      state: "invalid",
      message: expect.stringContaining("native"),
    });
    const partial = await world.app({ "requirements.txt": `${hashed("native==1.0", sha256)}lib==1.0\n` });
    expect(await world.refusal(partial, "pip")).toMatchObject({
      state: "invalid",
      message: expect.stringContaining("lib"),
    });
    const wrongUrl = `lib @ ${index.file("lib-1.0-py3-none-any.whl")}#sha256=${"0".repeat(64)}`;
    const other = await world.app({ "requirements.txt": `${wrongUrl}\n` });
    expect(await world.refusal(other, "pip")).toMatchObject({
      state: "invalid",
      message: expect.stringContaining("lib"),
    });
  });
});

test("an index that does not say when files were uploaded is used all the same, and a note says so", async () => {
  const app = await world.app({
    "requirements.txt": `--index-url ${index.url}\n--extra-index-url ${untimed.url}\nprivate\n`,
  });
  const resolution = await world.resolve(app, "pip");
  expect(summary(resolution)).toEqual(await pipSays(app));
  expect(resolution.notes.join()).toContain("private");
});

test("the cut-off hides what was uploaded later", async () => {
  const early = await serve(files, { uploaded: "2025-01-01T00:00:00.000000Z" });
  try {
    const app = await world.app({ "requirements.txt": `--index-url ${early.url}\nlib\n` });
    expect(summary(await world.resolve(app, "pip", { cutoff: "2025-01-02T00:00:00Z" }))).toHaveLength(1);
    expect(await world.refusal(app, "pip", { cutoff: "2024-12-31T00:00:00Z" })).toMatchObject({
      state: "invalid",
      message: expect.stringMatching(/^requirements\.txt:2: As of the cut-off, /),
      hint: expect.stringContaining("later cutoff"),
    });
  } finally {
    early.close();
  }
});
