import { expect, test } from "@jest/globals";
import { likelyByFiles } from "../../src/predict/formula.js";
import { installedPath } from "../../src/predict/wheel-layout.js";

const HOME = ".heroku/python";
const PACKAGES = `${HOME}/lib/python3.13/site-packages`;

test.each([
  ["pkg/module.py", `${PACKAGES}/pkg/module.py`],
  ["a-1.0.data/purelib/pkg/module.py", `${PACKAGES}/pkg/module.py`],
  ["a-1.0.data/platlib/pkg/fast.so", `${PACKAGES}/pkg/fast.so`],
  ["a-1.0.data/scripts/tool", `${HOME}/bin/tool`],
  ["a-1.0.data/headers/a.h", `${HOME}/include/python3.13/a/a.h`],
  ["a-1.0.data/data/share/a/b.txt", `${HOME}/share/a/b.txt`],
  ["a-1.0.data/constructor/x", `${PACKAGES}/a-1.0.data/constructor/x`],
  ["a.data/scripts/tool", `${PACKAGES}/a.data/scripts/tool`],
  ["./pkg//module.py", `${PACKAGES}/pkg/module.py`],
])("%s is installed as %s", (name, path) => {
  expect(installedPath(name, "3.13")).toBe(path);
});

test("a file that the archive did not compress may come to a third or to all of it", () => {
  const size = 1_000_000;
  const { weight, error } = likelyByFiles([{ name: "a.bin", size, packed: size, stored: true }], "3.13");
  expect(weight.disk).toBe(size);
  for (const share of [0.32, 1]) expect(Math.abs(weight.compressed - share * size)).toBeLessThan(error);
});

test("source is compiled in site-packages, and nowhere else", () => {
  const file = (name: string) => ({ name, size: 10_000, packed: 3000, stored: false });
  const { entries } = likelyByFiles([file("a.py"), file("a-1.0.data/scripts/b.py"), file("c.pyi")], "3.13");
  expect(entries.filter(({ path }) => path.endsWith(".pyc")).map(({ path }) => path)).toEqual([
    `${PACKAGES}/__pycache__/a.cpython-313.pyc`,
  ]);
});
