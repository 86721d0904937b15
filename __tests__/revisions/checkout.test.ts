import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { activities } from "../progress.js";
import { clone, commit, contents, git, newRepository, open, temporary } from "./fixtures.js";

/** The app at the top of `directory`'s HEAD, written to a new directory. */
async function checkOut(directory: string, app = ".") {
  const repository = await open(directory);
  const into = join(temporary(), "into");
  const found = await repository.checkOut(await repository.resolve("HEAD"), app, into);
  if (found === null) throw new Error("absent");
  return { ...found, into };
}

/** A commit of a tree that git would not make by itself: `mode type id path` in the order given. */
function commitTree(directory: string, entries: readonly (readonly [mode: string, name: string, id: string])[]): void {
  const content = entries.map(([mode, name, id]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`, "latin1"), Buffer.from(id, "hex")]),
  );
  const tree = git(directory, ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], Buffer.concat(content));
  git(directory, ["update-ref", "HEAD", git(directory, ["commit-tree", tree, "-m", "x"])]);
}

const blob = (directory: string, content: string) => git(directory, ["hash-object", "-w", "--stdin"], content);

describe("the bytes are git's, whatever the attributes say", () => {
  test("export-ignore, line ends, keywords and filters do not apply", async () => {
    const up = newRepository();
    const mark = join(temporary(), "ran");
    git(up, ["config", "filter.evil.smudge", `touch ${mark}; cat`]);
    commit(up, { "a.txt": "one\ntwo\n", "b.bin": "data", "c.txt": "$Id$\n" });
    commit(up, {
      ".gitattributes": "a.txt eol=crlf export-ignore\nb.bin filter=evil\nc.txt ident",
    });
    const { into } = await checkOut(up);
    expect(contents(into)).toMatchObject({ "a.txt": "one\ntwo\n", "b.bin": "data", "c.txt": "$Id$\n" });
    expect(existsSync(mark)).toBe(false);
  });

  test("executable bits, links, empty files and large ones are kept", async () => {
    const up = newRepository();
    const large = Buffer.from("0123456789abcdef".repeat(200_000));
    mkdirSync(join(up, "bin"));
    writeFileSync(join(up, "bin/run"), "#!");
    chmodSync(join(up, "bin/run"), 0o755);
    git(up, ["add", "-A"]);
    git(up, ["update-index", "--add", "--cacheinfo", `120000,${blob(up, "bin/run")},link`]);
    git(up, ["update-index", "--add", "--cacheinfo", `120000,${blob(up, "/nonexistent/x")},outside`]);
    git(up, ["commit", "-q", "-m", "links"]);
    git(up, ["reset", "-q", "--hard"]);
    commit(up, { empty: "", "large.bin": large, "z/last": "end" });
    const { into, entries } = await checkOut(clone(up, "--bare"));
    expect(entries).toEqual([
      { path: "bin", kind: "directory", size: 0, executable: false },
      { path: "bin/run", kind: "file", size: 2, executable: true },
      { path: "empty", kind: "file", size: 0, executable: false },
      { path: "large.bin", kind: "file", size: large.length, executable: false },
      { path: "link", kind: "symlink", size: 0, executable: false, linkTarget: "bin/run" },
      { path: "outside", kind: "symlink", size: 0, executable: false, linkTarget: "/nonexistent/x" },
      { path: "z", kind: "directory", size: 0, executable: false },
      { path: "z/last", kind: "file", size: 3, executable: false },
    ]);
    expect(contents(into)).toMatchObject({ link: "-> bin/run", outside: "-> /nonexistent/x", "z/last": "end" });
    expect(statSync(join(into, "bin/run")).mode & 0o111).toBe(0o111);
    expect(contents(into)["large.bin"]).toBe(large.toString("latin1"));
  });

  test("any name that git takes", async () => {
    const up = newRepository();
    const names = ["-rf", "a\nb", 'q"uote', "tab\there", "back\\slash", ":(top)x", "*", "ünï", " ", "a b/c d"];
    commit(up, Object.fromEntries(names.map((name, index) => [name, String(index)])));
    const { into } = await checkOut(clone(up, "--bare", "--filter=blob:none"));
    expect(contents(into)).toEqual(Object.fromEntries(names.map((name, index) => [name, String(index)])));
  });

  test.each(["-app", ":(top)", "a\nb", "*", "café"])("any name for the app's directory: %p", async (app) => {
    const up = newRepository();
    commit(up, { [`${app}/x`]: "in", "other/x": "out" });
    expect(contents((await checkOut(up, app)).into)).toEqual({ x: "in" });
    const repository = await open(up);
    const into = join(temporary(), "worktree");
    await repository.checkOut(await repository.resolve("worktree"), app, into);
    expect(contents(into)).toEqual({ x: "in" });
  });

  test("names that are not UTF-8 are written as Latin-1, and that is said", async () => {
    const up = newRepository();
    const ids = ["1", "2", "3"].map((content) => blob(up, content));
    commitTree(up, [
      ["100644", "caf\xc3\xa9", ids[0] ?? ""],
      ["100644", "caf\xe8", ids[1] ?? ""],
      ["100644", "caf\xe9", ids[2] ?? ""],
    ]);
    const { into, notes } = await checkOut(up);
    const found = Object.fromEntries(readdirSync(into).map((name) => [name, contents(into)[name]]));
    expect(found).toEqual({ café: "1", cafè: "2", "café~": "3" });
    expect(notes).toEqual(["2 file names are not UTF-8; they are shown as Latin-1."]);
    commitTree(up, [["100644", "caf\xe8", ids[1] ?? ""]]);
    expect((await checkOut(up)).notes).toEqual(["One file name is not UTF-8; it is shown as Latin-1."]);
  });

  test("submodules are named", async () => {
    const up = newRepository();
    const head = commit(up, { "app.py": "" });
    git(up, ["update-index", "--add", "--cacheinfo", `160000,${head},lib/sub`]);
    git(up, ["commit", "-q", "-m", "sub"]);
    const { submodules, entries } = await checkOut(up);
    expect(submodules).toEqual(["lib/sub"]);
    expect(entries.map(({ path }) => path)).toEqual(["app.py"]);
  });
});

describe("a hostile tree is refused, and nothing is written outside", () => {
  const victim = () => {
    const directory = temporary();
    return { directory, untouched: () => readdirSync(directory).length === 0 };
  };

  test("a link and, under its name, a directory", async () => {
    const up = newRepository();
    const { directory, untouched } = victim();
    const inner = git(up, ["mktree"], `100644 blob ${blob(up, "evil")}\tpwned\n`);
    commitTree(up, [
      ["120000", "a", blob(up, directory)],
      ["40000", "a", inner],
    ]);
    await expect(checkOut(up)).rejects.toMatchObject({ name: "SideError", state: "invalid", step: "revision" });
    expect(untouched()).toBe(true);
  });

  test.each([
    ["..", "40000"],
    [".", "40000"],
    [".git", "40000"],
    [".GIT", "40000"],
    [".git", "100644"],
    ["..", "100644"],
    ["../../pwned", "100644"],
  ])("%p with mode %s", async (name, mode) => {
    const up = newRepository();
    const file = blob(up, "evil");
    const id = mode === "40000" ? git(up, ["mktree"], `100644 blob ${file}\tconfig\n`) : file;
    commitTree(up, [[mode, name, id]]);
    await expect(checkOut(up)).rejects.toMatchObject({ name: "SideError", state: "invalid" });
  });

  test("a name twice", async () => {
    const up = newRepository();
    commitTree(up, [
      ["100644", "a", blob(up, "1")],
      ["100644", "a", blob(up, "2")],
    ]);
    await expect(checkOut(up)).rejects.toThrow("it is there twice");
  });

  test("a name that is too long is the file system's to refuse", async () => {
    const up = newRepository();
    commitTree(up, [["100644", "x".repeat(300), blob(up, "1")]]);
    await expect(checkOut(up)).rejects.toMatchObject({ name: "SideError", state: "unweighable" });
  });
});

describe("the user's configuration and environment", () => {
  test("hooks, fsmonitor and the like of the repository do not run", async () => {
    const up = newRepository();
    commit(up, { "app.py": "1", ".gitattributes": "*.py filter=evil diff=evil" });
    const mark = join(temporary(), "ran");
    const script = join(temporary(), "evil");
    writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat\n`);
    chmodSync(script, 0o755);
    const hooks = join(up, ".git/hooks");
    mkdirSync(hooks, { recursive: true });
    for (const name of ["post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc"]) {
      writeFileSync(join(hooks, name), `#!/bin/sh\ntouch ${mark}\n`);
      chmodSync(join(hooks, name), 0o755);
    }
    for (const key of ["core.fsmonitor", "core.pager", "diff.external", "filter.evil.smudge", "filter.evil.clean"]) {
      git(up, ["config", key, script]);
    }
    for (const key of ["diff.evil.textconv", "filter.evil.process", "core.alternateRefsCommand", "core.askPass"]) {
      git(up, ["config", key, script]);
    }
    const repository = await open(up);
    for (const ref of ["HEAD", "worktree"]) {
      await repository.checkOut(await repository.resolve(ref), ".", join(temporary(), "into"));
    }
    await repository.defaultBase(await repository.resolve("HEAD"));
    expect(existsSync(mark)).toBe(false);
  });

  test("GIT_DIR and GIT_INDEX_FILE, as a hook has them, do not change which repository is meant", async () => {
    const up = newRepository();
    commit(up, { "app.py": "right" });
    const other = newRepository();
    commit(other, { "app.py": "wrong" });
    const env = {
      PATH: process.env.PATH ?? "",
      GIT_DIR: join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, ".git/index"),
      GIT_OBJECT_DIRECTORY: join(other, ".git/objects"),
    };
    const repository = await open(up, { env });
    for (const ref of ["HEAD", "worktree"]) {
      const into = join(temporary(), "into");
      await repository.checkOut(await repository.resolve(ref), ".", into);
      expect(contents(into)).toEqual({ "app.py": "right" });
    }
  });

  test("an abort ends it", async () => {
    const up = newRepository();
    commit(up, { "app.py": "" });
    const controller = new AbortController();
    const repository = await open(up, { signal: controller.signal });
    const head = await repository.resolve("HEAD");
    controller.abort(new Error("stopped"));
    await expect(repository.checkOut(head, ".", join(temporary(), "x"))).rejects.toThrow("stopped");
  });
});

test.each(["HEAD", "worktree"])("of %s it is said how far it is, where that is much", async (ref) => {
  const up = newRepository();
  commit(up, { "app.py": "x".repeat(1000), link: "", "models/large.bin": Buffer.alloc(65 * MIB) });
  symlinkSync("app.py", join(up, "models/link"));
  commit(up, {});
  const { progress, started } = activities();
  const repository = await open(up, { progress });
  const check = async (app: string): Promise<unknown> =>
    repository.checkOut(await repository.resolve(ref), app, join(temporary(), "into"));
  await check(".");
  await check("models");
  const [all, ...others] = started;
  expect(all).toMatchObject({ title: `Checking out ${ref}`, unit: "bytes", ended: true });
  expect(all?.total).toBeGreaterThanOrEqual(65 * MIB + 1000);
  expect(all?.done).toBe(all?.total);
  expect(others.map(({ title }) => title)).toEqual([`Checking out models at ${ref}`]);

  commit(up, { "models/large.bin": "", "models/small.bin": Buffer.alloc(MIB) });
  await check(".");
  expect(started).toHaveLength(2);
});
