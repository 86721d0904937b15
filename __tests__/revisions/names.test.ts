import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { remoteNames } from "../../src/revisions/revision-names.js";
import { clone, commit, contents, fingerprint, git, newRepository, open, temporary } from "./fixtures.js";

describe("a revision is what git takes it for", () => {
  test("branches, tags, expressions, short names", async () => {
    const up = newRepository();
    const first = commit(up, { a: "1" });
    git(up, ["tag", "-a", "v1", "-m", "v1"]);
    const second = commit(up, { a: "2" });
    const repository = await open(up);
    const shas = async (...refs: string[]) => Promise.all(refs.map(async (ref) => (await repository.resolve(ref)).sha));
    expect(await shas("v1", "HEAD~1", "main^", first, first.slice(0, 8), "@{0}~1")).toEqual(Array(6).fill(first));
    expect(await shas("main", "HEAD", "@", "refs/heads/main", ":/x", second.toUpperCase())).toEqual(
      Array(6).fill(second),
    );
    expect(await repository.resolve("main")).toEqual({ ref: "main", sha: second });
  });

  test.each(["", "-h", "--output=x", "--all", "nope", "HEAD~99", "main:a", "v1^{tree}", "a..b", "^main", "a\nb"])(
    "and %p is none",
    async (ref) => {
      const up = newRepository();
      commit(up, { a: "1" });
      await expect((await open(up)).resolve(ref)).rejects.toMatchObject({ name: "UserError" });
    },
  );

  test("a text with a NUL is none", async () => {
    const up = newRepository();
    commit(up, { a: "1" });
    await expect((await open(up)).resolve("main\0")).rejects.toMatchObject({ name: "UserError" });
  });

  test("the full name of a file is none", async () => {
    const up = newRepository();
    commit(up, { a: "1" });
    const blob = git(up, ["rev-parse", "HEAD:a"]);
    await expect((await open(up)).resolve(blob)).rejects.toThrow("is not a commit");
  });
});

describe("what a single-branch clone does not know", () => {
  function history() {
    const up = newRepository();
    const base = commit(up, { "app.py": "1" });
    git(up, ["tag", "-a", "v1", "-m", "v1"]);
    git(up, ["checkout", "-q", "-b", "feature/x"]);
    const head = commit(up, { "app.py": "2" });
    git(up, ["checkout", "-q", "main"]);
    return { up, base, head, directory: clone(up, "--depth=1", "--branch=feature/x") };
  }

  test.each(["origin/main", "main", "refs/heads/main", "refs/remotes/origin/main", "v1", "refs/tags/v1"])(
    "is looked up at the remote: %s",
    async (ref) => {
      const { base, directory } = history();
      const before = fingerprint(directory);
      const repository = await open(directory);
      const revision = await repository.resolve(ref);
      expect(revision).toEqual({ ref, sha: base });
      const into = join(temporary(), "into");
      await repository.checkOut(revision, ".", into);
      expect(contents(into)).toEqual({ "app.py": "1" });
      expect(fingerprint(directory)).toBe(before);
    },
  );

  test.each(["x", "origin/x", "mai", "mai*", "feature"])("only by its whole name: %s", async (ref) => {
    const { directory } = history();
    await expect((await open(directory)).resolve(ref)).rejects.toMatchObject({
      message: expect.stringContaining(`There is no revision "${ref}"`),
    });
  });

  test("or may be a file of the user's, which is not asked for", () => {
    expect(remoteNames("HEAD~2", "origin")).toEqual([]);
    expect(remoteNames("origin/main", "origin")[0]).toBe("refs/heads/main");
    expect(remoteNames("main", "origin")).toEqual(["refs/tags/main", "refs/heads/main"]);
  });
});

describe("the default base", () => {
  /** `feature` left `main` at `fork`, and both went on. */
  function history() {
    const up = newRepository();
    const fork = commit(up, { a: "1" });
    git(up, ["checkout", "-q", "-b", "feature"]);
    const head = commit(up, { a: "2" });
    git(up, ["checkout", "-q", "main"]);
    const main = commit(up, { b: "1" });
    git(up, ["checkout", "-q", "feature"]);
    return { up, fork, head, main };
  }

  test("is the merge base with the default branch", async () => {
    const { up, fork } = history();
    const local = await open(up);
    expect(await local.defaultBase(await local.resolve("feature"))).toEqual({ ref: "merge base with main", sha: fork });
    expect((await local.defaultBase(await local.resolve("worktree"))).sha).toBe(fork);
    git(up, ["checkout", "-q", "main"]);
    const cloned = await open(clone(up, "--filter=tree:0"));
    const base = await cloned.defaultBase(await cloned.resolve("origin/feature"));
    expect(base).toEqual({ ref: "merge base with origin/HEAD", sha: fork });
  });

  test("is not guessed in a shallow clone, nor where there is no default branch", async () => {
    const { up } = history();
    git(up, ["checkout", "-q", "main"]);
    const shallow = await open(clone(up, "--depth=1", "--no-single-branch"));
    await expect(shallow.defaultBase(await shallow.resolve("origin/feature"))).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("in this shallow clone"),
      hint: expect.stringContaining("--base REV"),
    });
    git(up, ["branch", "-q", "-m", "main", "trunk"]);
    const other = await open(up);
    await expect(other.defaultBase(await other.resolve("HEAD"))).rejects.toMatchObject({
      hint: expect.stringContaining("--base REV"),
    });
  });
});
