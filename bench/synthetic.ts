import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { IndexSource } from "./index-server.js";
import { keptMirror, PYTHON, type Files, type Lab } from "./lab.js";

const Index = z.record(z.string(), z.array(z.looseObject({ filename: z.string() })));

/** As in the script: real chains of requirements are shorter. */
const LONGEST_CHAIN = 50;

const SCRIPT = fileURLToPath(new URL("make_synthetic.py", import.meta.url));

function make(python: string, order: object): void {
  execFileSync(python, [SCRIPT], { input: JSON.stringify(order) });
}

/**
 * For `openLab`: an index with so many distributions, made on the spot, and one with a large file if `large` is not 0. What Heroku
 * installs besides comes from the machine's own index.
 * @param large bytes
 */
export function synthetic(count: number, large = 0): (root: string, python: string) => IndexSource {
  return (root, python) => {
    const directory = join(root, "wheels");
    make(python, { directory, count, large });
    const index = Index.parse(JSON.parse(readFileSync(join(directory, "index.json"), "utf8")));
    const others = keptMirror(python);
    return {
      page: async (project) => index[project] ?? (await others.page(project)),
      file: async (project, filename) => {
        if (index[project] === undefined) return others.file(project, filename);
        const path = join(directory, filename);
        return Promise.resolve(/^[\w.-]+$/.test(filename) && existsSync(path) ? path : null);
      },
    };
  };
}

/** The branches of a synthetic app's repository: `app-file` changes a file of its own, `small` one distribution. */
export type SyntheticBranch = "main" | "app-file" | "small";

/** The distribution that `small` changes. */
export function changedPart(count: number): string {
  return partName(count - 1);
}

/**
 * An app that has them all.
 * @param options `more`: further requirements; `files`: further files of its own
 */
export function syntheticApp(
  lab: Lab,
  count: number,
  { more = [], files = {} }: { readonly more?: readonly string[]; readonly files?: Files } = {},
): string {
  const chain = Math.min(Math.floor(count / 10), LONGEST_CHAIN);
  const tops = [...(chain > 0 ? [0] : []), chain, chain + 1, chain + 2, chain + 3].map(partName);
  const requirements = (version: string): string =>
    [...new Set(tops), ...more, `${changedPart(count)}==${version}`, ""].join("\n");
  const source = (number: number): Files => ({ "app.py": `ANSWER = ${String(number)}\n` });
  const revisions: Record<SyntheticBranch, Files> = {
    main: {
      ".python-version": `${PYTHON}\n`,
      "requirements.txt": requirements("1.0"),
      ...source(0),
      ...files,
    },
    "app-file": source(1),
    small: { "requirements.txt": requirements("1.1") },
  };
  return lab.repository(revisions);
}

function partName(number: number): string {
  return `part-${String(number).padStart(5, "0")}`;
}

/** A large file's content, half of it hard to compress. */
export function largeFile(lab: Lab, bytes: number): string {
  const file = join(lab.directory("large"), "weights.bin");
  make(lab.python.path, { file, size: bytes });
  return file;
}
