import { wholeSeconds } from "../config/values.js";
import type { Publishing } from "../config/publishing.js";
import { UserError } from "../errors.js";
import type { DefaultBranch } from "../events/default-branch.js";
import type { GitHub } from "../github/github.js";
import { withHistory, pointsUntil, type Until } from "../history/line.js";
import { mergePoints } from "../history/merge.js";
import { pointAt, weighedOf, type Point } from "../history/point.js";
import type { History } from "../history/record.js";
import type { Commit } from "../model/commit.js";
import type { Report } from "../model/report.js";
import { FIGURES } from "../pipeline/figures.js";
import type { Parts } from "../pipeline/parts.js";
import type { Repository } from "../revisions/repository.js";
import type { Actions } from "./actions.js";
import { logLine } from "./log.js";
import { memoryInCache, memoryOnBranch, type Memory } from "./memory.js";

/** The history of the default branch, as far as a run has to do with it. */
export interface BranchHistory {
  /** The reports with the history up to the commit that they compare with, or that they are about. */
  show(reports: readonly Report[]): Promise<readonly Report[]>;
  /** Remembers what the default branch's commit weighs, if that is what the reports are about. */
  remember(reports: readonly Report[]): Promise<void>;
}

export interface HistoryOptions {
  readonly branch: DefaultBranch | null;
  readonly publishing: Publishing;
  /** Whether the Actions cache may be used. */
  readonly cache: boolean;
  /** The commit that the event is about. */
  readonly sha: string;
  readonly now: Date;
}

/** What has nothing to do with the default branch. */
const NONE: BranchHistory = { show: (reports) => Promise.resolve(reports), remember: () => Promise.resolve() };

/** A line of first parents is looked at for so many commits: who has more than that since the oldest point shown merges a lot. */
const LONGEST_LINE = 5000;

/**
 * Starts to read the history, which is waited for when it is to be shown. Runs about a change only read it, whoever's it is; runs about
 * a commit of the default branch add to it. Without it a report is complete: what goes wrong is said, and nothing else.
 * @throws UserError if the branch to keep it on is the default branch
 */
export function openHistory(
  options: HistoryOptions,
  parts: Parts,
  github: GitHub | null,
  actions: Actions,
): BranchHistory {
  const { branch, publishing, sha, now } = options;
  if (branch === null || branch.relation === "neither") return NONE;
  if (publishing.historyBranch === branch.name) {
    throw new UserError(
      `history-branch is ${branch.name}, the default branch.`,
      'Name a branch of its own, as in "slugdiff-history".',
    );
  }
  const memory = memoryOf(options, parts, github, actions);
  if (memory === null) return NONE;
  const { repository } = parts;
  const reading = memory.read().catch((error: unknown): History => {
    if (!(error instanceof UserError)) throw error;
    actions.info(logLine(`What the default branch weighed before can't be read. ${error.message}`));
    return new Map();
  });
  reading.catch(() => undefined); // A bug is told of where it is waited for.

  /** The commit of the default branch that the reports are about; null for anything else. */
  const ownCommit = async ([report]: readonly Report[]): Promise<Commit | null> => {
    if (branch.relation !== "is-on" || report?.head.revision?.sha !== sha) return null;
    const { commits } = await repository.firstParents(sha, { most: 1 });
    return commits[0] ?? null;
  };
  const pointsOf = (reports: readonly Report[], commit: Commit): Map<string, Point> =>
    new Map(
      reports.flatMap((report) => {
        const weighed = weighedOf(report, FIGURES, wholeSeconds(now));
        return weighed === null ? [] : [[report.app, pointAt(commit, weighed)] as const];
      }),
    );

  return {
    async show(reports) {
      try {
        const known = await reading;
        const own = await ownCommit(reports);
        const upTo = own?.sha ?? reports[0]?.base.revision?.sha ?? null;
        if (upTo === null) return reports;
        return withPoints(
          reports,
          known,
          own === null ? null : pointsOf(reports, own),
          await untilOf(upTo, repository),
        );
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        actions.info(logLine(`What the default branch weighed is not shown. ${error.message}`));
        return reports;
      }
    },
    async remember(reports) {
      try {
        const own = await ownCommit(reports);
        if (own !== null) await memory.add(pointsOf(reports, own));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        const text = `What this commit weighs could not be kept for later runs. ${error.message} ${error.hint}`;
        // Who has asked for a branch is to see what it lacks.
        if (publishing.historyBranch === null) actions.info(logLine(text));
        else actions.warning(text);
      }
    },
  };
}

function memoryOf(
  { publishing, cache }: HistoryOptions,
  { context }: Parts,
  github: GitHub | null,
  actions: Actions,
): Memory | null {
  if (publishing.historyBranch === null) return cache ? memoryInCache(publishing.key, context) : null;
  if (github !== null) return memoryOnBranch(publishing.historyBranch, github);
  actions.warning("There is no history, as there is no token: leave the input github-token out to use the job's.");
  return null;
}

function withPoints(
  reports: readonly Report[],
  known: History,
  own: ReadonlyMap<string, Point> | null,
  until: Until,
): readonly Report[] {
  return reports.map((report) => {
    const { app } = report;
    const point = own?.get(app);
    const points = mergePoints(known.get(app) ?? [], point === undefined ? [] : [point]);
    return withHistory(report, pointsUntil(points, until), FIGURES);
  });
}

/** A job has checked out one commit, mostly: then its date has to do. */
async function untilOf(sha: string, repository: Repository): Promise<Until> {
  const { commits, isCut } = await repository.firstParents(sha, { most: LONGEST_LINE });
  const [newest] = commits;
  if (!isCut || newest === undefined) return { by: "line", shas: commits.map((commit) => commit.sha) };
  return { by: "date", sha, date: newest.date };
}
