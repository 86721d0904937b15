import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { mountsFor } from "../../src/sandbox/mounts.js";

let root: string;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "slugdiff-mounts-")));
  for (const path of ["work/tmp", "python/lib", "python/home/secret", "other"])
    await mkdir(join(root, path), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("a private directory is covered where it lies within what is shown, and what is shown lies over it", async () => {
  const at = (path: string): string => join(root, path);
  const view = { work: at("python/home/work"), temporary: at("work/tmp"), readable: [at("python"), at("missing")] };
  const mounts = await mountsFor({ ...view, hidden: [at("python/home"), at("other")] });
  const own = mounts.filter(({ path }) => path.startsWith(root) || path === "/tmp");
  expect(own).toEqual([
    { kind: "bind", source: at("work/tmp"), path: "/tmp" },
    { kind: "bind", source: at("python"), path: at("python") },
    { kind: "hide", path: at("python/home") },
    { kind: "bind", source: at("python/home/work"), path: at("python/home/work") },
  ]);
});

test("nothing of the system is shown but programs, libraries and a few settings", async () => {
  const view = { work: join(root, "work"), temporary: join(root, "work/tmp"), readable: [], hidden: [] };
  for (const { path } of await mountsFor(view)) {
    expect(path).toMatch(/^(\/usr|\/s?bin|\/lib\w*|\/tmp|\/etc\/[\w./-]+)$|^\/.*\/work$/);
  }
});
