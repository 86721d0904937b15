/** What git says of a commit. */
export interface Commit {
  /** Full object name. */
  readonly sha: string;
  /** When it was committed, RFC 3339 with `Z`. */
  readonly date: string;
  /** First line of its message. */
  readonly subject: string;
}
