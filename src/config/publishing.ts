import { createHash } from "node:crypto";
import type { CommentMode, Given } from "./schema.js";

/** What the action does on GitHub with the answer. */
export interface Publishing {
  readonly comment: CommentMode;
  /** Tells this run's comment from those of other jobs on the same pull request. */
  readonly key: string;
  /** Whether advice is to be suggested on the lines that it would change. */
  readonly suggest: boolean;
  readonly overrideLabel: string;
  /** Where what the default branch weighed is kept; null for the Actions cache. */
  readonly historyBranch: string | null;
}

/** Characters; what `comment-key` may have. */
const LONGEST_KEY = 100;

/** The settings about GitHub, with their defaults. */
export function publishingOf(given: Given): Publishing {
  return {
    comment: given.comment ?? "changes",
    key: given["comment-key"] ?? keyOf((given.app ?? ["."]).join(", ")),
    suggest: given.suggest ?? false,
    overrideLabel: given["override-label"] ?? "slug-size-approved",
    historyBranch: given["history-branch"] ?? null,
  };
}

/** A list of many apps would leave a comment no room: its start, and a hash in place of the rest, are as good a key. */
function keyOf(apps: string): string {
  const characters = Array.from(apps);
  if (characters.length <= LONGEST_KEY) return apps;
  const hash = createHash("sha256").update(apps).digest("hex").slice(0, 16);
  return `${characters.slice(0, LONGEST_KEY - hash.length - 2).join("")}… ${hash}`;
}
