import type { KnownDiff } from "../model/diff.js";
import { limitMib, mib } from "../model/format.js";
import type { Budget, Increase } from "../model/options.js";
import type { Slug } from "../model/slug.js";
import type { Finding, Occasion, Status } from "../model/verdict.js";
import { addsOrRemoves, giveOrTake } from "./words.js";

/** Whether a figure with an error band is over a limit; `maybe` if the band is not clear of it. */
type Over = "no" | "maybe" | "yes";

/** What is exactly at a limit is not over it: Heroku refuses what is larger. All in bytes. */
function over(value: number, error: number, limit: number): Over {
  if (value + error <= limit) return "no";
  return value - error > limit ? "yes" : "maybe";
}

/**
 * The largest slug that may be shipped. Who did not grow the slug is not blamed for its being too large, only told.
 * @param change what grew it; null if the limit applies in any case: on a push, or since nobody can tell
 */
export function judgeLimit(slug: Slug, change: KnownDiff | null, budget: Budget, occasion: Occasion): Finding {
  const { limit, allowance, noiseFloor } = budget;
  const value = slug.total.compressed + allowance;
  const finding = (status: Status, message: string): Finding => ({ rule: "limit", status, message, value, limit });

  const name = allowance === 0 ? "The slug" : `The slug with its allowance of ${limitMib(allowance)}`;
  const delta = change?.total.compressed ?? 0;
  const grown = change === null ? "yes" : over(delta, change.error, noiseFloor);
  const inherited = `inherited: this change ${delta > 0 ? `adds no more than ${limitMib(noiseFloor)}` : addsOrRemoves(delta)}`;

  switch (over(value, slug.error, limit)) {
    case "no":
      return finding("pass", `${name} leaves ${mib(limit - value)} under the limit of ${limitMib(limit)}.`);
    case "maybe": {
      const message = `${name} may be over the limit of ${limitMib(limit)}: it weighs ${mib(value)}${giveOrTake(slug.error)}`;
      return grown === "no" ? finding("warn", `${message}, ${inherited}.`) : finding("indeterminate", `${message}.`);
    }
    case "yes": {
      const message = `${name} is ${mib(value - limit)} over the limit of ${limitMib(limit)}`;
      if (grown === "no") return finding("warn", `${message}, ${inherited}.`);
      if (change === null) {
        const cause = occasion === "push" ? "" : ", and nothing shows that this change is not the cause";
        return finding("fail", `${message}${cause}.`);
      }
      const cause = `this change ${addsOrRemoves(delta)}${giveOrTake(change.error)}`;
      return grown === "yes"
        ? finding("fail", `${message}; ${cause}.`)
        : finding("indeterminate", `${message}, and it can't be told who grew it: ${cause}.`);
    }
  }
}

/**
 * The warning levels: speaks of the highest that this change crosses. Judged by the figures themselves, whatever
 * their error, since an estimate that hovers around a level would speak of it on every change.
 * @param before the base; null if there was none
 * @param change null if the levels apply in any case
 */
export function judgeWarnAt(slug: Slug, before: Slug | null, change: KnownDiff | null, budget: Budget): Finding | null {
  const { allowance, warnAt } = budget;
  const value = slug.total.compressed + allowance;
  const from = before && change ? before.total.compressed + allowance : 0;
  const levels = [...warnAt].sort((a, b) => b - a);
  const reached = levels.find((level) => value > level);
  const next = levels.findLast((level) => value <= level);
  const finding = (status: Status, message: string, limit: number): Finding => {
    return { rule: "warn-at", status, message, value, limit };
  };
  if (reached !== undefined) {
    const level = limitMib(reached);
    if (from > reached) return finding("pass", `The slug was over the warning level of ${level} before.`, reached);
    const message = change
      ? `This change takes the slug over the warning level of ${level}, to ${mib(value)}.`
      : `The slug is over the warning level of ${level}: ${mib(value)}.`;
    return finding("warn", message, reached);
  }
  return next === undefined ? null : finding("pass", `The slug is under the warning level of ${limitMib(next)}.`, next);
}

/** What one change may add. Growth within the noise floor never counts. Null if there is no rule, or nothing to hold it to. */
export function judgeMaxIncrease(before: Slug | null, change: KnownDiff | null, budget: Budget): Finding | null {
  if (budget.maxIncrease === null || before === null || change === null) return null;
  const value = change.total.compressed;
  const limit = Math.max(allowed(budget.maxIncrease, before), budget.noiseFloor);
  const finding = (status: Status, message: string): Finding => ({
    rule: "max-increase",
    status,
    message,
    value,
    limit,
  });

  const growth = `This change ${addsOrRemoves(value)}${giveOrTake(change.error)}`;
  const most = `${limitMib(limit)} that a change may add`;
  switch (over(value, change.error, limit)) {
    case "no":
      return finding("pass", `${growth}, within the ${most}.`);
    case "maybe":
      return finding("indeterminate", `${growth}, which may be more than the ${most}.`);
    case "yes":
      return finding("fail", `${growth}, ${mib(value - limit)} more than the ${most}.`);
  }
}

/** Whole bytes, in favour of the stricter. */
function allowed(increase: Increase, base: Slug): number {
  if ("bytes" in increase) return increase.bytes;
  return Math.floor((base.total.compressed * increase.percent) / 100);
}
