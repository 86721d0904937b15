import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

test("the README's tables of inputs and outputs are those of the actions", () => {
  const { status, stdout, stderr } = spawnSync("node", ["scripts/readme-tables.mjs", "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^4 tables /);
});

test("the README's workflow is the one to copy from the examples", () => {
  const example = readFileSync("examples/own-branches.yml", "utf8").replace(/^(?:#.*\n)+/, "");
  expect(readFileSync("README.md", "utf8")).toContain(`\`\`\`yaml\n${example}\`\`\`\n`);
});
