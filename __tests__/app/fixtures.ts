import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "@jest/globals";
import { byTarOrder, type TreeEntry } from "../../src/model/tree.js";

const made: string[] = [];
afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Entries of these files and of the directories that hold them. A path that ends in `@` is a symbolic link. */
export function tree(files: Readonly<Record<string, string>>): TreeEntry[] {
  const directories = new Set<string>();
  const entries = Object.entries(files).map(([name, content]): TreeEntry => {
    const path = name.replace(/@$/, "");
    for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) directories.add(parent);
    return name === path
      ? { path, kind: "file", size: Buffer.byteLength(content), executable: false }
      : { path, kind: "symlink", size: 0, executable: false, linkTarget: content };
  });
  for (const path of directories) entries.push({ path, kind: "directory", size: 0, executable: false });
  return entries.sort(byTarOrder);
}

/** The same, on disk. */
export function app(files: Readonly<Record<string, string>>): { root: string; entries: TreeEntry[] } {
  const root = mkdtempSync(join(tmpdir(), "slugdiff-test-"));
  made.push(root);
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name.replace(/@$/, ""));
    mkdirSync(dirname(path), { recursive: true });
    if (name.endsWith("@")) symlinkSync(content, path);
    else writeFileSync(path, content);
  }
  return { root, entries: tree(files) };
}
