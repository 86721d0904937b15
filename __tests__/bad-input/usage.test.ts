import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { commit, newRepository, temporary } from "../revisions/fixtures.js";
import { attempt, emptyCache, refused } from "./support.js";

const repository = newRepository();
commit(repository, { "README.md": "no app" });
commit(repository, { "app/requirements.txt": "", "app/uv.lock": "" });

describe("a mistake that leaves nothing to report is one line and one hint", () => {
  test.each<[string, string[], RegExp]>([
    ["no repository", ["weigh", "--repo", temporary()], /There is no Git repository in/],
    ["no directory", ["weigh", "--repo", "/nonexistent/\u001b[31m"], /no directory \/nonexistent\/\{U\+001B\}\[31m/],
    ["no such revision", ["compare", "--repo", repository, "--base", "nowhere"], /no revision "nowhere"/],
    ["a revision in colour", ["weigh", "\u001b]8;;x\u0007", "--repo", repository], /\{U\+001B\}\]8;;x\{U\+0007\}/],
    ["a tree for a commit", ["weigh", "HEAD^{tree}", "--repo", repository], /is not a commit/],
    ["a commit that is nowhere", ["weigh", "0".repeat(40), "--repo", repository], /no remote to fetch them from/],
    ["no app", ["weigh", "--repo", repository], /no Python app in "\."/],
    ["no such app", ["weigh", "--repo", repository, "--app", "shop"], /no Python app in "shop"/],
    ["a file for an app", ["weigh", "--repo", repository, "--app", "README.md"], /no Python app in "README.md"/],
    ["an app elsewhere", ["weigh", "--repo", repository, "--app", "../x"], /outside the repository/],
    ["an app anywhere", ["weigh", "--repo", repository, "--app", "/etc"], /outside the repository/],
    ["a budget that is no number", ["weigh", "--limit", "much"], /--limit is not a size: "much"/],
    ["a negative budget", ["compare", "--max-increase=-5%"], /--max-increase/],
    ["an unknown option", ["weigh", "--colour"], /no option --colour/],
    ["an unknown command", ["wiegh"], /no command "wiegh"/],
    ["an empty value", ["weigh", "--cache-dir", ""], /--cache-dir is empty/],
    ["a moment that is none", ["weigh", "--cutoff", "yesterday"], /not a moment in time/],
    ["no command", [], /No command is given/],
  ])("%s", async (_, args, words) => {
    expect(await refused(args)).toMatch(words);
  });

  test("a repository without a commit", async () => {
    expect(await refused(["weigh", "--repo", newRepository()])).toMatch(/no commit here yet/);
  });

  test("a scratch directory that can't be made", async () => {
    const file = join(temporary(), "file");
    writeFileSync(file, "");
    expect(await refused(["weigh", "--repo", repository, "--app", "app"], { RUNNER_TEMP: file })).toMatch(/scratch/);
  });

  test("a credential that stands where it does not belong is not repeated", async () => {
    expect(await refused(["weigh", "--limit", "https://user:hunter2-s3cret@host/"])).not.toContain("hunter2");
  });
});

test("a result that can't be written to its file", async () => {
  const directory = temporary();
  mkdirSync(join(directory, "report.json"));
  const args = ["weigh", "--repo", repository, "--app", "app", "--cache-dir", emptyCache()];
  const ran = await attempt([...args, "--output", join(directory, "report.json")]);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/several package managers/);
  expect(ran.stderr).toMatch(/^slugdiff: .*report.json can't be written: EISDIR\.\nHint: /m);
});
