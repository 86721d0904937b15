/** One stretch of a unified diff, without its header. */
export interface DiffHunk {
  /** Number that its first line has in the text before, from 1; of lines that only come first of all, 1. */
  readonly line: number;
  /** `-` goes, `+` comes. What only comes has the line before it for context, so that one can see where. */
  readonly lines: readonly string[];
}

/** What differs between two texts. */
export function diffHunks(before: string, after: string): DiffHunk[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const hunks = hunksOf(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return hunks
    .map((hunk) => ({ ...hunk, at: hunk.at + start }))
    .map((hunk, index, all) => settled(hunk, a, all[index - 1], all[index + 1]))
    .map(({ at, gone, come }) => {
      const context = gone.length > 0 ? undefined : a[at - 1];
      const changed = [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)];
      return context === undefined
        ? { line: at + 1, lines: changed }
        : { line: at, lines: [` ${context}`, ...changed] };
    });
}

/** What only comes may stand a little higher or lower with the same effect: the blank line that sets it off is to come first. */
function settled(hunk: Hunk, a: readonly string[], before: Hunk | undefined, after: Hunk | undefined): Hunk {
  if (hunk.gone.length > 0) return hunk;
  const top = before === undefined ? 0 : before.at + before.gone.length;
  const bottom = after?.at ?? a.length;
  let up = hunk;
  while (up.come[0] !== "" && up.at > top && a[up.at - 1] === up.come.at(-1)) {
    up = { ...up, at: up.at - 1, come: [up.come.at(-1) ?? "", ...up.come.slice(0, -1)] };
  }
  if (up.come[0] === "") return up;
  let down = hunk;
  while (down.come[0] !== "" && down.at < bottom && a[down.at] === down.come[0]) {
    down = { ...down, at: down.at + 1, come: [...down.come.slice(1), down.come[0] ?? ""] };
  }
  return down.come[0] === "" ? down : hunk;
}

interface Hunk {
  /** Index of its first line before. */
  readonly at: number;
  readonly gone: string[];
  readonly come: string[];
}

/** By the longest common subsequence: an app's manifests are short. */
function hunksOf(a: readonly string[], b: readonly string[]): Hunk[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const length = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = lengths[i];
    if (row === undefined) continue;
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const hunks: Hunk[] = [];
  let open: Hunk | null = null;
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      open = null;
      i++;
      j++;
      continue;
    }
    if (open === null) hunks.push((open = { at: i, gone: [], come: [] }));
    if (j >= b.length || (i < a.length && length(i + 1, j) >= length(i, j + 1))) open.gone.push(a[i++] ?? "");
    else open.come.push(b[j++] ?? "");
  }
  return hunks;
}
