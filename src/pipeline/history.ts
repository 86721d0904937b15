import { wholeSeconds } from "../config/values.js";
import type { Given } from "../config/schema.js";
import { UserError } from "../errors.js";
import { isEstimated, pointAt, weighedOf, type Weighed } from "../history/point.js";
import { WEIGHED } from "../history/record.js";
import { rowsOf, type AppHistory, type Outcome } from "../history/rows.js";
import { looksLikeApp } from "../manifests/detect.js";
import type { Commit } from "../model/commit.js";
import type { Revision } from "../model/slug.js";
import { indexesOf } from "../resolve/portable.js";
import { mapAtOnce } from "../system/at-once.js";
import { VERSION } from "../version.js";
import { checkOptions } from "./check-options.js";
import { compareApp } from "./compare.js";
import { FIGURES } from "./figures.js";
import type { Parts } from "./parts.js";
import { createShared, type Shared } from "./shared.js";

/** Whose history is to be told. */
export interface HistoryRequest {
  /** The slug root, relative to the top of the repository; `.` for the top. */
  readonly app: string;
  /** The newest commit. */
  readonly revision: Revision;
  /** How many commits that changed the app, at most. */
  readonly last: number;
  readonly given: Given;
  readonly now: Date;
}

/** Commits that are worked on at the same time: resolving waits for the network. */
const AT_ONCE = 3;

/** What could not be measured is tried again after so long: an archive may be there again, or a Python. Milliseconds. */
const ESTIMATES_HOLD = 24 * 3600 * 1000;

/**
 * What an app weighed at the last commits that changed it, along first parents. Each is resolved as of its own date, so that
 * what no lock pins is what would have been deployed then; a cut-off that is given holds for all. What one commit has in common with
 * another is installed and weighed once, and a commit that was weighed before by the same options is not resolved again. One
 * that can't be weighed has a row that says so.
 * @throws UserError if there is no such history
 */
export async function weighHistory(request: HistoryRequest, parts: Parts): Promise<AppHistory> {
  const { app, revision, last, given } = request;
  const { progress, signal } = parts.context;
  if (revision.sha === null) throw new UserError("The worktree has no history.", "Name a commit, or leave it out.");
  await checkOptions(given);
  const { commits, isCut } = await parts.repository.firstParents(revision.sha, { directory: app, most: last });
  if (commits.length === 0) {
    throw new UserError(`No commit up to ${revision.ref} has changed ${app}.`, "Name the app's directory: --app DIR.");
  }
  if (isCut)
    progress.note("This clone has no older commits, so they are not told of: git fetch --unshallow gets them.");
  const shared = createShared(parts);
  const activity = progress.start(`Weighing ${app === "." ? "the app" : app} at its last commits`, commits.length);
  try {
    const outcomes = await mapAtOnce(commits.toReversed(), AT_ONCE, async (commit) => {
      signal.throwIfAborted();
      const outcome = await outcomeAt(commit, request, shared);
      activity.advance(1);
      return outcome;
    });
    return { app, rows: rowsOf(outcomes) };
  } finally {
    activity.end();
  }
}

async function outcomeAt(commit: Commit, request: HistoryRequest, shared: Shared): Promise<Outcome> {
  const { repository, context } = shared.parts;
  const revision = { ref: commit.sha.slice(0, 7), sha: commit.sha };
  try {
    const [listing = null] = await repository.list([revision], request.app);
    const paths = new Set(listing?.paths);
    if (listing?.treeId == null || !looksLikeApp((path) => paths.has(path))) return { state: "absent", commit };
    const weighed = await weighedAt({ revision, treeId: listing.treeId, date: commit.date }, request, shared);
    return { state: "weighed", point: pointAt(commit, weighed) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    return { state: "unweighable", commit, problem: error.message };
  }
}

/** A commit of an app that is there. */
interface AppCommit {
  readonly revision: Revision;
  /** Git's name for the app's directory, which stands for its files, its settings among them. */
  readonly treeId: string;
  readonly date: string;
}

/** @throws UserError if it can't be weighed: that is not remembered, as it may be otherwise the next time */
async function weighedAt(
  { revision, treeId, date }: AppCommit,
  { app, given, now }: HistoryRequest,
  shared: Shared,
): Promise<Weighed> {
  const { context, building } = shared.parts;
  const { platform, python, builds, "runtime-archive": archive, cutoff = date } = given;
  const options = [platform, python, builds, archive, cutoff].map((option) => option ?? null);
  const holds = (known: Weighed): boolean =>
    (!isEstimated(known) && archive === undefined) || now.getTime() - Date.parse(known.weighed) < ESTIMATES_HOLD;
  return shared.answers.to({
    about: ["history", VERSION, FIGURES, treeId, options, building.kind, indexesOf(context.env)],
    find: async () => {
      const { report } = await compareApp(
        {
          app,
          base: null,
          head: revision,
          occasion: "push",
          given: { ...given, "advice-time": 0 },
          now: new Date(date),
        },
        shared,
      );
      const { problem } = report.head;
      if (problem !== null) throw new UserError(problem.message, problem.hint, problem.details);
      const weighed = weighedOf(report, FIGURES, wholeSeconds(now));
      if (weighed === null) throw new Error("an app that is there is absent");
      return weighed;
    },
    lasting: { schema: WEIGHED.refine(holds), may: () => true },
  });
}
