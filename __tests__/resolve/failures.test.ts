import { once } from "node:events";
import { symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SideError } from "../../src/errors.js";
import { allowed } from "../../src/sandbox/building.js";
import { createWorld, type Index, make, serve, summary, type World } from "./support.js";

const PASSWORD = "hunter2-of-the-index";

let world: World;
let index: Index;
let guarded: Index;
let garbage: Index;
/** A directory of wheels that is no app's. */
let elsewhere: string;

beforeAll(async () => {
  world = await createWorld();
  const files = await make(world, [
    { name: "lib", version: "1.0" },
    { name: "lib", version: "2.0" },
    { name: "wants-one", version: "1.0", requires: ["lib<2"] },
    { name: "stated", version: "1.0" },
    { name: "stated", version: "2.0", sdist: true },
    { name: "unstated", version: "1.0" },
    { name: "unstated", version: "2.0", sdist: true, dynamic: true },
    { name: "elsewhere", version: "1.0", tag: "cp38-abi3-win_amd64" },
  ]);
  elsewhere = files;
  index = await serve(files);
  guarded = await serve(files, { credentials: `user:${PASSWORD}` });
  garbage = await serve(files, { garbage: "<<<this is no index>>>" });
});
afterAll(async () => {
  for (const server of [index, guarded, garbage]) server.close();
  await world.remove();
});

/** An error as it is shown: one line, one hint, no path of this machine, no secret, the same in any directory. */
function shown(error: SideError): string {
  const text = [error.message, error.hint, ...error.details].join("\n");
  expect(error.message).toMatch(/^[^\n]+$/);
  expect(error.hint).toMatch(/^[^\n]+$/);
  expect(text).not.toContain(world.root);
  expect(text).not.toContain(PASSWORD);
  return text;
}

const requirements = (...lines: string[]): Promise<string> =>
  world.app({ "requirements.txt": [`--index-url ${index.url}`, ...lines, ""].join("\n") });

describe("a requirements file that pip can't read is invalid; the file and the line are named", () => {
  test.each<[string, Record<string, string>, string]>([
    ["a malformed requirement", { "requirements.txt": "lib\n\nlib=2\n" }, "requirements.txt:3:"],
    ["an unknown option", { "requirements.txt": "lib\n--colour red\n" }, "requirements.txt:2:"],
    ["a malformed marker", { "requirements.txt": "lib; python_version << '3'\n" }, "requirements.txt:1:"],
    ["a marker that says nothing", { "requirements.txt": "lib; 'a' in 'b'\n" }, "requirements.txt:1:"],
    [
      "a malformed line of a nested file",
      { "requirements.txt": "lib\n-r more/x.txt\n", "more/x.txt": "# x\nlib ==\n" },
      "more/x.txt:2:",
    ],
    [
      "a nested file that is not there",
      { "requirements.txt": "lib\n-r more/x.txt\n" },
      "requirements.txt:2: more/x.txt is not in the app.",
    ],
    ["a file that includes itself", { "requirements.txt": "-r requirements.txt\n" }, "requirements.txt"],
    ["a directory that is not there", { "requirements.txt": "lib\n-e ./gone\n" }, "requirements.txt:2:"],
    [
      "an editable constraint",
      { "requirements.txt": "-c c.txt\n", "c.txt": "-e git+https://example.org/x#egg=x\n" },
      "c.txt:1:",
    ],
  ])("%s", async (_, files, place) => {
    const error = await world.refusal(await world.app(files), "pip");
    expect(error).toMatchObject({ state: "invalid", step: "manifest" });
    expect(error.message).toContain(place);
    shown(error);
  });

  test("a lock file's own project file", async () => {
    const error = await world.refusal(
      await world.app({ "uv.lock": "", "pyproject.toml": "[project]\nname = \n" }),
      "uv",
    );
    expect(error).toMatchObject({
      state: "invalid",
      step: "manifest",
      message: expect.stringContaining("pyproject.toml:2"),
    });
    expect(await world.refusal(await world.app({ "poetry.lock": "" }), "poetry")).toMatchObject({ state: "invalid" });
  });
});

describe("what can't be had together is invalid; the lines that it is about are named", () => {
  test.each<[string, string[], string]>([
    ["a conflict", ["wants-one", "stated", "lib==2.0"], "requirements.txt:2, requirements.txt:4: "],
    ["a version that does not exist", ["stated", "lib==9"], "requirements.txt:3: "],
    ["a project that does not exist", ["# stated", "nobody-has-this"], "requirements.txt:3: "],
    ["no file for Linux", ["elsewhere"], "requirements.txt:2: "],
    ["a constraint", ["lib", "-c limits.txt"], "requirements.txt:2, limits.txt:2: "],
    [
      "many at once",
      ["lib==1", "lib>1", "lib>=1", "lib>=1.0", "lib!=1.0"],
      "requirements.txt:2, requirements.txt:3, requirements.txt:4 and 2 more: ",
    ],
    ["a file that is not there", ["stated", "./lib-9.0-py3-none-any.whl"], "requirements.txt:3: "],
  ])("%s", async (_, lines, places) => {
    const app = await requirements(...lines);
    await writeFile(join(app, "limits.txt"), "stated\nlib>8\n");
    const error = await world.refusal(app, "pip");
    expect(error).toMatchObject({ state: "invalid", step: "resolve" });
    expect(error.message.slice(0, places.length)).toBe(places);
    shown(error);
  });
});

describe("what lies outside of the app is not on Heroku", () => {
  test.each([
    "%s",
    "x @ file://%s",
    "linked/lib-1.0-py3-none-any.whl",
    "../files/lib-1.0-py3-none-any.whl",
    "-e ../own",
  ])("%s", async (line) => {
    const written = line.replace("%s", join(elsewhere, "lib-1.0-py3-none-any.whl"));
    const app = await requirements("stated", written);
    await symlink(elsewhere, join(app, "linked"));
    const error = await world.refusal(app, "pip");
    expect(error).toMatchObject({ state: "invalid", step: "manifest" });
    expect(error.message).toMatch(/^requirements\.txt:3: \S+ is not in the app, and so not on Heroku\.$/);
  });

  test("nor what a lock file names there", async () => {
    const project = [
      '[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.10"\ndependencies = ["lib"]',
      '[tool.uv.sources]\nlib = { path = "linked/lib-1.0-py3-none-any.whl" }\n',
    ];
    const app = await world.app({ "pyproject.toml": project.join("\n") });
    await symlink(elsewhere, join(app, "linked"));
    await world.start(await world.tools.uv(), ["lock", "--python", world.interpreter.path], app);
    const error = await world.refusal(app, "uv");
    expect(error).toMatchObject({ state: "invalid", message: expect.stringMatching(/^lib is taken from outside/) });
  });
});

describe("what the world does is unweighable", () => {
  const env = { UV_HTTP_RETRIES: "0" };

  test("an index that is down", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const app = await world.app({
      "requirements.txt": `--index-url http://user:${PASSWORD}@127.0.0.1:${port}/simple\nlib\n`,
    });
    const error = await world.refusal(app, "pip", { env });
    expect(error).toMatchObject({ state: "unweighable", step: "resolve", message: expect.stringContaining("reached") });
    shown(error);
  });

  test("a nested file that can't be fetched", async () => {
    for (const address of [index.file("not-there.txt"), "http://127.0.0.1:9/x.txt"]) {
      const error = await world.refusal(await requirements("lib", `-r ${address}`), "pip");
      expect(error).toMatchObject({ state: "unweighable", message: expect.stringContaining("requirements.txt:3") });
      shown(error);
    }
  });

  test("an index that answers with something else", async () => {
    const app = await world.app({ "requirements.txt": `--index-url ${garbage.url}\nlib\n` });
    const error = await world.refusal(app, "pip", { env });
    expect(error).toMatchObject({ state: "unweighable", step: "resolve" });
    shown(error);
  });

  test("an index that refuses access", async () => {
    for (const user of ["", "user:wrong-password@"]) {
      const url = guarded.url.replace("//", `//${user}`);
      const error = await world.refusal(await world.app({ "requirements.txt": `--index-url ${url}\nlib\n` }), "pip", {
        env,
      });
      expect(error).toMatchObject({ state: "unweighable", message: expect.stringContaining("access") });
      expect(shown(error)).not.toContain("wrong-password");
      // Another index has it; that is not what Heroku would install.
      const beside = `--index-url ${index.url}\n--extra-index-url ${url}\nlib\n`;
      const second = await world.refusal(await world.app({ "requirements.txt": beside }), "pip", { env });
      expect(second).toMatchObject({ state: "unweighable", message: error.message });
    }
  });

  test("a repository that is not there", async () => {
    const error = await world.refusal(await requirements("lib @ git+file:///nobody/has/this.git"), "pip", { env });
    expect(error).toMatchObject({ state: "unweighable", step: "resolve" });
    shown(error);
  });

  test("a wheel that is none", async () => {
    const app = await world.app({
      "requirements.txt": "--no-index\n--find-links wheels\nlib\n",
      "wheels/lib-3.0-py3-none-any.whl": "no archive",
    });
    const error = await world.refusal(app, "pip");
    expect(error).toMatchObject({ state: "unweighable", message: expect.stringContaining("wheel of lib is damaged") });
    shown(error);
  });

  test("a build that fails", async () => {
    const error = await world.refusal(await requirements("unstated"), "pip");
    expect(error).toMatchObject({ state: "unweighable", message: expect.stringContaining("unstated") });
    expect(shown(error)).toContain("this build always fails");
  });
});

describe("where nothing may be built, a newer source archive is not passed over for an older wheel", () => {
  test.each(["stated", "unstated"])("%s metadata", async (name) => {
    for (const change of [{ building: allowed("never", { kind: "here" }) }, { interpreter: null }] as const) {
      const error = await world.refusal(await requirements(name), "pip", change);
      expect(error).toMatchObject({ state: "unweighable", message: expect.stringContaining(name) });
      expect(shown(error)).not.toContain("this build always fails");
    }
  });

  test("what has wheels is resolved without the target's Python", async () => {
    const [minor, full] = ["3.14", "3.14.7"];
    const target = { ...world.target, python: { minor, full } };
    const resolution = await world.resolve(await requirements("wants-one"), "pip", { interpreter: null, target });
    expect(summary(resolution)).toHaveLength(2);
  });
});

test("credentials are in the lock, for the installer, and nowhere else", async () => {
  const url = guarded.url.replace("//", `//user:${PASSWORD}@`);
  for (const [lines, env] of [
    [`--index-url ${url}\nlib\n`, {}],
    [`lib @ ${guarded.file("lib-1.0-py3-none-any.whl").replace("//", `//user:${PASSWORD}@`)}\n`, {}],
    ["lib\n", { PIP_INDEX_URL: index.url, PIP_EXTRA_INDEX_URL: url }],
  ] as const) {
    const { pylock, ...resolution } = await world.resolve(await world.app({ "requirements.txt": lines }), "pip", {
      env,
    });
    expect(resolution.distributions).toHaveLength(1);
    expect(JSON.stringify(resolution)).not.toContain(PASSWORD);
    expect(pylock).toContain(`user:${PASSWORD}@`);
  }
});

test("a repository is resolved to its commit; an editable one is kept as such", async () => {
  const origin = await world.app({
    "pyproject.toml": '[project]\nname = "mine"\nversion = "1.0"\ndependencies = ["lib"]\n',
  });
  const git = (...args: string[]) =>
    world.start("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], origin);
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "first");
  const commit = (await git("rev-parse", "HEAD")).stdout.toString().trim();
  for (const [line, editable] of [
    [`-e git+file://${origin}#egg=mine`, true],
    [`mine @ git+file://${origin}`, false],
    [`git+file://${origin}@${commit}`, false],
  ] as const) {
    const { distributions, direct } = await world.resolve(await requirements(line), "pip");
    expect(distributions.map(({ name }) => name)).toEqual(["lib", "mine"]);
    expect(distributions[1]?.source).toMatchObject({ kind: "vcs", commit, editable });
    expect(direct).toEqual([{ name: "mine", extras: [], location: { file: "requirements.txt", line: 2 } }]);
  }
});
