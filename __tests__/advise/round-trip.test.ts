import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { join } from "node:path";
import { UNCLEAR } from "../../src/advise/lines/edited.js";
import { changedFiles } from "../../src/advise/lines/lines.js";
import { NO_CHANGE, type ManifestChange } from "../../src/model/advice.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { createWorld, make, serve, type Index, type World } from "../resolve/support.js";
import { directOf } from "./manifest.js";

let world: World;
/** What is on PyPI, and PyTorch's index of CPU builds, as far as these tests go. */
let main: Index, cpu: Index;

beforeAll(async () => {
  world = await createWorld();
  main = await serve(
    await make(world, [
      { name: "xgboost", version: "3.4.1", requires: ["nvidia-nccl-cu13"] },
      { name: "xgboost", version: "3.4.2", requires: ["nvidia-nccl-cu13"] },
      { name: "xgboost-cpu", version: "3.4.1" },
      { name: "xgboost-cpu", version: "3.4.2" },
      { name: "torch", version: "2.9.0", requires: ["nvidia-cublas"] },
      { name: "embed", version: "1.0", requires: ["torch>=2"] },
      { name: "tensorflow-cpu", version: "2.21.0", requires: ["libclang"] },
      ...["nvidia-nccl-cu13", "nvidia-cublas", "libclang"].map((name) => ({ name, version: "1.0" })),
    ]),
  );
  cpu = await serve(await make(world, [{ name: "torch", version: "2.9.0+cpu" }]));
}, 120_000);

afterAll(async () => {
  main.close();
  cpu.close();
  await world.remove();
});

const FILES = { pip: "requirements.txt", uv: "pyproject.toml", poetry: "pyproject.toml", pipenv: "Pipfile" } as const;

type Form = PackageManagerName | "poetry 1";

/** A manifest that requires names from the index above, one in each row. */
function manifest(form: Form, names: readonly string[]): string {
  const python = `>=${world.target.python.minor},<3.15`;
  const project = ["[project]", 'name = "app"', 'version = "0"', `requires-python = "${python}"`];
  const list = ["dependencies = [", ...names.map((name) => `  "${name}",`), "]", ""];
  const table = names.map((name) => `${name} = "*"`);
  const source = ["", "[[tool.poetry.source]]", 'name = "made"', `url = "${main.url}"`];
  const lines = {
    pip: [`--index-url ${main.url}`, ...names],
    uv: [...project, ...list, "[[tool.uv.index]]", `url = "${main.url}"`, "default = true"],
    poetry: [...project, ...list, "[tool.poetry]", "package-mode = false", ...source],
    "poetry 1": [
      ...["[tool.poetry]", "package-mode = false", "", "[tool.poetry.dependencies]", `python = "${python}"`],
      ...[...table, ...source],
    ],
    pipenv: ["[[source]]", 'name = "made"', `url = "${main.url}"`, "verify_ssl = false", "", "[packages]", ...table],
  };
  return [...lines[form], ""].join("\n");
}

/** Makes a change in a manifest, runs the command that goes with it, and reads what the app gets then. */
async function after(
  manager: PackageManagerName,
  text: string,
  change: Partial<ManifestChange>,
): Promise<readonly string[]> {
  const file = FILES[manager];
  const edited = changedFiles({ ...NO_CHANGE, ...change }, manager, directOf(file, text), new Map([[file, text]]));
  if (edited === UNCLEAR || !edited.possible) throw new Error(`nothing to apply: ${JSON.stringify(edited)}`);
  // The index of these tests has no certificate.
  const changed = (edited.texts.get(file) ?? text).replaceAll("verify_ssl = true", "verify_ssl = false");
  const app = await world.app({ [file]: changed });
  const [program, ...args] = edited.command?.split(" ") ?? [];
  if (manager !== "pip") {
    expect(program).toBe(manager);
    const environments = join(world.root, "environments");
    const env = { WORKON_HOME: environments, POETRY_VIRTUALENVS_PATH: environments, UV_PYTHON: world.interpreter.path };
    const python = manager === "pipenv" ? ["--python", world.interpreter.path] : [];
    await world.start(await world.tools[manager](), [...args, ...python], app, env);
  }
  const { distributions } = await world.resolve(app, manager);
  return distributions.map(({ name, version }) => `${name}==${version ?? "?"}`);
}

describe.each<[Form, PackageManagerName]>([
  ["pip", "pip"],
  ["uv", "uv"],
  ["poetry", "poetry"],
  ["poetry 1", "poetry"],
  ["pipenv", "pipenv"],
])("%s installs what was promised", (form, manager) => {
  test("where others take the place of what is there, one of them from an index that comes", async () => {
    const change = {
      without: ["xgboost", "torch"],
      with: ["xgboost-cpu==3.4.1", "torch==2.9.0+cpu"],
      indexes: [cpu.url],
    };
    const promised = ["embed==1.0", "torch==2.9.0+cpu", "xgboost-cpu==3.4.1"];
    expect(await after(manager, manifest(form, ["embed", "xgboost", "torch"]), change)).toEqual(promised);
  }, 120_000);

  test("where something else brings what is to come from an index", async () => {
    const change = { with: ["torch==2.9.0+cpu"], indexes: [cpu.url] };
    expect(await after(manager, manifest(form, ["embed"]), change)).toEqual(["embed==1.0", "torch==2.9.0+cpu"]);
  }, 120_000);
});

test("uv leaves out what something requires", async () => {
  const promised = ["nvidia-nccl-cu13==1.0", "tensorflow-cpu==2.21.0", "xgboost==3.4.2"];
  const text = manifest("uv", ["tensorflow-cpu", "xgboost"]);
  expect(await after("uv", text, { exclude: ["libclang"] })).toEqual(promised);
}, 120_000);

test("uv leaves out a name for the sake of another one with the same module", async () => {
  const change = { without: ["xgboost"], with: ["xgboost-cpu==3.4.1"], exclude: ["xgboost"] };
  expect(await after("uv", manifest("uv", ["xgboost"]), change)).toEqual(["xgboost-cpu==3.4.1"]);
}, 120_000);
