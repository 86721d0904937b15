import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { clone, commit, git, newRepository, open } from "./fixtures.js";

/** A main branch with a merge in its line, and the commits by what they are called here. */
function history(): { readonly directory: string; readonly shas: Readonly<Record<string, string>> } {
  const directory = newRepository();
  const first = commit(directory, { "app/a.txt": "1", "other.txt": "1" });
  const beside = commit(directory, { "other.txt": "2" });
  git(directory, ["checkout", "-q", "-b", "feature"]);
  const onBranch = commit(directory, { "app/a.txt": "2" });
  git(directory, ["checkout", "-q", "main"]);
  const later = commit(directory, { "other.txt": "3" });
  git(directory, ["merge", "-q", "--no-ff", "-m", "Merge ‘feature’\n\nMore.", "feature"]);
  const merge = git(directory, ["rev-parse", "HEAD"]);
  return { directory, shas: { first, beside, onBranch, later, merge } };
}

describe("the line of first parents", () => {
  const { directory, shas } = history();

  test("is told newest first, with dates in UTC and first lines", async () => {
    const { commits, isCut } = await (await open(directory)).firstParents(shas.merge ?? "", { most: 100 });
    expect(commits.map(({ sha }) => sha)).toEqual([shas.merge, shas.later, shas.beside, shas.first]);
    expect(commits[0]?.subject).toBe("Merge ‘feature’");
    for (const { date } of commits) expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(isCut).toBe(false);
  });

  test("or only where it changes a directory: a merge counts for what it brought", async () => {
    const repository = await open(directory);
    const of = async (path: string): Promise<string[]> =>
      (await repository.firstParents(shas.merge ?? "", { directory: path, most: 100 })).commits.map(({ sha }) => sha);
    expect(await of("app")).toEqual([shas.merge, shas.first]);
    expect(await of(".")).toEqual([shas.merge, shas.later, shas.beside, shas.first]);
    expect(await of("nowhere")).toEqual([]);
    expect(await of("ap*")).toEqual([]);
  });

  test("is the same in a bare clone and in one without files, and says where a shallow one cuts it", async () => {
    const all = [shas.merge, shas.later, shas.beside, shas.first];
    for (const options of [["--bare"], ["--filter=blob:none", "--no-checkout"]]) {
      const repository = await open(clone(directory, ...options));
      const { commits, isCut } = await repository.firstParents(shas.merge ?? "", { most: 100 });
      expect(commits.map(({ sha }) => sha)).toEqual(all);
      expect(isCut).toBe(false);
    }
    const shallow = await open(clone(directory, "--depth=2"));
    const cut = await shallow.firstParents(shas.merge ?? "", { most: 100 });
    expect(cut.commits.map(({ sha }) => sha)).toEqual([shas.merge, shas.later]);
    expect(cut.isCut).toBe(true);
    // As many as were asked for are no cut.
    expect((await shallow.firstParents(shas.merge ?? "", { most: 2 })).isCut).toBe(false);
    // One that is not here is fetched, without its history.
    const fetched = await shallow.firstParents(shas.beside ?? "", { most: 100 });
    expect(fetched.commits.map(({ sha }) => sha)).toEqual([shas.beside]);
    expect(fetched.isCut).toBe(true);
  });

  test("also where a shallow clone has a filter too, so that it does not know that it is cut", async () => {
    const repository = await open(clone(directory, "--depth=2", "--filter=blob:none"));
    const { commits, isCut } = await repository.firstParents(shas.merge ?? "", { most: 100 });
    expect(commits[0]?.sha).toBe(shas.merge);
    expect(isCut).toBe(true);
  });

  test("of what is no commit is an error of the user's", async () => {
    await expect((await open(directory)).firstParents("f".repeat(40), { most: 1 })).rejects.toBeInstanceOf(UserError);
  });
});
