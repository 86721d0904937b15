import { createServer } from "node:http";
import { once } from "node:events";
import { chmodSync, symlinkSync, truncateSync } from "node:fs";
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { reportOf } from "../acceptance/support.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";
import { createWorld, make, serve, type Index, type World } from "../resolve/support.js";
import { attempt, emptyCache, PYTHON, unweighed } from "./support.js";

const PASSWORD = "hunter2-of-the-archive";

type Files = Readonly<Record<string, string | Buffer>>;

function repositoryOf(files: Files, links: Readonly<Record<string, string>> = {}): string {
  const repository = newRepository();
  commit(repository, { ...PYTHON, ...files });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(repository, path));
  commit(repository, {});
  return repository;
}

describe("files that no build could use are invalid, and named", () => {
  const project = '[project]\nname = "site"\nversion = "1"\n';
  test.each<[string, Files, RegExp]>([
    ["two package managers", { "requirements.txt": "", "uv.lock": "" }, /requirements\.txt, uv\.lock/],
    ["a project without a lock", { "pyproject.toml": project }, /no lock file/],
    ["a lock without its project", { "uv.lock": "version = 1" }, /no pyproject\.toml/],
    ["a directory for a file", { "requirements.txt/x": "", "setup.py": "" }, /no package manager's file/],
    [
      "hidden by .slugignore",
      { "requirements.txt": "", ".slugignore": "*.txt" },
      /\.slugignore leaves requirements\.txt out/,
    ],
    ["a malformed requirement", { "requirements.txt": "\nsix==\n" }, /^requirements\.txt:2: /],
    [
      "bytes that are no text",
      { "requirements.txt": Buffer.from("six # caf\xe9", "latin1") },
      /^requirements\.txt: This is not UTF-8/,
    ],
    [
      "an index without an address",
      { "requirements.txt": "six\n--index-url not a url\n" },
      /^requirements\.txt:2: "not" is no address/,
    ],
    [
      "a project of nothing",
      { "requirements.txt": "six\n-e .\n" },
      /^requirements\.txt:2: A directory .* neither pyproject/,
    ],
    [
      "a project that Poetry refuses",
      { "poetry.lock": "", "pyproject.toml": "[tool.poetry]\n" },
      /^Poetry can't use pyproject/,
    ],
    ["a NUL", { "requirements.txt": "six\0\n" }, /^requirements\.txt:1: /],
    ["a Python that does not exist", { "requirements.txt": "", ".python-version": "3.99" }, /3\.99/],
    ["no Python version", { "requirements.txt": "", ".python-version": "\u001b[31m" }, /does not hold a Python/],
    [
      "a broken project file",
      { "requirements.txt": "", "pyproject.toml": "[project\n" },
      /pyproject\.toml is not TOML/,
    ],
    ["an unknown key", { "requirements.txt": "", "slugdiff.toml": 'limitt = "1M"' }, /unknown key: "limitt"/],
    ["an inherited key", { "requirements.txt": "", "slugdiff.toml": 'constructor = "1M"' }, /unknown key/],
    ["a broken uv.lock", { "uv.lock": "version = 1\n[[[\n", "pyproject.toml": project }, /^uv\.lock:2: /],
    ["a broken poetry.lock", { "poetry.lock": "a = 1\n\0", "pyproject.toml": project }, /^poetry\.lock:2: /],
    ["a broken Pipfile.lock", { "Pipfile.lock": "\xff\0", Pipfile: "" }, /Pipfile\.lock is not a JSON object/],
    ["a Pipfile.lock of another shape", { "Pipfile.lock": "[]", Pipfile: "" }, /Pipfile\.lock is not a JSON object/],
    [
      "a directory for a project",
      { "uv.lock": "version = 1", "pyproject.toml/x": "" },
      /pyproject\.toml can't be read/,
    ],
  ])("%s", async (_, files, words) => {
    const { problem, state } = await unweighed(repositoryOf(files));
    expect(state).toBe("invalid");
    expect(problem.message).toMatch(words);
  });

  test("a link to nothing", async () => {
    const { problem, state } = await unweighed(repositoryOf({}, { "requirements.txt": "gone.txt" }));
    expect(state).toBe("invalid");
    expect(problem.message).toBe("requirements.txt: This is a link to what is not there.");
  });

  test("a configuration that can't be used is headed as such", async () => {
    const repository = repositoryOf({ "requirements.txt": "", "slugdiff.toml": 'limitt = "1M"' });
    const { problem } = await unweighed(repository);
    expect(problem.step).toBe("configuration");
    const ran = await attempt(["weigh", "--repo", repository, "--cache-dir", emptyCache()]);
    expect(ran.stdout).toMatch(/the head could not be weighed, as its configuration can't be used/i);
  });

  test("a path that Git itself does not check out, also where it is the base's", async () => {
    const repository = repositoryOf({ "requirements.txt": "" });
    const blob = git(repository, ["hash-object", "-w", "--stdin"], "x");
    const inner = git(repository, ["mktree"], `100644 blob ${blob}\tconfig\n`);
    const tree = git(repository, ["mktree"], `${git(repository, ["ls-tree", "HEAD"])}\n040000 tree ${inner}\t.git\n`);
    const hostile = git(repository, ["commit-tree", tree, "-m", "x"]);
    const { problem, state } = await unweighed(repository, [hostile]);
    expect({ state, step: problem.step }).toEqual({ state: "invalid", step: "revision" });
    git(repository, ["checkout", "-q", "--orphan", "other"]);
    commit(repository, { "uv.lock": "" });
    const args = ["compare", "--repo", repository, "--base", hostile, "--cache-dir", emptyCache()];
    const report = reportOf(await attempt([...args, "--format", "json"]));
    expect([report.base.state, report.base.problem?.step]).toEqual(["invalid", "revision"]);
  });
});

test("a damaged object of the repository is named", async () => {
  const repository = repositoryOf({ "requirements.txt": "", "model.bin": randomBytes(300_000) });
  const id = git(repository, ["rev-parse", "HEAD:model.bin"]);
  const file = join(repository, ".git/objects", id.slice(0, 2), id.slice(2));
  chmodSync(file, 0o644);
  truncateSync(file, 5000);
  const { problem, state } = await unweighed(repository);
  expect(state).toBe("unweighable");
  expect(problem).toMatchObject({ step: "revision", message: expect.stringContaining("model.bin") });
});

describe("nothing outside of the app is read, nor shown", () => {
  test.each<[string, Files, Record<string, string>]>([
    ["a link to another file", {}, { "requirements.txt": "/etc/passwd" }],
    ["another file, included", { "requirements.txt": "-r /etc/passwd\n" }, {}],
    ["another file, as a constraint", { "requirements.txt": "-c ../../../../../../../etc/passwd\n" }, {}],
    ["another file, by its address", { "requirements.txt": "-r file:///etc/passwd\n" }, {}],
    ["the environment", { "requirements.txt": "-r /proc/self/environ\n" }, {}],
    ["a link, as a project", { "uv.lock": "version = 1" }, { "pyproject.toml": "/proc/self/environ" }],
    ["a link, as a Pipfile.lock", { Pipfile: "" }, { "Pipfile.lock": "/proc/self/environ" }],
    ["a link, as a poetry.lock", { "pyproject.toml": "" }, { "poetry.lock": "/etc/passwd" }],
  ])("%s", async (_, files, links) => {
    const marked = { SLUGDIFF_TEST_MARK: "a-value-of-the-environment" };
    const { problem, state, shown } = await unweighed(repositoryOf(files, links), [], marked);
    expect(state).toBe("invalid");
    expect(problem.message).toMatch(/not in the app|out of the app/);
    expect(shown).not.toMatch(/root:|a-value-of-the-environment|PATH=/);
  });
});

describe("an index", () => {
  let world: World;
  const servers: Index[] = [];
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await world.remove();
  });

  async function requiring(options: Parameters<typeof serve>[1], ...lines: string[]): Promise<string> {
    const files = await make(world, [
      { name: "lib", version: "1.0" },
      { name: "lib", version: "2.0", tag: "cp38-abi3-win_amd64" },
    ]);
    const server = await serve(files, options);
    servers.push(server);
    return repositoryOf({ "requirements.txt": [`--index-url ${server.url}`, ...lines, ""].join("\n") });
  }

  test.each<[string, Parameters<typeof serve>[1], string, string, RegExp]>([
    ["that answers with garbage", { garbage: "<<<" }, "lib", "unweighable", /./],
    ["without that version", {}, "lib==3", "invalid", /can't be satisfied/],
    ["whose version is yanked", { yanked: ["lib-1.0-py3-none-any.whl"] }, "lib<2", "invalid", /can't be satisfied/],
    ["with nothing for the target", {}, "lib==2.0", "invalid", /can't be satisfied/],
    ["with another hash", {}, `lib==1.0 --hash=sha256:${"0".repeat(64)}`, "invalid", /hash/],
    ["that refuses access", { credentials: `user:${PASSWORD}` }, "lib", "unweighable", /refused access/],
  ])("%s", async (_, options, line, state, words) => {
    const found = await unweighed(await requiring(options, line));
    expect(found.state).toBe(state);
    expect(found.problem.message).toMatch(words);
  });

  test("that is down, with a password in its address", async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const repository = repositoryOf({ "requirements.txt": "lib\n" });
    const url = `http://user:${PASSWORD}@127.0.0.1:${port}/simple`;
    const { problem, state, shown } = await unweighed(repository, [], { PIP_INDEX_URL: url });
    expect(state).toBe("unweighable");
    expect(problem.message).toMatch(/could not be reached/);
    expect(shown).not.toContain(PASSWORD);
  });

  test("a runtime archive is asked for with its address's credentials, which are not shown", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(404).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const url = `http://user:${PASSWORD}@127.0.0.1:${port}/python.tar.zst?X-Amz-Signature=${PASSWORD}`;
    try {
      const { problem, shown } = await unweighed(repositoryOf({ "requirements.txt": "" }), ["--runtime-archive", url]);
      expect(problem.message).toMatch(/answers 404/);
      expect(asked).toEqual([`Basic ${Buffer.from(`user:${PASSWORD}`).toString("base64")}`]);
      expect(shown).not.toContain(PASSWORD);
    } finally {
      server.close();
    }
  });
});
