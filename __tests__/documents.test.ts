import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { keysAt } from "../src/config/schema.js";
import { VERSION } from "../src/version.js";

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

/** Names of the entries of a top-level mapping of `action.yml`. */
function entriesOf(action: string, section: string): string[] {
  const [, body = ""] = new RegExp(`^${section}:\\n((?:[ ].*\\n)+)`, "m").exec(action) ?? [];
  return [...body.matchAll(/^ {2}([\w-]+):/gm)].map((match) => match[1] ?? "");
}

describe("What is written twice says the same", () => {
  test("the version", () => {
    expect(JSON.parse(read("package.json"))).toMatchObject({ version: VERSION });
  });

  test("the action's inputs are the configuration's keys", () => {
    expect(entriesOf(read("action.yml"), "inputs").sort()).toEqual([...keysAt("action")].sort());
  });

  test("the comment action's inputs about GitHub are the action's", () => {
    const [artifact, ...others] = entriesOf(read("comment/action.yml"), "inputs");
    expect(artifact).toBe("artifact");
    expect(others).toEqual(entriesOf(read("action.yml"), "inputs").filter((name) => others.includes(name)));
  });

  test("the README explains every key that a file can hold", () => {
    const rows = read("README.md")
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const explained = new Set(
      rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([\w-]+)`/g)].map((match) => match[1])),
    );
    expect(keysAt("file").filter((key) => !explained.has(key))).toEqual([]);
  });

  test("the README's links lead somewhere", () => {
    const links = [...read("README.md").matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(new URL(`../${link}`, import.meta.url)))).toEqual([]);
  });
});
