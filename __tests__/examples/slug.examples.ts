import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { REPORT_SCHEMA } from "../../src/model/report.js";

test("the slug before and after is what the example's README says", () => {
  const { status, stdout } = spawnSync("node", ["scripts/demo-object-storage.mjs", "--format", "json"], {
    encoding: "utf8",
    maxBuffer: 64 * MIB,
  });
  expect(status).toBe(0);
  const { diff } = REPORT_SCHEMA.parse(JSON.parse(stdout));
  const changed = diff.layers.filter(({ change }) => change !== "unchanged");
  // typing-extensions comes with obstore before Python 3.13.
  expect(changed.map(({ name }) => name).sort()).toEqual(["app", "obstore", "typing-extensions"]);
  const readme = readFileSync("examples/model-in-object-storage/README.md", "utf8");
  const said = Number(/^Slug −([\d.]+) MiB:/m.exec(readme)?.[1]);
  // The runtime's figure depends on whether its archive can be had, but is the same before and after.
  expect(Math.abs((diff.total?.compressed ?? 0) / MIB + said)).toBeLessThan(0.2);
});
