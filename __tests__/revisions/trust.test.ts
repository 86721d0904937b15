import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Git, gitEnvironment } from "../../src/revisions/git.js";
import { openRepository } from "../../src/revisions/repository.js";
import { trusting } from "../../src/revisions/trust.js";
import { clone, commit, contents, context, ENV, newRepository, temporary } from "./fixtures.js";

/** Git's own switch for its tests: every repository counts as another user's. */
const OTHERS = { ...ENV, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" };

/** A clone with one commit. */
function repository(): { directory: string; head: string } {
  const up = newRepository();
  const head = commit(up, { "app.py": "1" });
  return { directory: clone(up), head };
}

describe("a repository that another user owns", () => {
  test("is refused, with what makes git trust it", async () => {
    const { directory } = repository();
    await expect(openRepository(directory, context({ env: OTHERS }))).rejects.toMatchObject({
      message: expect.stringContaining("belongs to another user"),
      hint: expect.stringContaining(`--add safe.directory ${directory}`),
    });
  });

  test("is read where it is trusted, also by a link to it", async () => {
    const { directory, head } = repository();
    const link = join(temporary(), "link");
    symlinkSync(directory, link);
    for (const path of [directory, link]) {
      const opened = await openRepository(path, context({ env: OTHERS }), { isTrusted: true });
      const revision = await opened.resolve("HEAD");
      expect(revision.sha).toBe(head);
      const into = join(temporary(), "app");
      await opened.checkOut(revision, ".", into);
      expect(contents(into)).toEqual({ "app.py": "1" });
    }
  });

  test("another one is not trusted along with it", async () => {
    const [one, other] = [repository().directory, repository().directory];
    const env = { ...OTHERS, ...(await trusting(one, context({ env: OTHERS }))) };
    await expect(openRepository(other, context({ env }))).rejects.toThrow("belongs to another user");
    await expect(openRepository(join(one, ".."), context({ env: OTHERS }), { isTrusted: true })).rejects.toThrow();
  });
});

test.each<[string, (home: string) => Record<string, string>]>([
  ["~/.gitconfig", () => ({})],
  [".config/git/config", () => ({})],
  ["xdg/git/config", (home) => ({ XDG_CONFIG_HOME: join(home, "xdg") })],
  ["mine", (home) => ({ GIT_CONFIG_GLOBAL: join(home, "mine") })],
])("the user's own configuration counts as before: %s", async (path, more) => {
  const home = join(temporary(), 'a "home" \\ of one');
  const file = join(home, path.replace("~/", ""));
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "[user]\n\tname = Ann\n");
  const { directory } = repository();
  const env = { ...OTHERS, HOME: home, ...more(home) };
  const variables = await trusting(directory, context({ env }));
  const git = new Git(directory, gitEnvironment({ ...env, ...variables }), new AbortController().signal);
  expect(await git.line(["config", "user.name"])).toBe("Ann");
});
