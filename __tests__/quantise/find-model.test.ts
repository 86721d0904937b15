import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { lfsPointer } from "../../src/app/lfs.js";
import type { TreeEntry } from "../../src/model/tree.js";
import { findModel } from "../../src/quantise/find-model.js";
import { temporary } from "../revisions/fixtures.js";

/** Files whose content is not what decides, or decides by its first bytes. */
const FILES: Readonly<Record<string, string | Buffer>> = {
  "m.keras": "by its ending",
  "m.v2.h5": "by its ending",
  "m.tflite": "by its ending",
  "twice.h5": "",
  "twice.tflite": "",
  "saved/saved_model.pb": "",
  "saved/variables/variables.index": "",
  "plain/readme.md": "",
  "ignored.keras": "",
  "pointer.h5": lfsPointer("0".repeat(64), 1e6),
  "old.pkl": Buffer.from([0x80, 4, 0x95]),
  "app.py": "",
};

let root: string;
let all: TreeEntry[];
beforeAll(async () => {
  root = temporary();
  const file = { kind: "file", executable: false } as const;
  for (const [path, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await symlink("m.keras", join(root, "link.keras"));
  all = [
    ...Object.entries(FILES).map(([path, content]) => ({ ...file, path, size: content.length })),
    ...["saved", "plain"].map((path) => ({ path, kind: "directory" as const, size: 0, executable: false })),
    { path: "link.keras", kind: "symlink", size: 0, executable: false },
  ];
});

const find = (path: string): ReturnType<typeof findModel> =>
  findModel(path, { root, all, shipped: all.filter((entry) => entry.path !== "ignored.keras") });

test.each([
  ["m.keras", "keras", "m.tflite"],
  ["./m.v2.h5", "keras", "m.v2.tflite"],
  ["saved/", "saved-model", "saved.tflite"],
] as const)("%s is a model of the app", async (given, format, result) => {
  const places = all.filter(({ path }) => path !== "m.tflite");
  const path = given.replace(/^\.\/|\/$/g, "");
  expect(await findModel(given, { root, all, shipped: places })).toEqual({ path, format, result });
});

test("a LiteRT model comes in its own place", async () => {
  expect(await find("m.tflite")).toEqual({ path: "m.tflite", format: "tflite", result: "m.tflite" });
});

test.each([
  ["../m.keras", /not in the app/, /slug root/],
  ["/etc/passwd", /not in the app/, /slug root/],
  ["nothing.keras", /has no nothing\.keras/, /tracked/],
  ["ignored.keras", /not in the slug/, /\.slugignore .* nothing can be saved/],
  ["link.keras", /symbolic link/, /leads to/],
  ["pointer.h5", /Git LFS pointer/, /object storage/],
  ["plain", /directory without a SavedModel/, /saved_model\.pb/],
  ["saved/saved_model.pb", /part of a SavedModel/, /directory/],
  ["old.pkl", /a pickle, and no pickle is loaded/, /ONNX/],
  ["app.py", /no model that is understood/, /\.keras/],
  ["twice.h5", /twice\.tflite, which the app has already/, /twice\.tflite itself/],
])("%s is a mistake, told in words", async (path, message, hint) => {
  await expect(find(path)).rejects.toMatchObject({
    name: "UserError",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
