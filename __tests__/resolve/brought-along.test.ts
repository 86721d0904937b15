import { existsSync } from "node:fs";
import { chmod, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createWorld, make, serve, type Index, type World } from "./support.js";

let world: World;
let index: Index;
beforeAll(async () => {
  world = await createWorld();
  index = await serve(await make(world, [{ name: "base", version: "1.0" }]));
});
afterAll(async () => {
  index.close();
  await world.remove();
});

/** `pyproject.toml` and `Pipfile` of an app that requires one distribution. */
function manifests(): Record<string, string> {
  const project = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["base"]\n`;
  const poetry = `[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "made"\nurl = "${index.url}"\n`;
  return {
    "pyproject.toml": `${project}${poetry}[[tool.uv.index]]\nurl = "${index.url}"\ndefault = true\n`,
    Pipfile: `[[source]]\nname = "made"\nurl = "${index.url}"\nverify_ssl = false\n[packages]\nbase = "*"\n`,
  };
}

/** Files of an app that would run a program of its own, if a tool let them. */
function traps(trace: string): Record<string, string> {
  const python = `#!/bin/sh\necho ran >>'${trace}'\nexec '${world.interpreter.path}' "$@"\n`;
  const minor = world.target.python.minor;
  const info = ".poetry/plugins/brought-1.0.dist-info";
  return {
    ".venv/bin/python": python,
    ".venv/bin/python3": python,
    ".venv/bin/activate": "",
    ".venv/pyvenv.cfg": `home = ${join(world.interpreter.path, "..")}\nversion_info = ${world.interpreter.version}\nuv = 0.1\n`,
    [`.venv/lib/python${minor}/site-packages/sitecustomize.py`]: `open('${trace}', 'a').write('ran')\n`,
    "poetry.toml": `[virtualenvs]\nin-project = true\ncreate = true\n`,
    ".poetry/plugins/brought.py": `open('${trace}', 'a').write('ran')\n`,
    [`${info}/METADATA`]: "Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n",
    [`${info}/entry_points.txt`]: "[poetry.application.plugin]\nbrought = brought:Plugin\n",
  };
}

test.each(["uv", "poetry", "pipenv"] as const)("%s runs nothing that the app brings along", async (manager) => {
  const trace = join(world.root, `${manager}-trace`);
  const { Pipfile = "", ...project } = manifests();
  const app = await world.app({ ...traps(trace), ...(manager === "pipenv" ? { Pipfile } : project) });
  // Locked where there is nothing to fall for.
  const plain = await world.app(manifests());
  const lock = {
    uv: ["uv.lock", ["lock"]],
    poetry: ["poetry.lock", ["lock"]],
    pipenv: ["Pipfile.lock", ["lock"]],
  } as const;
  const [file, args] = lock[manager];
  const env = { POETRY_VIRTUALENVS_CREATE: "false", PIPENV_IGNORE_VIRTUALENVS: "1", WORKON_HOME: world.root };
  await world.start(await world.tools[manager](), args, plain, env);
  await copyFile(join(plain, file), join(app, file));
  for (const name of ["python", "python3"]) await chmod(join(app, ".venv/bin", name), 0o755);

  expect((await world.resolve(app, manager)).distributions).toMatchObject([{ name: "base" }]);
  expect(existsSync(trace)).toBe(false);
});
