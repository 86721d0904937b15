import type { Parts } from "./parts.js";
import { looksLikeApp } from "../manifests/detect.js";
import { requireOneSide } from "../judge/judge.js";
import type { Progress } from "../ports.js";
import { mapAtOnce } from "../system/at-once.js";
import { checkOptions } from "./check-options.js";
import { compareApp, type Request, type Result } from "./compare.js";
import { createShared, type Shared } from "./shared.js";

/** What is to be weighed, of all apps. */
export interface AppsRequest extends Omit<Request, "app"> {
  /** Slug roots, relative to the top of the repository; `.` for the top. Each once. */
  readonly apps: readonly string[];
}

/** Apps that are worked on at the same time: resolving waits for the network. */
const AT_ONCE = 3;

/**
 * What is made of the results of several apps, in their order. What they have in common is done once: fetching, installing and
 * weighing a distribution, the runtime; all are resolved as of the same moment. An app that can't be weighed has a report that
 * says so. What an app leaves on disk is gone before the run ends.
 * @param make what is kept of an app; the file lists of its sides take memory, and are not kept here
 * @throws UserError before anything is weighed if an app is on neither side, or revisions can't be had
 */
export async function compareApps<T>(
  request: AppsRequest,
  parts: Parts,
  make: (result: Result) => T,
): Promise<readonly T[]> {
  const { apps, ...common } = request;
  await checkOptions(request.given);
  await requireApps(request, parts);
  const shared = createShared(parts);
  return mapAtOnce(apps, AT_ONCE, async (app) => {
    parts.context.signal.throwIfAborted();
    return make(await compareApp({ ...common, app }, apps.length === 1 ? shared : ownPart(shared, app)));
  });
}

/** A misspelt app is told of before the others are weighed. */
async function requireApps({ apps, base, head }: AppsRequest, { repository }: Parts): Promise<void> {
  const revisions = base === null ? [head] : [base, head];
  await repository.prepare(revisions, apps);
  for (const app of apps) {
    const listings = await repository.list(revisions, app);
    const isThere = listings.some((listing) => {
      const paths = new Set(listing?.paths);
      return looksLikeApp((path) => paths.has(path));
    });
    if (!isThere) requireOneSide(app, { revision: base, state: "absent" }, { revision: head, state: "absent" });
  }
}

/** What an app does not share: its timings, and its name before what is said of its progress. */
function ownPart({ parts, ...shared }: Shared, app: string): Shared {
  const context = { ...parts.context, progress: named(parts.context.progress, app) };
  return { ...shared, parts: { ...parts, context }, timings: {} };
}

function named(progress: Progress, app: string): Progress {
  return {
    start: (title, ...amount) => progress.start(`${app}: ${title}`, ...amount),
    note: (text) => {
      progress.note(`${app}: ${text}`);
    },
  };
}
