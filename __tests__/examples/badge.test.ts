import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { exampleWorkflow } from "../e2e/workflow.js";
import { clone, commit, ENV, git, newRepository, temporary } from "../revisions/fixtures.js";

/** The lines that the workflow's last step runs. */
function script(): string {
  const [, lines = ""] = /^ {8}run: \|\n((?: {10}.*\n)+)/m.exec(exampleWorkflow("badge.yml")) ?? [];
  return lines.replace(/^ {10}/gm, "");
}

test("the badges are all there is on their branch, however often they are published", () => {
  const remote = newRepository("--bare");
  const local = clone(remote);
  commit(local, { "app.py": "print()\n" });
  git(local, ["push", "-q", "origin", "HEAD:main"]);
  const tools = temporary();
  // Where git's credentials come from; here none are needed.
  writeFileSync(join(tools, "gh"), "#!/bin/sh\n", { mode: 0o755 });

  const publish = (badges: Readonly<Record<string, string>>): void => {
    const directory = join(temporary(), "with a space");
    mkdirSync(directory);
    const paths = Object.entries(badges).map(([name, text]) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    });
    const env = { ...ENV, PATH: `${tools}:${ENV.PATH ?? ""}`, BADGES: paths.join("\n"), GITHUB_SHA: "a".repeat(40) };
    const { status, stderr } = spawnSync("bash", ["-e", "-c", script()], { cwd: local, env, encoding: "utf8" });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  };
  const published = (): Record<string, string> => {
    const names = git(remote, ["ls-tree", "--name-only", "badges"]).split("\n");
    return Object.fromEntries(names.map((name) => [name, git(remote, ["show", `badges:${name}`])]));
  };

  publish({ "slugdiff-badge.svg": "<svg/>" });
  expect(published()).toEqual({ "slugdiff-badge.svg": "<svg/>" });
  const several = { "slugdiff-badge-1.svg": "<svg>1</svg>", "slugdiff-badge-2.svg": "<svg>2</svg>" };
  publish(several);
  expect(published()).toEqual(several);
  expect(git(remote, ["rev-list", "--count", "badges"])).toBe("1");
  expect(git(remote, ["rev-list", "--count", "main"])).toBe("1");
});
