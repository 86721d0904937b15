import { spawnSync } from "node:child_process";

/** What a pull request changes in one file. */
export interface FileChange {
  readonly path: string;
  readonly status: "added" | "removed" | "modified";
  /** Of the blob at the head; of one that is removed, at the base. */
  readonly sha: string;
  /** Null for what is binary. */
  readonly patch: string | null;
}

/** What is between the merge base of two commits and the second of them, as GitHub shows a pull request. */
export function changesBetween(directory: string, base: string, head: string): FileChange[] {
  const options = ["--no-renames", "--no-color", "--full-index", "--src-prefix=a/", "--dst-prefix=b/"];
  const { status, stdout, stderr } = spawnSync("git", ["diff", ...options, `${base}...${head}`], {
    cwd: directory,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split(/^diff --git /m)
    .slice(1)
    .map((text): FileChange => {
      const [header = ""] = text.split(/^@@ /m, 1);
      const patch = text.slice(header.length).replace(/\n$/, "");
      const [, before = "", after = ""] = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/m.exec(header) ?? [];
      const isRemoved = /^deleted file/m.test(header);
      return {
        path: /^a\/(.*) b\/\1$/m.exec(header)?.[1] ?? "",
        status: isRemoved ? "removed" : /^new file/m.test(header) ? "added" : "modified",
        sha: isRemoved ? before : after,
        patch: patch === "" ? null : patch,
      };
    });
}

/** How often lines begin with a sign, in a patch. */
export function countOf(sign: "+" | "-", patch: string | null): number {
  return (patch ?? "").split("\n").filter((line) => line.startsWith(sign)).length;
}

/** Whether a remark may stand on these lines: GitHub takes those that one stretch of the patch has on its right side. */
export function mayStandOn(patch: string | null, start: number, end: number): boolean {
  const stretches = [...(patch ?? "").matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)];
  return stretches.some(([, first, count = "1"]) => {
    const last = Number(first) + Number(count) - 1;
    return Number(first) <= start && start <= end && end <= last;
  });
}
