import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Access, Permission, Token } from "../github-fake/state.js";

const ROOT = join(import.meta.dirname, "..", "..");

/** A workflow of the README, word for word, by its `name`. */
export function readmeWorkflow(name: string): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  const found = blocks.find((text) => nameOf(text) === name && /^jobs:$/m.test(text));
  if (found === undefined) throw new Error(`the README has no workflow called ${name}`);
  return found;
}

/** A ready-made workflow, word for word. @param path below `examples/` */
export function exampleWorkflow(path: string): string {
  return readFileSync(join(ROOT, "examples", path), "utf8");
}

/** What a workflow is called. */
export function nameOf(workflow: string): string {
  return /^name: *(.*)$/m.exec(workflow)?.[1]?.replace(/^(["'])(.*)\1$/, "$2") ?? "";
}

const PERMISSIONS: Readonly<Record<string, Permission>> = {
  actions: "actions",
  checks: "checks",
  contents: "contents",
  issues: "issues",
  "pull-requests": "pull_requests",
};

/**
 * What the job's token may do: what the workflow asks for and no more, as GitHub has it. act has one token for all jobs,
 * so that what one of them asks for is given to all.
 * @param trusted a fork's pull request, and Dependabot's, get nothing above `read`
 */
export function tokenPermissions(workflow: string, trusted: boolean): Token["permissions"] {
  const lines = workflow.split("\n");
  const given: Partial<Record<Permission, Access>> = {};
  let depth: number | null = null;
  for (const line of lines) {
    const indent = line.search(/\S/);
    if (indent === -1 || line.trimStart().startsWith("#")) continue;
    if (depth !== null && indent > depth) {
      const [, name = "", access = ""] = /^\s*([\w-]+): *(\w+)/.exec(line) ?? [];
      const permission = PERMISSIONS[name];
      if (permission === undefined) continue;
      given[permission] = access === "write" && trusted ? "write" : access === "none" ? "none" : "read";
    } else depth = /^\s*permissions: *(#.*)?$/.test(line) ? indent : null;
  }
  if (!/^\s*permissions:/m.test(workflow)) throw new Error("the workflow does not say which permissions it needs");
  return given;
}
