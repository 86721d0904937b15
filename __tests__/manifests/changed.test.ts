import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { changed } from "../../src/manifests/changed.js";
import { NO_CHANGE, type ManifestChange } from "../../src/model/advice.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import { manifestOf } from "../../src/resolve/resolve.js";
import { createWorld, type Index, make, serve, summary, type World } from "../resolve/support.js";

let world: World;
/** Stands for PyPI: it has a newer version of everything. */
let pypi: Index;
/** The app's own. */
let ours: Index;
/** That the app takes one requirement from. */
let other: Index;

beforeAll(async () => {
  world = await createWorld();
  const names = ["site", "base", "swap", "lib", "lib-cpu"];
  const of = async (version: string, own: readonly string[]): Promise<Index> =>
    serve(
      await make(
        world,
        own.map((name) => ({ name, version, requires: name === "swap" || name === "site" ? ["base"] : [] })),
      ),
    );
  pypi = await of("2.0", names);
  ours = await of("1.0", ["site", "base", "swap"]);
  other = await of("1.1", ["lib", "lib-cpu"]);
}, 240_000);
afterAll(async () => {
  for (const index of [pypi, ours, other]) index.close();
  await world.remove();
});

const POETRY = (sources: string, lib: string): string => `[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = ">=${world.target.python.minor},<4"
site = "*"
${lib}
${sources}`;

const UV = (indexes: string, lib: string): string => `[project]
name = "app"
version = "0"
requires-python = ">=${world.target.python.minor}"
dependencies = ["site"${lib === "" ? "" : ', "lib"'}]
${lib}
${indexes}`;

/** An app that has `site` from its own index; with `lib` from another one, if the package manager can say so. */
const APPS: Readonly<Record<PackageManagerName, (withLib: boolean) => Record<string, string>>> = {
  pip: () => ({ "requirements.txt": `--index-url ${ours.url}\nsite\n` }),
  uv: (withLib) => ({
    "pyproject.toml": UV(
      [
        ...[`[[tool.uv.index]]`, `url = "${ours.url}"`, `default = true`],
        ...(withLib ? ["[[tool.uv.index]]", 'name = "other"', `url = "${other.url}"`, "explicit = true"] : []),
      ].join("\n"),
      withLib ? '[tool.uv.sources]\nlib = { index = "other" }' : "",
    ),
  }),
  poetry: (withLib) => ({
    "pyproject.toml": POETRY(
      [
        ...["[[tool.poetry.source]]", 'name = "ours"', `url = "${ours.url}"`],
        ...(withLib
          ? ["[[tool.poetry.source]]", 'name = "other"', `url = "${other.url}"`, 'priority = "explicit"']
          : []),
      ].join("\n"),
      withLib ? 'lib = { version = "*", source = "other" }' : "",
    ),
  }),
  pipenv: (withLib) => ({
    Pipfile: [
      ...["[[source]]", 'name = "ours"', `url = "${ours.url}"`, "verify_ssl = false"],
      ...(withLib ? ["[[source]]", 'name = "other"', `url = "${other.url}"`, "verify_ssl = false"] : []),
      ...["[packages]", 'site = "*"', ...(withLib ? ['lib = { version = "*", index = "other" }'] : [])],
    ].join("\n"),
  }),
};

/** An app with the lock that its package manager makes. */
async function locked(manager: PackageManagerName, withLib: boolean): Promise<string> {
  const app = await world.app(APPS[manager](withLib));
  const { path } = world.interpreter;
  const env = { WORKON_HOME: world.root, POETRY_VIRTUALENVS_PATH: world.root };
  if (manager === "uv") await world.start(await world.tools.uv(), ["lock", "--quiet", "--python", path], app, env);
  if (manager === "poetry") await world.start(await world.tools.poetry(), ["lock", "--no-interaction"], app, env);
  if (manager === "pipenv") await world.start(await world.tools.pipenv(), ["lock", "--python", path], app, env);
  return app;
}

interface Tried {
  readonly resolved: string[];
  /** The names that each index was asked for. */
  readonly asked: Readonly<Record<"pypi" | "ours" | "other", string[]>>;
}

/** What an app would get with a change, and who is asked for what on the way. */
async function whatIf(app: string, manager: PackageManagerName, change: Partial<ManifestChange>): Promise<Tried> {
  const env = { PIP_INDEX_URL: pypi.url };
  const current = await world.resolve(app, manager, { env });
  for (const index of [pypi, ours, other]) index.asked();
  const manifest = changed(current, manifestOf(manager), { ...NO_CHANGE, ...change }, manager);
  const resolution = await world.resolve(app, manager, { env, manifest });
  return {
    resolved: summary(resolution).map((each) => each.split(" ", 1)[0] ?? ""),
    asked: { pypi: pypi.asked(), ours: ours.asked(), other: other.asked() },
  };
}

const SWAP = { without: ["site"], with: ["swap"] };

describe.each(PACKAGE_MANAGERS)("with %s, a what-if asks for nothing beside the app's indexes", (manager) => {
  test("of which one stands in the place of PyPI", async () => {
    expect(await whatIf(await locked(manager, false), manager, SWAP)).toEqual({
      resolved: ["base==1.0", "swap==1.0"],
      // Of a requirements file it is found out first whether its indexes let us in.
      asked: { pypi: [], ours: ["base", ...(manager === "pip" ? ["site"] : []), "swap"], other: [] },
    });
  });
});

describe.each(["uv", "poetry", "pipenv"] as const)("with %s, an index for one requirement", (manager) => {
  test("is asked for that alone, and no other for it", async () => {
    const app = await locked(manager, true);
    expect(await whatIf(app, manager, SWAP)).toEqual({
      resolved: ["base==1.0", "lib==1.1", "swap==1.0"],
      asked: { pypi: [], ours: ["base", "swap"], other: ["lib"] },
    });
    if (manager === "uv") return;
    // Whose line in the manifest keeps its index.
    expect(await whatIf(app, manager, { without: ["lib"], with: ["lib-cpu"] })).toEqual({
      resolved: ["base==1.0", "lib-cpu==1.1", "site==1.0"],
      asked: { pypi: [], ours: ["base", "site"], other: ["lib-cpu"] },
    });
  });

  test("that the change brings is asked for what it is brought for", async () => {
    const change = { without: ["site"], with: ["lib==1.1"], indexes: [other.url] };
    expect(await whatIf(await locked(manager, false), manager, change)).toEqual({
      resolved: ["lib==1.1"],
      asked: { pypi: [], ours: [], other: ["lib"] },
    });
  });
});

test("uv asks PyPI only for what no index before it has", async () => {
  const app = await world.app({ "pyproject.toml": UV(`[[tool.uv.index]]\nurl = "${ours.url}"`, "") });
  await world.start(await world.tools.uv(), ["lock", "--quiet", "--python", world.interpreter.path], app);
  expect(await whatIf(app, "uv", { ...SWAP, with: ["swap", "lib"] })).toEqual({
    resolved: ["base==1.0", "lib==2.0", "swap==1.0"],
    asked: { pypi: ["lib"], ours: ["base", "lib", "swap"], other: [] },
  });
});
