/**
 * Something a user did, or can mend: shown as one line and one hint, never as a stack trace.
 * Every other error that reaches a composition root is a bug and keeps its stack.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";

  /**
   * @param message one line that says what is wrong
   * @param hint one line that says what to do
   * @param details the last lines of the tool that failed, credentials already removed
   */
  constructor(
    message: string,
    readonly hint: string,
    readonly details: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The steps of weighing one side, in their order; the last is for a what-if that asks for it. */
export const STEPS = [
  "revision",
  "configuration",
  "manifest",
  "python",
  "resolve",
  "install",
  "weigh",
  "quantise",
] as const;
export type Step = (typeof STEPS)[number];

/**
 * A side that can't be weighed. `invalid`: its own files are wrong (two manifests, a lock out of date), which
 * the pull request may be about to mend. `unweighable`: the files may be right, the world did not play along
 * (an index that is down, a distribution without anything usable for the target, a full disk).
 */
export class SideError extends UserError {
  override readonly name = "SideError";

  constructor(
    readonly state: "invalid" | "unweighable",
    readonly step: Step,
    message: string,
    hint: string,
    details: readonly string[] = [],
  ) {
    super(message, hint, details);
  }
}
