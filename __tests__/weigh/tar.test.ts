import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import type { TreeEntry } from "../../src/model/tree.js";
import { scanTree } from "../../src/weigh/scan.js";
import { tarHeaders, tarHeadersSize, tarPadding } from "../../src/weigh/tar.js";
import { gnuTar, oddTree, scratchDirectory } from "./support.js";

const scratch = scratchDirectory();
afterAll(scratch.remove);

/** The time that `tar.ts` gives every entry, for GNU tar. */
const FIXED = "--mtime=2026-01-01 00:00:00 UTC";

function stretch(root: string, entries: readonly TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => [
      tarHeaders(entry),
      entry.kind === "file" ? readFileSync(join(root, entry.path)) : Buffer.alloc(0),
      Buffer.alloc(tarPadding(entry.size)),
    ]),
  );
}

test("headers are as long as is said without making them", () => {
  for (const length of [1, 90, 92, 93, 94, 100, 101, 505, 511, 512, 600, 1100]) {
    for (const kind of ["file", "directory", "symlink"] as const) {
      const path = "é".repeat(length >> 1) + "x".repeat(length & 1);
      const link = kind === "symlink" ? { linkTarget: path } : {};
      const entry: TreeEntry = { path, kind, size: 0, executable: false, ...link };
      expect(tarHeadersSize(entry)).toBe(tarHeaders(entry).length);
    }
  }
});

describe("a layer's stretch of the tar", () => {
  test.each([
    ["with odd names, empty directories, links and long paths", oddTree],
    [
      "of a real package",
      (root: string) => {
        execFileSync("cp", ["-r", "node_modules/zod", root]);
      },
    ],
  ])("is byte for byte what GNU tar writes: a tree %s", (title, make) => {
    const root = join(scratch.path, title, "app");
    mkdirSync(root, { recursive: true });
    make(root);
    execFileSync("chmod", ["-R", "u=rwX,go=rX", root]); // A slug's files have one of two modes; a checkout's depend on the umask.
    const tar = gnuTar(root, FIXED);
    const ours = stretch(root, scanTree(root));
    // GNU tar has an entry for the slug root before it, and zeros after it.
    expect(ours.length).toBeGreaterThan(512);
    expect(tar.subarray(512, 512 + ours.length).equals(ours)).toBe(true);
    expect(tar.subarray(512 + ours.length).some((byte) => byte !== 0)).toBe(false);
  });

  test("a file of 9 GiB has a size that eleven octal digits can't tell", () => {
    const root = join(scratch.path, "huge", "app");
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "model.bin"), "");
    truncateSync(join(root, "model.bin"), 9 * 2 ** 30);
    chmodSync(join(root, "model.bin"), 0o644);
    const options = `--owner=root --group=root --format=gnu "${FIXED}" -C "${root}/.." -cf - ./app/model.bin`;
    const header = execFileSync("bash", ["-c", `tar ${options} 2>/dev/null | head -c 512`]);
    expect(Buffer.from(tarHeaders(...(scanTree(root) as [TreeEntry]))).equals(header)).toBe(true);
  });
});

describe("scanTree", () => {
  test("lists what is there in the order of tar --sort=name", () => {
    const root = join(scratch.path, "order", "app");
    mkdirSync(root, { recursive: true });
    oddTree(root);
    const listed = execFileSync("tar", [
      "--sort=name",
      "--quoting-style=literal",
      "-C",
      root,
      "-cf",
      "/dev/null",
      "-v",
      ".",
    ]);
    const names = listed.toString().split("\0");
    const paths = scanTree(root).map(({ path, kind }) => `./${path}${kind === "directory" ? "/" : ""}\n`);
    expect(names.join("")).toBe(`./\n${paths.join("")}`);
  });

  test("lists the given paths only, each for itself", () => {
    const root = join(scratch.path, "some", "app");
    mkdirSync(join(root, "a/b"), { recursive: true });
    writeFileSync(join(root, "a/b/c"), "12345");
    writeFileSync(join(root, "a-b"), "");
    symlinkSync("nowhere", join(root, "z"));
    expect(scanTree(root, ["z", "a/b/c", "a-b", "a"])).toEqual([
      { path: "a", kind: "directory", size: 0, executable: false },
      { path: "a/b/c", kind: "file", size: 5, executable: false },
      { path: "a-b", kind: "file", size: 0, executable: false },
      { path: "z", kind: "symlink", size: 0, executable: false, linkTarget: "nowhere" },
    ]);
  });

  test("counts a hard link as a file of its own", () => {
    const root = join(scratch.path, "linked", "app");
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "a"), "12345");
    linkSync(join(root, "a"), join(root, "b"));
    expect(scanTree(root).map(({ path, kind, size }) => [path, kind, size])).toEqual([
      ["a", "file", 5],
      ["b", "file", 5],
    ]);
  });

  test.each([
    ["a named pipe", (path: string) => execFileSync("mkfifo", [path]), "odd is a named pipe, which a slug can't hold."],
    ["a name that is not UTF-8", () => undefined, "is not UTF-8"],
    ["a path that is not there", () => undefined, "gone can't be read: ENOENT."],
  ])("refuses %s, in one line", (title, make, message) => {
    const root = join(scratch.path, title, "app");
    mkdirSync(root, { recursive: true });
    make(join(root, "odd"));
    if (title.includes("UTF-8")) writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), "");
    const scan = () => scanTree(root, title.includes("not there") ? ["gone"] : undefined);
    expect(scan).toThrow(message);
    expect(scan).toThrow(expect.objectContaining({ name: "SideError", state: "unweighable", step: "weigh" }));
  });
});
