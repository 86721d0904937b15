import { chmodSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { clone, commit, contents, fingerprint, git, newRepository, open, temporary } from "./fixtures.js";

async function worktree(directory: string, app = ".") {
  const repository = await open(directory);
  const into = join(temporary(), "into");
  const revision = await repository.resolve("worktree");
  expect(revision).toEqual({ ref: "worktree", sha: null });
  const found = await repository.checkOut(revision, app, into);
  return { found, into };
}

describe("the worktree is the tracked files as they are on disk", () => {
  test("changed, added and deleted, without what is untracked; the index is not touched", async () => {
    const up = newRepository();
    commit(up, { same: "1", changed: "1", deleted: "1", removed: "1", "sub/x": "1", ".gitignore": "ignored" });
    writeFileSync(join(up, "changed"), "22");
    rmSync(join(up, "deleted"));
    git(up, ["rm", "-q", "--cached", "removed"]);
    writeFileSync(join(up, "staged"), "new");
    git(up, ["add", "staged"]);
    writeFileSync(join(up, "staged"), "newer");
    writeFileSync(join(up, "intended"), "i");
    git(up, ["add", "--intent-to-add", "intended"]);
    writeFileSync(join(up, "untracked"), "no");
    writeFileSync(join(up, "ignored"), "no");
    chmodSync(join(up, "same"), 0o755);
    const before = [fingerprint(up), statSync(join(up, ".git/index")).mtimeMs];
    const { found, into } = await worktree(up);
    expect(contents(into)).toEqual({
      ".gitignore": "ignored",
      changed: "22",
      intended: "i",
      same: "1",
      staged: "newer",
      "sub/x": "1",
    });
    expect(found?.treeId).toBeNull();
    expect(found?.entries.find(({ path }) => path === "same")?.executable).toBe(true);
    expect([fingerprint(up), statSync(join(up, ".git/index")).mtimeMs]).toEqual(before);
  });

  test("from a directory within, and of one app", async () => {
    const up = newRepository();
    commit(up, { "web/app.py": "1", "webs/app.py": "2", "top.py": "3" });
    const { into } = await worktree(join(up, "webs"), "web");
    expect(contents(into)).toEqual({ "app.py": "1" });
    expect((await worktree(up, "none")).found).toBeNull();
  });

  test("links are copied as links; what lies behind one is deleted to git", async () => {
    const up = newRepository();
    commit(up, { "dir/file": "1", plain: "1" });
    const outside = temporary();
    writeFileSync(join(outside, "file"), "secret");
    renameSync(join(up, "dir"), join(temporary(), "dir"));
    symlinkSync(outside, join(up, "dir"));
    rmSync(join(up, "plain"));
    symlinkSync(join(outside, "file"), join(up, "plain"));
    const { into } = await worktree(up);
    expect(contents(into)).toEqual({ plain: `-> ${join(outside, "file")}` });
  });

  test("both sides of a conflict are one file", async () => {
    const up = newRepository();
    commit(up, { file: "base\n" });
    git(up, ["checkout", "-q", "-b", "other"]);
    commit(up, { file: "other\n" });
    git(up, ["checkout", "-q", "main"]);
    commit(up, { file: "main\n" });
    expect(() => git(up, ["merge", "-q", "other"])).toThrow();
    expect(contents((await worktree(up)).into).file).toContain("<<<<<<<");
  });

  test("a submodule that is there is included, one that is not is named", async () => {
    const library = newRepository();
    commit(library, { "lib.py": "library" });
    const up = newRepository();
    commit(up, { "app.py": "1" });
    const add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", `file://${library}`];
    git(up, [...add, "web/there"]);
    git(up, [...add, "web/missing"]);
    git(up, ["commit", "-q", "-m", "submodules"]);
    git(up, ["submodule", "--quiet", "deinit", "web/missing"]);
    writeFileSync(join(up, "web/there/untracked"), "");
    const { found, into } = await worktree(up, "web");
    expect(contents(into)).toEqual({ "there/lib.py": "library" });
    expect(found?.submodules).toEqual(["missing"]);
  });

  test("what a sparse checkout leaves out is there, as it would be in a commit", async () => {
    const up = newRepository();
    commit(up, { "web/app.py": "1", "docs/large": "2" });
    const directory = clone(up, "--filter=blob:none", "--sparse");
    git(directory, ["sparse-checkout", "set", "web"]);
    const before = fingerprint(directory);
    expect(contents((await worktree(directory)).into)).toEqual({ "web/app.py": "1", "docs/large": "2" });
    expect(fingerprint(directory)).toBe(before);
  });

  test("a file of Git LFS is its pointer, as it would be in a commit", async () => {
    const up = newRepository();
    commit(up, {
      ".gitattributes": "*.bin filter=lfs\n*.other filter=own",
      "a.bin": "hello",
      "e.bin": "",
      "x.other": "1",
    });
    const { found, into } = await worktree(up);
    const hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize 5\n`;
    expect(contents(into)).toMatchObject({ "a.bin": pointer, "e.bin": "" });
    expect(found?.notes).toEqual(["1 files pass a Git filter when committed; weighed as they are on disk."]);
    writeFileSync(join(up, "a.bin"), pointer);
    expect(contents((await worktree(up)).into)).toMatchObject({ "a.bin": pointer });
  });

  test("a bare repository has none", async () => {
    const up = newRepository();
    commit(up, { a: "1" });
    const repository = await open(clone(up, "--bare"));
    await expect(repository.resolve("worktree")).rejects.toThrow("A bare repository has no worktree.");
  });

  test("a file that became a directory is deleted", async () => {
    const up = newRepository();
    commit(up, { a: "1", b: "2" });
    rmSync(join(up, "a"));
    mkdirSync(join(up, "a"));
    writeFileSync(join(up, "a/untracked"), "");
    expect(contents((await worktree(up)).into)).toEqual({ b: "2" });
  });
});
