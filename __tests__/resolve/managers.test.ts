import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { createWorld, type Index, make, serve, summary, type World } from "./support.js";

let world: World;
let index: Index;
/** An app for each package manager that says the same, locked by the tool itself. */
let apps: Record<PackageManagerName, string>;

/** A project that says what it requires only when it is asked by its own build, which writes beside its sources. */
const LOCAL = {
  "part/pyproject.toml": `[project]
name = "local-part"
version = "1.0"
dynamic = ["dependencies"]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
`,
  "part/backend.py": `import pathlib
def prepare_metadata_for_build_wheel(directory, settings=None):
    pathlib.Path("written-by-the-build").touch()
    info = pathlib.Path(directory, "local_part-1.0.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\\nName: local-part\\nVersion: 1.0\\nRequires-Dist: needed\\n")
    info.joinpath("WHEEL").write_text("Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    return info.name
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
def build_wheel(directory, settings=None, metadata=None):
    raise SystemExit("not this")
build_editable = build_wheel
`,
};

beforeAll(async () => {
  world = await createWorld();
  const files = await make(world, [
    {
      name: "site",
      version: "1.0",
      extras: ["fast"],
      requires: ["base>=1", "fast-part; extra == 'fast'", "win-part; sys_platform == 'win32'"],
    },
    { name: "base", version: "1.0" },
    { name: "base", version: "1.0", tag: "cp38-abi3-manylinux_2_17_x86_64" },
    { name: "base", version: "1.0", tag: "cp38-abi3-win_amd64" },
    ...["fast-part", "win-part", "tester", "needed"].map((name) => ({ name, version: "1.0" })),
  ]);
  index = await serve(files);
  const { minor } = world.target.python;
  const python = `>=${minor},<3.15`;
  apps = {
    pip: await world.app({
      ...LOCAL,
      "requirements.txt": `--index-url ${index.url}\nsite[fast]\nwin-part; sys_platform == 'win32'\n-e ./part\n`,
    }),
    uv: await world.app({
      ...LOCAL,
      "pyproject.toml": `[project]
name = "app"
version = "0"
requires-python = "${python}"
dependencies = [
  "site[fast]",
  "win-part; sys_platform == 'win32'",
  "local-part",
]
[dependency-groups]
dev = ["tester"]
[tool.uv.sources]
local-part = { path = "part", editable = true }
[[tool.uv.index]]
url = "${index.url}"
default = true
`,
    }),
    poetry: await world.app({
      ...LOCAL,
      "pyproject.toml": `[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = "${python}"
site = { version = "*", extras = ["fast"] }
win-part = { version = "*", markers = "sys_platform == 'win32'" }
local-part = { path = "part", develop = true }
[tool.poetry.group.dev.dependencies]
tester = "*"
[[tool.poetry.source]]
name = "made"
url = "${index.url}"
`,
    }),
    pipenv: await world.app({
      ...LOCAL,
      Pipfile: `[[source]]
name = "made"
url = "${index.url}"
verify_ssl = false
[packages]
site = { version = "*", extras = ["fast"] }
win-part = { version = "==1.0", markers = "sys_platform == 'win32'" }
local-part = { path = "./part", editable = true }
[dev-packages]
tester = "*"
`,
    }),
  };
  const { path } = world.interpreter;
  const environments = join(world.root, "environments");
  const env = { WORKON_HOME: environments, POETRY_VIRTUALENVS_PATH: environments };
  await Promise.all([
    world.start(await world.tools.uv(), ["lock", "--quiet", "--python", path], apps.uv, env),
    world.start(await world.tools.poetry(), ["lock", "--no-interaction"], apps.poetry, env),
    world.start(await world.tools.pipenv(), ["lock", "--python", path], apps.pipenv, env),
  ]);
  for (const app of Object.values(apps)) await rm(join(app, "part/written-by-the-build"), { force: true });
}, 240_000);
afterAll(async () => {
  index.close();
  await world.remove();
});

/** Every file under a directory. */
async function listing(directory: string): Promise<string[]> {
  return (await readdir(directory, { recursive: true })).sort();
}

describe.each(["pip", "uv", "poetry", "pipenv"] as const)("%s", (manager) => {
  test("gives the distributions of the main group, for the target, and leaves the app's files as they were", async () => {
    const before = await listing(apps[manager]);
    const resolution = await world.resolve(apps[manager], manager);
    expect(summary(resolution)).toEqual([
      "base==1.0 base-1.0-cp38-abi3-manylinux_2_17_x86_64.whl",
      "fast-part==1.0 fast_part-1.0-py3-none-any.whl",
      "local-part==? directory",
      "needed==1.0 needed-1.0-py3-none-any.whl",
      "site==1.0 site-1.0-py3-none-any.whl",
    ]);
    expect(resolution.distributions.find(({ name }) => name === "local-part")?.source).toEqual({
      kind: "directory",
      path: "part",
      editable: true,
    });
    expect(resolution.packageManager).toBe(manager);
    expect(await listing(apps[manager])).toEqual(before);
  });

  test("names the file and the line of what the app itself requires", async () => {
    const { direct } = await world.resolve(apps[manager], manager);
    expect(direct.map(({ name, extras }) => [name, ...extras])).toEqual([["site", "fast"], ["local-part"]]);
    for (const { name, location } of direct) {
      const line = (await readFile(join(apps[manager], location.file), "utf8")).split("\n")[(location.line ?? 0) - 1];
      expect(line).toContain(name === "site" ? "site" : "part");
    }
  });

  test("is the same in another directory", async () => {
    const moved = await world.app({});
    await cp(apps[manager], moved, { recursive: true });
    const [here, there] = [await world.resolve(apps[manager], manager), await world.resolve(moved, manager)];
    expect({ ...there, pylock: "" }).toEqual({ ...here, pylock: "" });
  });
});

test.each([
  ["uv", "pyproject.toml", "uv lock"],
  ["poetry", "pyproject.toml", "poetry lock"],
  ["pipenv", "Pipfile", "pipenv lock"],
] as const)("%s: a lock that is out of date is refused, as on Heroku", async (manager, file, hint) => {
  const app = await world.app({});
  await cp(apps[manager], app, { recursive: true });
  const text = await readFile(join(app, file), "utf8");
  const more = text
    .replace('  "site[fast]",\n', '  "site[fast]",\n  "tester",\n')
    .replace("[packages]\n", '[packages]\ntester = "*"\n')
    .replace("[tool.poetry.dependencies]\n", '[tool.poetry.dependencies]\ntester = "*"\n');
  expect(more).not.toBe(text);
  await writeFile(join(app, file), more);
  expect(await world.refusal(app, manager)).toMatchObject({
    state: "invalid",
    step: "manifest",
    hint: expect.stringContaining(hint),
  });
});

test.each(["uv", "poetry"] as const)("%s: a locked wheel is found though its index is down", async (manager) => {
  // Nothing is fetched to read a lock; the local part, which is built to check uv's, is left out of it.
  const app = await world.app({});
  await cp(apps[manager], app, { recursive: true });
  const env = { UV_OFFLINE: "1", PIP_INDEX_URL: "http://127.0.0.1:9/simple" };
  expect(summary(await world.resolve(app, manager, { env }))).toHaveLength(5);
});

test("a lock for other Python versions is refused", async () => {
  for (const manager of ["uv", "poetry"] as const) {
    const target = { ...world.target, python: { full: "3.9.20", minor: "3.9" } };
    expect(await world.refusal(apps[manager], manager, { target, interpreter: null })).toMatchObject({
      state: "invalid",
    });
  }
});

test("uv: a project that the target's Python fits is not refused for the patch of the Python here", async () => {
  const { minor } = world.target.python;
  const python = { minor, full: `${minor}.200` };
  const app = await world.app({});
  await cp(apps.uv, app, { recursive: true });
  for (const name of ["pyproject.toml", "uv.lock"]) {
    const text = await readFile(join(app, name), "utf8");
    const changed = text.replace(/^requires-python = ".*"/m, `requires-python = ">=${minor}.199"`);
    expect(changed).not.toBe(text);
    await writeFile(join(app, name), changed);
  }
  const target = { ...world.target, python };
  expect((await world.resolve(app, "uv", { target })).distributions).toHaveLength(5);
  expect(await world.refusal(app, "uv")).toMatchObject({ state: "invalid", step: "resolve" });
  // Its lock is held against it all the same.
  const text = await readFile(join(app, "pyproject.toml"), "utf8");
  await writeFile(join(app, "pyproject.toml"), text.replace("dependencies = [", 'dependencies = ["tester", '));
  const stale = await world.refusal(app, "uv", { target });
  expect(stale).toMatchObject({ step: "manifest", message: expect.stringContaining("out of date") });
});

describe("credentials for a private index get into the lock, for the installer, and nowhere else", () => {
  const [user, password] = ["us&er", "hunter2/of@the-index"];
  const login = "us%26er:hunter2%2Fof%40the-index@";

  async function named(manager: "uv" | "poetry"): Promise<string> {
    const app = await world.app({});
    await cp(apps[manager], app, { recursive: true });
    const file = join(app, "pyproject.toml");
    await writeFile(file, (await readFile(file, "utf8")).replace("[[tool.uv.index]]", '$&\nname = "ma-de"'));
    return app;
  }

  test.each([
    ["uv", { UV_INDEX_MA_DE_USERNAME: user, UV_INDEX_MA_DE_PASSWORD: password }],
    ["poetry", { POETRY_HTTP_BASIC_MADE_USERNAME: user, POETRY_HTTP_BASIC_MADE_PASSWORD: password }],
  ] as const)("from the variables of %s", async (manager, env) => {
    const { pylock, ...others } = await world.resolve(await named(manager), manager, { env });
    expect(pylock).toContain(`"http://${login}127.0.0.1:`);
    expect(JSON.stringify(others)).not.toContain("hunter2");
  });

  test("from the URL, for uv", async () => {
    const app = await named("uv");
    const file = join(app, "pyproject.toml");
    await writeFile(file, (await readFile(file, "utf8")).replace('url = "http://', `url = "http://${login}`));
    expect((await world.resolve(app, "uv")).pylock).toContain(`"http://${login}127.0.0.1:`);
  });

  test("from Poetry's own file", async () => {
    const config = await world.app({
      "auth.toml": `[http-basic.made]\nusername = "${user}"\npassword = "${password}"\n`,
    });
    const env = { POETRY_CONFIG_DIR: config };
    expect((await world.resolve(apps.poetry, "poetry", { env })).pylock).toContain(`"http://${login}127.0.0.1:`);
  });
});
