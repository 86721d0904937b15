import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import type { BranchFile } from "../../src/github/branch-file.js";
import { RefusedError } from "../../src/github/errors.js";
import { faults } from "../github-fake/faults.js";
import { commit, git, newRepository } from "../revisions/fixtures.js";
import { rejection, REPOSITORY, setUp, type Setup } from "./support.js";

const BRANCH = "size/history";
const PATH = "slugdiff-history.json";

let setup: Setup;
let directory: string;
beforeEach(async () => {
  directory = newRepository();
  setup = await setUp({}, { git: directory });
  setup.fake.state.repository(REPOSITORY).branches.set("main", commit(directory, { "app.py": "" }));
});
afterEach(async () => {
  await setup.fake.close();
});

const read = (): Promise<BranchFile> => setup.github.readBranchFile(BRANCH, PATH);
const write = (text: string, before: BranchFile): Promise<boolean> =>
  setup.github.commitBranchFile({ branch: BRANCH, path: PATH, text, message: "Remember a commit", before });

describe("a file on a branch of its own", () => {
  test("is not there at first, is made with a branch that has no ancestors, and is read as it was written", async () => {
    const nothing = await read();
    expect(nothing).toEqual({ text: null, tip: null });
    expect(await write('{"é": "\u{1F40D}"}\n', nothing)).toBe(true);
    const first = await read();
    expect(first.text).toBe('{"é": "\u{1F40D}"}\n');
    expect(git(directory, ["log", "--format=%s", BRANCH])).toBe("Remember a commit");
    expect(await write("2\n", first)).toBe(true);
    expect((await read()).text).toBe("2\n");
    expect(git(directory, ["log", "--format=%s", BRANCH]).split("\n")).toHaveLength(2);
    expect(git(directory, ["log", "--format=%s", "main"]).split("\n")).toHaveLength(1);
  });

  test("lies beside what else is on the branch", async () => {
    const tip = commit(directory, { "README.md": "About.", "badge/x.svg": "<svg/>" });
    git(directory, ["branch", BRANCH, tip]);
    setup.fake.state.repository(REPOSITORY).branches.set(BRANCH, tip);
    const before = await read();
    expect(before.text).toBeNull();
    expect(await write("1\n", before)).toBe(true);
    expect(git(directory, ["ls-tree", "-r", "--name-only", BRANCH]).split("\n")).toEqual([
      ...["README.md", "app.py", "badge/x.svg", PATH],
    ]);
  });

  test("is not written over what another run has written since", async () => {
    const nothing = await read();
    expect(await write("first\n", nothing)).toBe(true);
    expect(await write("second\n", nothing)).toBe(false);
    const seen = await read();
    expect(await write("third\n", seen)).toBe(true);
    expect(await write("fourth\n", seen)).toBe(false);
    expect((await read()).text).toBe("third\n");
  });

  test("a rule that forbids it is told of, not tried again", async () => {
    await write("1\n", await read());
    setup.fake.inject({ method: "PATCH", path: /\/git\/refs\//, fault: faults.unprocessable() });
    const error = await rejection(write("2\n", await read()));
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain("nobody else has changed it");
  });

  test("a token that may only read is refused, by the name of what it lacks", async () => {
    setup.fake.state.addToken("reader", { permissions: { contents: "read" } });
    const github = setup.client({ token: "reader" });
    const before = await github.readBranchFile(BRANCH, PATH);
    const error = await rejection(
      github.commitBranchFile({ branch: BRANCH, path: PATH, text: "1\n", message: "x", before }),
    );
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ permission: "contents: write" });
  });
});
