import { realpath, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Context } from "../ports.js";
import type { Environment } from "./git.js";

/**
 * Variables by which git works in this one repository though another user owns it, and reads the user's own configuration as
 * ever. Before 2.38 git takes `safe.directory` from files alone, so it gets one of ours that includes theirs.
 * https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
 * @param directory the top of its worktree
 */
export async function trusting(directory: string, { env, scratch }: Context): Promise<Environment> {
  const file = join(scratch, "gitconfig");
  const includes = globalFiles(env).map((path) => `[include]\n\tpath = ${quoted(path)}\n`);
  await writeFile(file, `${includes.join("")}[safe]\n\tdirectory = ${quoted(await realpath(directory))}\n`);
  return { GIT_CONFIG_GLOBAL: file };
}

/** Where git looks for the user's own configuration, in its order. A file that is not there is no error, included or not. */
function globalFiles({
  GIT_CONFIG_GLOBAL: given,
  HOME: home = homedir(),
  XDG_CONFIG_HOME: xdg,
}: Environment): string[] {
  if (given !== undefined) return given === "" ? [] : [given];
  return [
    join(xdg === undefined || xdg === "" ? join(home, ".config") : xdg, "git", "config"),
    join(home, ".gitconfig"),
  ];
}

function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
