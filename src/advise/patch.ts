/** One line of a file as a pull request leaves it. */
export interface ShownLine {
  readonly text: string;
  /** Whether the pull request added or changed it. */
  readonly isNew: boolean;
  /** Which stretch of the diff it is in, from 0. */
  readonly hunk: number;
}

/**
 * The lines of a file that a pull request's diff shows, by their number in the file as the pull request leaves it.
 * @param patch a unified diff of one file without its file headers, as GitHub gives it
 */
export function shownLines(patch: string): ReadonlyMap<number, ShownLine> {
  const shown = new Map<number, ShownLine>();
  let hunk = -1;
  let number = 0;
  for (const line of patch.split("\n")) {
    const header = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (header !== null) {
      hunk++;
      number = Number(header[1]);
    } else if (hunk >= 0 && (line.startsWith("+") || line.startsWith(" "))) {
      shown.set(number++, { text: line.slice(1), isNew: line.startsWith("+"), hunk });
    }
  }
  return shown;
}
