import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { z } from "zod";
import { run } from "../../src/system/run.js";
import { serve } from "../resolve/support.js";
import { dress, PERSONAS, undress } from "./personas.js";
import {
  createScene,
  listen,
  makeArchive,
  serveRepository,
  weighed,
  type Listener,
  type Persona,
  type Scene,
} from "./support.js";

let listener: Listener;
let scene: Scene | null;
let backend: string;
beforeAll(async () => {
  await dress();
  backend = await readFile(fileURLToPath(new URL("./plain_backend.py", import.meta.url)), "utf8");
});
afterAll(undress);
beforeEach(async () => {
  listener = await listen();
  scene = null;
});
afterEach(async () => {
  listener.close();
  await scene?.remove();
});

const PYPROJECT = `[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n`;

/** The files of a distribution in the app's own directory. */
function local(folder: string, name: string, requires: readonly string[] = []): Record<string, string> {
  return {
    [`${folder}/pyproject.toml`]: PYPROJECT,
    [`${folder}/backend.py`]: backend,
    [`${folder}/plan.json`]: JSON.stringify({ name, requires }),
  };
}

/** A scene whose app requires the lines, with archives to choose from. */
async function appOf(
  persona: Persona | undefined,
  lines: readonly string[],
  archives: Readonly<Record<string, object>>,
  files: Readonly<Record<string, string>> = {},
): Promise<Scene> {
  if (persona === undefined) throw new Error("nobody weighs");
  const made = await createScene(persona, listener.url, files);
  const directory = join(made.app, "files");
  for (const [name, plan] of Object.entries(archives)) {
    await makeArchive(directory, name, "plain_backend.py", { "plan.json": JSON.stringify({ name, ...plan }) });
  }
  await writeFile(join(made.app, "requirements.txt"), ["--no-index", "--find-links files", ...lines, ""].join("\n"));
  return made;
}

test("what is built in the sandbox is what would be built here", async () => {
  const [persona] = PERSONAS;
  scene = await appOf(
    persona,
    ["first[more]", "./own", "-e ./linked"],
    { first: { requires: ["second; extra == 'more'", "never; extra == 'less'"] }, second: {} },
    { ...local("own", "own"), ...local("linked", "linked") },
  );
  const [here, sandboxed] = [await weighed(scene, "here"), await weighed(scene)];
  expect(here).toMatchObject(["first", "linked", "own", "second"].map((name) => ({ name, version: "1.0" })));
  expect(sandboxed).toEqual(here);
});

test("a repository is built as it would be here, be it checked out into the slug or not", async () => {
  const [persona] = PERSONAS;
  scene = await appOf(persona, [], {});
  const plain = { "pyproject.toml": PYPROJECT, "backend.py": backend };
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) =>
      serveRepository(join(scene?.root ?? "", name), { ...plain, "plan.json": JSON.stringify({ name }) }),
    ),
  );
  try {
    const lines = ["--no-index", `git+${one?.url ?? ""}`, `-e git+${two?.url ?? ""}#egg=two`, ""];
    await writeFile(join(scene.app, "requirements.txt"), lines.join("\n"));
    const [here, sandboxed] = [await weighed(scene, "here"), await weighed(scene)].map((answer) => withoutGit(answer));
    expect(here).toMatchObject([{ name: "one" }, { name: "two" }]);
    expect(JSON.stringify(here)).toContain(".heroku/python/src/two/backend.py");
    expect(sandboxed).toEqual(here);
  } finally {
    one?.close();
    two?.close();
  }
});

/** Which objects of a repository a server packs together is its own affair. */
function withoutGit(answer: unknown): unknown {
  const parsed = z.array(z.object({ name: z.string(), files: z.array(z.tuple([z.string()]).rest(z.unknown())) }));
  return parsed
    .parse(answer)
    .map(({ name, files }) => ({ name, files: files.filter(([path]) => !path.includes("/.git/")) }));
}

test("what a uv project does not state is asked for in the sandbox", async () => {
  const [persona] = PERSONAS;
  scene = await appOf(
    persona,
    [],
    {},
    {
      "pyproject.toml": `${PYPROJECT}[project]\nname = "app"\ndynamic = ["version"]\nrequires-python = ">=3.10"\n`,
      "backend.py": backend,
      "plan.json": JSON.stringify({ name: "app" }),
      "uv.lock": `version = 1\nrevision = 3\nrequires-python = ">=3.10"\n\n[[package]]\nname = "app"\nsource = { editable = "." }\n`,
    },
  );
  await rm(join(scene.app, "requirements.txt"));
  const here = await weighed(scene, "here");
  expect(here).toEqual([]);
  expect(await weighed(scene)).toEqual(here);

  // Also where the project excludes the Python here, which then stands for the target's.
  const { stdout } = await run("python3", ["-V"], { env: scene.env, signal: new AbortController().signal });
  const version = stdout.toString("utf8").replace("Python ", "").trim();
  for (const name of ["pyproject.toml", "uv.lock"]) {
    const text = await readFile(join(scene.app, name), "utf8");
    await writeFile(join(scene.app, name), text.replace('">=3.10"', `">=3.10, !=${version}"`));
  }
  expect(await weighed(scene)).toMatchObject({ message: expect.stringContaining("exclude") });
  expect(await weighed({ ...scene, env: { ...scene.env, TEST_PATCH: "200" } })).toEqual(here);
});

test("what is to be had with credentials only can't be built, and is named", async () => {
  const [persona] = PERSONAS;
  const password = "pass-of-the-index";
  const stated = `Metadata-Version: 2.2\nName: stated\nVersion: 1.0\n`;
  scene = await appOf(persona, [], {});
  const directory = join(scene.root, "private");
  await makeArchive(directory, "unstated", "plain_backend.py", { "plan.json": `{"name": "unstated"}` });
  await makeArchive(directory, "stated", "plain_backend.py", { "plan.json": `{"name": "stated"}`, "PKG-INFO": stated });
  const index = await serve(directory, { credentials: `me:${password}` });
  try {
    const url = index.url.replace("//", `//me:${password}@`);
    for (const name of ["unstated", "stated"]) {
      await writeFile(join(scene.app, "requirements.txt"), `--index-url ${url}\n${name}\n`);
      const answer = await weighed(scene);
      expect(answer).toMatchObject({
        message: expect.stringMatching(new RegExp(`^${name} .*asks for credentials`)),
        hint: expect.stringContaining("Publish a wheel"),
      });
      expect(JSON.stringify(answer)).not.toContain(password);
    }
  } finally {
    index.close();
  }
});

test("a build that fails is named, with its last lines", async () => {
  const [persona] = PERSONAS;
  scene = await appOf(persona, ["broken"], { broken: { fails: "no such header" } });
  const answer = await weighed(scene);
  expect(answer).toMatchObject({ message: expect.stringContaining("broken") });
  expect(JSON.stringify(answer)).toContain("the compiler said: no such header");
  expect(JSON.stringify(answer)).not.toContain(scene.root);
});

test("where there is no sandbox nothing is built, and the distribution and the reason are named", async () => {
  const [persona] = PERSONAS;
  scene = await appOf(persona, ["first"], { first: {} });
  const tools = join(scene.root, "programs");
  await mkdir(tools);
  for (const name of ["git", "python3"]) await symlink(`/usr/bin/${name}`, join(tools, name));
  const answer = await weighed({ ...scene, env: { ...scene.env, PATH: tools } });
  expect(answer).toMatchObject({
    message: expect.stringMatching(/^No wheel of first exists for .*, and no sandbox .*\(unshare is not on PATH\)\.$/),
    hint: expect.stringContaining("GitHub-hosted"),
  });
});
