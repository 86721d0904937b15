/** From best to worst. `indeterminate` turns the check red as `fail` does, but says that nothing was proved. */
export const STATUSES = ["pass", "warn", "fail", "indeterminate"] as const;
export type Status = (typeof STATUSES)[number];

/** The worst of several; `pass` of none. */
export function worst(statuses: readonly Status[]): Status {
  return STATUSES[Math.max(0, ...statuses.map((status) => STATUSES.indexOf(status)))] ?? "indeterminate";
}

export const RULES = ["weighed", "base", "limit", "warn-at", "max-increase"] as const;
export type RuleName = (typeof RULES)[number];

/** One rule's outcome. `value` and `limit` are bytes, null where the rule is not about a size. */
export interface Finding {
  readonly rule: RuleName;
  readonly status: Status;
  /** One sentence for people. */
  readonly message: string;
  readonly value: number | null;
  readonly limit: number | null;
}

/** The worst of its findings: `indeterminate` over `fail` over `warn` over `pass`. */
export interface Verdict {
  readonly status: Status;
  readonly findings: readonly Finding[];
}

/**
 * What is judged: a change (a pull request, `compare`), a change in the merge queue, or a revision by itself (a push,
 * `weigh`). In the queue only the absolute rules hold: what one pull request may add was judged on the pull request.
 * On a push the limit and the warning levels apply whatever was there before, and nothing limits the increase.
 */
export type Occasion = "comparison" | "queue" | "push";
