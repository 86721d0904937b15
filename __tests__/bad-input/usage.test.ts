import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { commit, newRepository, temporary } from "../revisions/fixtures.js";
import { attempt, emptyCache, refused } from "./support.js";

const repository = newRepository();
commit(repository, { "README.md": "no app" });
commit(repository, { "app/requirements.txt": "", "app/uv.lock": "" });
const there = ["--repo", repository, "--app", "app"];

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
    ["a negative limit", ["compare", "--limit", "-5M"], /--limit is not a size: "-5M"/],
    ["an unknown option", ["weigh", "--colour"], /no option --colour/],
    ["an unknown command", ["wiegh"], /no command "wiegh"/],
    ["an empty value", ["weigh", "--cache-dir", ""], /--cache-dir is empty/],
    ["a moment that is none", ["weigh", "--cutoff", "yesterday"], /not a moment in time/],
    ["no command", [], /No command is given/],
    ["a Python that Heroku does not have", ["weigh", ...there, "--python", "3.99"], /"3\.99": .* does not know it/],
    [
      "an archive that is not there",
      ["weigh", ...there, "--runtime-archive", "gone.zst"],
      /gone\.zst can't be read: ENOENT/,
    ],
    ["a directory for an archive", ["weigh", ...there, "--runtime-archive", "."], /is a directory/],
    [
      "an archive that nobody fetches",
      ["weigh", ...there, "--runtime-archive", "ftp://x:y@z/a"],
      /fetched from ftp:\/\/z\/a/,
    ],
    [
      "an output in no directory",
      ["weigh", ...there, "--output", "nowhere/x.json"],
      /x\.json can't be written: ENOENT/,
    ],
    ["an output in a file", ["weigh", ...there, "--output", "package.json/x"], /x can't be written: ENOTDIR/],
    ["a directory for an output", ["weigh", ...there, "--output", "."], /\. can't be written: EISDIR/],
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

test("to compare the default branch with itself is odd, and said to be", async () => {
  const args = ["compare", ...there, "--cache-dir", emptyCache()];
  expect((await attempt(args)).stderr).toMatch(/^HEAD is in the default branch already, .* --base\.$/m);
  expect((await attempt([...args, "--base", "HEAD~1"])).stderr).not.toMatch(/default branch/);
});

test("a file that is full has the result on standard output all the same", async () => {
  const ran = await attempt(["weigh", ...there, "--cache-dir", emptyCache(), "--output", "/dev/full"]);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toMatch(/several package managers/);
  expect(ran.stderr).toMatch(/^slugdiff: \/dev\/full can't be written: ENOSPC\.\nHint: Free some space/m);
});
