import { UserError } from "../errors.js";
import type { SlugDiff } from "../model/diff.js";
import type { Budget } from "../model/options.js";
import type { Side } from "../model/slug.js";
import { worst, type Finding, type Occasion, type Verdict } from "../model/verdict.js";
import { judgeLimit, judgeMaxIncrease, judgeWarnAt } from "./limits.js";
import { judgeBase, judgeWeighed } from "./sides.js";

/**
 * The verdict on the head: one finding for each rule that applies, the worst of them decides.
 * A base that is absent and has no revision was not asked for, and nothing is said of it.
 */
export function judge(base: Side, head: Side, diff: SlugDiff, budget: Budget, occasion: Occasion): Verdict {
  const known = diff.state === "known" ? diff : null;
  const findings: (Finding | null)[] = [judgeWeighed(head), judgeBase(base, known, budget, occasion)];
  if (head.state === "weighed") {
    const before = base.state === "weighed" ? base.slug : null;
    const change = occasion === "push" ? null : known;
    findings.push(judgeLimit(head.slug, change, budget, occasion));
    findings.push(judgeWarnAt(head.slug, before, change, budget));
    if (occasion === "comparison") findings.push(judgeMaxIncrease(before, change, budget));
  }
  const applying = findings.filter((finding) => finding !== null);
  return { status: worst(applying.map(({ status }) => status)), findings: applying };
}

/**
 * Refuses a comparison of nothing with nothing: the app was misspelt, or never was.
 * @throws UserError if the app is absent on both sides
 */
export function requireOneSide(app: string, base: Side, head: Side): void {
  if (base.state !== "absent" || head.state !== "absent") return;
  const refs = [head, base].flatMap(({ revision }) => revision?.ref ?? []);
  const where = [...new Set(refs)].join(" or ");
  throw new UserError(
    `There is no Python app in "${app}"${where === "" ? "" : ` at ${where}`}.`,
    "Name the directory that has requirements.txt, uv.lock, poetry.lock or Pipfile.lock with `app`.",
  );
}
