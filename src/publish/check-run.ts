import type { CheckRun } from "../github/github.js";
import type { Annotation } from "../model/annotation.js";
import type { Status } from "../model/verdict.js";

/** GitHub takes no more characters. https://docs.github.com/rest/checks/runs */
export const LONGEST_SUMMARY = 65_535;
/** GitHub takes no more at once. */
export const MOST_ANNOTATIONS = 50;

export interface CheckRunContent {
  readonly name: string;
  readonly headSha: string;
  readonly status: Status;
  readonly title: string;
  /** Markdown, at most `LONGEST_SUMMARY` characters. */
  readonly summary: string;
  /** The most telling first: what is more than `MOST_ANNOTATIONS` is left out. */
  readonly annotations: readonly Annotation[];
}

/** The check run that says what the job says: green for `pass` and `warn`, red for `fail` and `indeterminate`. */
export function checkRunOf({ name, headSha, status, title, summary, annotations }: CheckRunContent): CheckRun {
  if (summary.length > LONGEST_SUMMARY) throw new Error(`The summary has ${summary.length} characters.`);
  // Neither "neutral" nor "skipped": where a check is required, those count as passed.
  const conclusion = status === "pass" || status === "warn" ? "success" : "failure";
  return { name, headSha, conclusion, title, summary, annotations: annotations.slice(0, MOST_ANNOTATIONS) };
}
