import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { z } from "zod";

const STEP = z.object({
  title: z.string(),
  total: z.object({ compressed: z.int() }),
  advised: z.object({ basis: z.enum(["measured", "predicted"]), compressed: z.int() }).nullable(),
});
const { steps } = z
  .object({ steps: z.array(STEP) })
  .parse(JSON.parse(readFileSync("docs/shrinking-a-slug.json", "utf8")));

test("the guide's figures and lines are those that were measured, and what the advice says today", () => {
  const { status, stderr } = spawnSync("npm", ["run", "--silent", "shrinking", "--", "--check"], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("it goes from over the limit down to a tenth, and every step saves", () => {
  const sizes = steps.map(({ total }) => total.compressed);
  expect(sizes[0]).toBeGreaterThan(1000 * 2 ** 20);
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect((sizes.at(-1) ?? NaN) / (sizes[0] ?? NaN)).toBeLessThan(0.105);
});

test("what was advised as measured was saved, but for what comes in the place of a file", () => {
  const promised = steps.flatMap(({ title, total, advised }, at) => {
    const before = steps[at - 1]?.total.compressed;
    if (before === undefined || advised?.basis !== "measured" || title.includes("object storage")) return [];
    return [Math.abs(advised.compressed / (before - total.compressed) - 1)];
  });
  expect(promised.length).toBeGreaterThanOrEqual(4);
  for (const off of promised) expect(off).toBeLessThan(0.01);
});
