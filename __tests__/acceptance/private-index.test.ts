import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { attempt, emptyCache } from "../bad-input/support.js";
import { createWorld, make, serve, type Index, type World } from "../resolve/support.js";
import { commit, newRepository, temporary } from "../revisions/fixtures.js";
import { reportOf, type Files } from "./support.js";

const USER = "me";
const PASSWORD = "hunter2-of-the-index";

let world: World;
/** For those who log in. */
let index: Index;
beforeAll(async () => {
  world = await createWorld();
  const files = await make(world, [{ name: "lib", version: "1.0" }]);
  index = await serve(files, { credentials: `${USER}:${PASSWORD}` });
});
afterAll(async () => {
  index.close();
  await world.remove();
});

/** A PATH on which `keyring` has one password. */
function keyring(service: string): string {
  const directory = temporary();
  const program = join(directory, "keyring");
  const answers = [
    `"get ${service} ${USER}") echo '${PASSWORD}' ;;`,
    `"--mode=creds --output=json get ${service} ${USER}") echo '${JSON.stringify({ username: USER, password: PASSWORD })}' ;;`,
  ];
  writeFileSync(program, `#!/bin/sh\ncase "$*" in\n${answers.join("\n")}\n*) exit 1 ;;\nesac\n`);
  chmodSync(program, 0o755);
  return `${directory}:${process.env.PATH ?? ""}`;
}

function config(name: string, text: string): string {
  const directory = temporary();
  writeFileSync(join(directory, name), text, { mode: 0o600 });
  return directory;
}

const python = (): string => world.target.python.minor;

const UV_LOGIN = { UV_INDEX_OURS_USERNAME: USER, UV_INDEX_OURS_PASSWORD: PASSWORD };
const POETRY_LOGIN = (): Record<string, string> => ({ POETRY_CACHE_DIR: temporary(), ...POETRY_NAMES });
const POETRY_NAMES = { POETRY_HTTP_BASIC_OURS_USERNAME: USER, POETRY_HTTP_BASIC_OURS_PASSWORD: PASSWORD };

/** An app with the lock that its package manager makes. */
async function locked(
  lock: string,
  [command, ...args]: readonly [string, ...string[]],
  env: Record<string, string>,
  files: Record<string, string>,
): Promise<Files> {
  const app = await world.app(files);
  await world.start(command, args, app, env);
  return { ...files, [lock]: readFileSync(join(app, lock), "utf8") };
}

const project = (): string =>
  `[project]\nname = "site"\nversion = "1"\nrequires-python = ">=${python()}"\ndependencies = ["lib"]\n`;

const uvApp = async (): Promise<Files> =>
  locked("uv.lock", [await world.tools.uv(), "lock", "--quiet", "--python", world.interpreter.path], UV_LOGIN, {
    "pyproject.toml": project(),
    "uv.toml": `[[index]]\nname = "ours"\nurl = "${index.url}"\ndefault = true\n`,
  });

const poetryApp = async (): Promise<Files> =>
  locked("poetry.lock", [await world.tools.poetry(), "lock", "--no-interaction"], POETRY_LOGIN(), {
    "pyproject.toml": `[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = ">=${python()},<4"
lib = "*"
[[tool.poetry.source]]
name = "ours"
url = "${index.url}"
`,
  });

const pipApp = (user = ""): Files => ({
  "requirements.txt": `--index-url ${index.url.replace("://", `://${user}`)}\nlib\n`,
});

test.each<[string, () => Files | Promise<Files>, () => Record<string, string>]>([
  [
    "pip, from a netrc file",
    () => pipApp(),
    () => ({ NETRC: join(config("netrc", `machine 127.0.0.1 login ${USER} password ${PASSWORD}\n`), "netrc") }),
  ],
  [
    "pip, from the keyring",
    () => pipApp(`${USER}@`),
    () => ({ PIP_KEYRING_PROVIDER: "subprocess", PATH: keyring(new URL(index.url).host) }),
  ],
  ["uv, whose index is in uv.toml, from variables", uvApp, () => UV_LOGIN],
  [
    "Poetry, the name from its file and the password from the keyring",
    poetryApp,
    () => ({
      POETRY_CACHE_DIR: temporary(),
      POETRY_CONFIG_DIR: config("auth.toml", `[http-basic.ours]\nusername = "${USER}"\n`),
      PATH: keyring("poetry-repository-ours"),
    }),
  ],
])("a private index is asked with the credentials of %s, which are not shown", async (_, app, env) => {
  const repository = newRepository();
  commit(repository, { ".python-version": `${python()}\n`, ...(await app()) });
  const cache = emptyCache();
  const args = ["weigh", "--repo", repository, "--cache-dir", cache, "--format", "json"];
  // Whoever has no credentials is told so; what was found out by then does not stand in the way of who has them.
  const without = await attempt(args, { NETRC: "/nonexistent", POETRY_CACHE_DIR: temporary() });
  expect(without.status).toBe(2);
  expect(reportOf(without).head.problem?.message).toMatch(/refused access/);

  const variables = env();
  const ran = await attempt(args, variables);
  const { head } = reportOf(ran);
  expect(head.problem).toBeNull();
  expect(head.layers.map(({ name }) => name)).toContain("lib");
  expect(ran.stdout + ran.stderr).not.toContain(PASSWORD);
});
