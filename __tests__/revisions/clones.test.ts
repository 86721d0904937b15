import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { clone, commit, contents, fingerprint, git, newRepository, open, temporary } from "./fixtures.js";

/** A history of three commits; the app in `web` changes in each. */
function history(...options: string[]): { up: string; base: string; head: string } {
  const up = newRepository(...options);
  commit(up, { "web/app.py": "1", "web/same.py": "same", "other/big": "x".repeat(5000) });
  const base = commit(up, { "web/app.py": "2", "web/old.py": "old" });
  const head = commit(up, { "web/app.py": "3", "web/old.py": null });
  return { up, base, head };
}

const BASE = { "app.py": "2", "old.py": "old", "same.py": "same" };
const HEAD = { "app.py": "3", "same.py": "same" };

describe("both sides are there, and nothing in the user's repository is changed", () => {
  const kinds: Record<string, (up: string, head: string) => string> = {
    "the repository itself": (up) => up,
    "a full clone": (up) => clone(up),
    "a shallow clone without the base": (up) => clone(up, "--depth=1"),
    "a blobless clone": (up) => clone(up, "--filter=blob:none"),
    "a treeless clone": (up) => clone(up, "--filter=tree:0"),
    "a shallow, blobless clone": (up) => clone(up, "--depth=1", "--filter=blob:none"),
    "a bare clone": (up) => clone(up, "--bare"),
    "a bare, blobless clone": (up) => clone(up, "--bare", "--filter=blob:none"),
    "a clone without a checkout": (up) => clone(up, "--no-checkout", "--filter=blob:none"),
    "a detached head": (up, head) => {
      const directory = clone(up);
      git(directory, ["checkout", "-q", "--detach", head]);
      return directory;
    },
    "a linked worktree": (up) => {
      const directory = join(temporary(), "linked");
      git(clone(up, "--depth=1"), ["worktree", "add", "-q", "--detach", directory]);
      return directory;
    },
    "a directory inside": (up) => join(clone(up, "--depth=1"), "web"),
    "a clone borrowing objects": (up) => clone(up, "--shared"),
  };

  test.each(Object.entries(kinds))("%s", async (_, make) => {
    const { up, base, head } = history();
    const directory = make(up, head);
    const gitDir = git(directory, ["rev-parse", "--absolute-git-dir"]);
    const common = resolve(directory, git(directory, ["rev-parse", "--git-common-dir"]));
    const watched = [directory, gitDir, common];
    const before = watched.map(fingerprint);
    const repository = await open(directory);
    const into = temporary();
    const revisions = [await repository.resolve(base), await repository.resolve("HEAD")] as const;
    expect(revisions[1].sha).toBe(head);
    await repository.prepare(revisions, ["web"]);
    const sides = await Promise.all([
      repository.checkOut(revisions[0], "web", join(into, "base")),
      repository.checkOut(revisions[1], "web", join(into, "head")),
    ]);
    expect(contents(join(into, "base"))).toEqual(BASE);
    expect(contents(join(into, "head"))).toEqual(HEAD);
    expect(sides[0]?.treeId).toBe(git(up, ["rev-parse", `${base}:web`]));
    expect(sides[1]?.entries.map(({ path }) => path)).toEqual(["app.py", "same.py"]);
    expect(watched.map(fingerprint)).toEqual(before);
  });

  test("a repository with SHA-256 names, shallow", async () => {
    const { up, base } = history("--object-format=sha256");
    const repository = await open(clone(up, "--depth=1"));
    const into = join(temporary(), "base");
    await repository.checkOut(await repository.resolve(base), "web", into);
    expect(base).toHaveLength(64);
    expect(contents(into)).toEqual(BASE);
  });
});

describe("what a clone lacks", () => {
  test("is fetched for both sides in one request", async () => {
    const { up, base, head } = history();
    const directory = clone(up, "--bare", "--filter=blob:none");
    const started: string[] = [];
    const progress = {
      note: () => undefined,
      start: (title: string) => {
        started.push(title);
        return { advance: () => undefined, end: () => undefined };
      },
    };
    const repository = await open(directory, { progress });
    await repository.prepare([await repository.resolve(base), await repository.resolve(head)], ["web"]);
    await repository.checkOut({ ref: base, sha: base }, "web", join(temporary(), "base"));
    await repository.checkOut({ ref: head, sha: head }, "web", join(temporary(), "head"));
    expect(started).toEqual(["Fetching what this clone lacks from origin"]);
  });

  test("is little for a shallow clone: the remote knows what it has", async () => {
    const up = newRepository();
    const base = commit(up, {
      "app.py": "1",
      "model.bin": Buffer.from(Array.from({ length: 300_000 }, Math.random).join()),
    });
    commit(up, { "app.py": "2" });
    const scratch = temporary();
    const repository = await open(clone(up, "--depth=1"), { scratch });
    await repository.prepare([await repository.resolve(base)], ["."]);
    const bytes = Object.values(contents(scratch)).reduce((sum, content) => sum + content.length, 0);
    expect(bytes).toBeLessThan(10_000);
  });

  test("is an error that says what to do, without a remote", async () => {
    const { up, base } = history();
    const directory = clone(up, "--depth=1");
    git(directory, ["remote", "remove", "origin"]);
    const repository = await open(directory);
    await expect(repository.checkOut({ ref: base, sha: base }, "web", join(temporary(), "x"))).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringContaining("no remote"),
    });
  });

  test("is an error if the remote does not have it, or is gone, or asks for a password", async () => {
    const { up } = history();
    const directory = clone(up, "--depth=1");
    const sha = "1234567890".repeat(4);
    const into = join(temporary(), "x");
    await expect((await open(directory)).checkOut({ ref: sha, sha }, "web", into)).rejects.toMatchObject({
      name: "UserError",
      message: 'The remote "origin" does not have what this clone lacks.',
    });
    git(directory, ["remote", "set-url", "origin", "file:///nonexistent/repository"]);
    await expect((await open(directory)).checkOut({ ref: sha, sha }, "web", into)).rejects.toMatchObject({
      message: 'The remote "origin" was not found, or may not be seen.',
    });
  });
});

describe("the names of a directory's files", () => {
  test.each([[], ["--depth=1"], ["--filter=blob:none"], ["--filter=tree:0"]])(
    "at both revisions, without their content %p",
    async (...options) => {
      const { up, base, head } = history();
      const repository = await open(clone(up, "--no-checkout", ...options));
      const revisions = [await repository.resolve(base), await repository.resolve("HEAD")];
      expect(await repository.list(revisions, "web")).toEqual([
        { treeId: git(up, ["rev-parse", `${base}:web`]), paths: ["app.py", "old.py", "same.py"] },
        { treeId: git(up, ["rev-parse", `${head}:web`]), paths: ["app.py", "same.py"] },
      ]);
      const [root] = await repository.list(revisions.slice(1), ".");
      expect(root?.paths).toEqual(["other/big", "web/app.py", "web/same.py"]);
      expect(await repository.list(revisions, "none")).toEqual([null, null]);
      expect(await repository.list(revisions, "web/app.py")).toEqual([null, null]);
    },
  );

  test("are on disk what is tracked there, and have no one name", async () => {
    const { up } = history();
    writeFileSync(join(up, "web/new.py"), "new");
    writeFileSync(join(up, "web/untracked.py"), "new");
    git(up, ["add", "web/new.py"]);
    const repository = await open(up);
    const [listing] = await repository.list([await repository.resolve("worktree")], "web");
    expect(listing?.treeId).toBeNull();
    expect([...(listing?.paths ?? [])].sort()).toEqual(["app.py", "new.py", "same.py"]);
  });
});

describe("an app's directory that does not exist at a revision", () => {
  test.each(["none", "web/app.py", "web/none"])("%s", async (app) => {
    const { up, base } = history();
    const repository = await open(clone(up, "--filter=tree:0"));
    const into = join(temporary(), "x");
    expect(await repository.checkOut(await repository.resolve(base), app, into)).toBeNull();
    expect(await repository.checkOut(await repository.resolve("HEAD"), app, into)).toBeNull();
  });

  test("outside the repository is refused", async () => {
    const { up } = history();
    const repository = await open(up);
    const head = await repository.resolve("HEAD");
    await expect(repository.checkOut(head, "../x", temporary())).rejects.toThrow("not inside the repository");
  });
});

test("without a repository the error says so", async () => {
  await expect(open(temporary())).rejects.toThrow("There is no Git repository in");
  await expect(open(join(temporary(), "none"))).rejects.toThrow("There is no directory");
  const up = newRepository();
  mkdirSync(join(up, "x"));
  await expect(open(join(up, "x"), { env: { PATH: "/nonexistent" } })).rejects.toThrow("git could not be started");
});
