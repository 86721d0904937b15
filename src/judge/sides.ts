import type { KnownDiff } from "../model/diff.js";
import { mib } from "../model/format.js";
import type { Budget } from "../model/options.js";
import type { Side } from "../model/slug.js";
import type { Finding, Occasion } from "../model/verdict.js";
import { addsOrRemoves, giveOrTake } from "./words.js";

/** Whether the head could be weighed at all. An app that goes away weighs nothing, and nothing is wrong with that. */
export function judgeWeighed(head: Side): Finding {
  switch (head.state) {
    case "weighed": {
      const { compressed } = head.slug.total;
      const message = `The slug weighs ${mib(compressed)} compressed${giveOrTake(head.slug.error)}.`;
      return { rule: "weighed", status: "pass", message, value: compressed, limit: null };
    }
    case "absent":
      return { rule: "weighed", status: "pass", message: "The app goes away.", value: 0, limit: null };
    case "invalid":
    case "unweighable": {
      const message = `The head could not be weighed: ${sentence(head.problem.message)}`;
      return { rule: "weighed", status: "indeterminate", message, value: null, limit: null };
    }
  }
}

/** Whether the change is known. Null if no base was asked for, or if it is the head that is to blame. */
export function judgeBase(base: Side, diff: KnownDiff | null, budget: Budget, occasion: Occasion): Finding | null {
  switch (base.state) {
    case "weighed": {
      if (diff === null) return null;
      const message = `The base weighs ${mib(base.slug.total.compressed)}; this change ${addsOrRemoves(diff.total.compressed)}.`;
      return { rule: "base", status: "pass", message, value: diff.total.compressed, limit: null };
    }
    case "absent":
      return base.revision === null
        ? null
        : { rule: "base", status: "pass", message: "The app is new: it has no base.", value: null, limit: null };
    case "invalid":
    case "unweighable": {
      const unjudged =
        budget.maxIncrease !== null && occasion === "comparison" ? " and max-increase is not judged" : "";
      const message = `The base could not be weighed, so the delta is unknown${unjudged}: ${sentence(base.problem.message)}`;
      return { rule: "base", status: "warn", message, value: null, limit: null };
    }
  }
}

/** With one full stop. */
function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
