import type { Given } from "../config/schema.js";
import { UserError } from "../errors.js";
import type { GitHubEvent } from "../events/event.js";
import type { PageApp } from "../model/page-data.js";
import type { Revision } from "../model/slug.js";
import { compareApps } from "../pipeline/compare-apps.js";
import { findApps } from "../pipeline/find-apps.js";
import type { Parts } from "../pipeline/parts.js";
import { mapFor } from "../report/page-report.js";
import type { Repository } from "../revisions/repository.js";

/** Weighs the apps at the commit that the event is about, against what the event says that it is compared with, and maps them. */
export async function weighEvent(event: GitHubEvent, given: Given, parts: Parts): Promise<readonly PageApp[]> {
  const { repository } = parts;
  const head = await repository.resolve(given.head ?? "HEAD");
  const base = await baseRevision(given, head, event, repository);
  const apps = await findApps(given.app ?? ["."], base === null ? [head] : [base, head], repository);
  const occasion = base === null ? "push" : event.kind === "merge-queue" ? "queue" : "comparison";
  return compareApps({ apps, base, head, occasion, given, now: new Date() }, parts, (result) => ({
    report: result.report,
    map: mapFor(result, apps.length),
  }));
}

/**
 * What the checked-out commit is compared with. On a pull request the runner checks out its merge commit: compared with
 * its first parent, both contain the same main, and the difference is the pull request's own. In the merge queue it is the
 * commit that the group was built upon. Any other event's commit is weighed by itself.
 */
async function baseRevision(
  { base }: Given,
  head: Revision,
  event: GitHubEvent,
  repository: Repository,
): Promise<Revision | null> {
  if (base !== undefined) return repository.resolve(base);
  switch (event.kind) {
    case "pull-request":
      if (head.sha === event.head.sha) {
        throw new UserError(
          "The pull request's own branch was checked out, which lacks what its base has got since.",
          "Let actions/checkout take the merge commit (leave out its `ref`), or name what to compare with: `base`.",
        );
      }
      // A branch that was checked out by its name may be ahead of the event, and have any commit above it.
      return repository.firstParent(head, event.head.sha);
    case "merge-queue":
      return repository.resolve(event.baseSha);
    case "push":
    case "dispatch":
    case "other":
      return null;
  }
}
