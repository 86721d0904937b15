/** A remark on a line of a file, as GitHub shows it beside the change. Plain text, no Markdown. */
export interface Annotation {
  /** Relative to the top of the repository. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly level: "notice" | "warning" | "failure";
  readonly title: string;
  readonly message: string;
}
