import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { adviceBudgetOf, effectiveConfig, targetOptionsOf, type BaseFile } from "../config/effective.js";
import { fromFile, NO_FILE, type FileConfig } from "../config/fromFile.js";
import type { Given } from "../config/schema.js";
import { SideError, UserError } from "../errors.js";
import { looksLikeApp } from "../manifests/detect.js";
import { requireOneSide } from "../judge/judge.js";
import { isAdviceDue } from "../judge/worth.js";
import type { TargetOptions } from "../model/options.js";
import type { Report } from "../model/report.js";
import type { Revision, Side } from "../model/slug.js";
import type { Occasion } from "../model/verdict.js";
import { HEROKU } from "../platforms/heroku.js";
import { withAdvice } from "../report/with-advice.js";
import { adviseOn } from "./advise.js";
import { checkOutApp, readAppFile, type CheckedOutApp } from "./checked-out.js";
import { outsideSince, rememberWeighed } from "./outside.js";
import type { Parts } from "./parts.js";
import { reportOf } from "./report.js";
import type { Shared } from "./shared.js";
import { stage } from "./stage.js";
import { unpinnedAt } from "./unpinned.js";
import { problemOf, unplanned, weighSide, type PlannedSide, type WeighedApp } from "./weigh-side.js";

/** What is to be weighed. */
export interface Request {
  /** The slug root, relative to the top of the repository; `.` for the top. */
  readonly app: string;
  /** Null if one revision is weighed by itself. */
  readonly base: Revision | null;
  readonly head: Revision;
  readonly occasion: Occasion;
  /** From the action's inputs or the command line. */
  readonly given: Given;
  /** The run's one moment: the cut-off unless another is given. */
  readonly now: Date;
}

/** The report, and the sides that it was made of, file by file. */
export interface Result {
  readonly report: Report;
  readonly base: Side;
  readonly head: Side;
}

/**
 * Weighs the head, and the base if there is one, and judges the difference. An app that is the same on both sides, file by
 * file, is weighed once.
 * @throws UserError for a mistake that leaves nothing to report: no such revision, no app on either side
 */
export async function compareApp(request: Request, shared: Shared): Promise<Result> {
  const { app, base, head } = request;
  const { parts, timings } = shared;
  const same = await isSame(request, parts);
  const scratch = await mkdtemp(join(parts.context.scratch, "app-"));
  const checkOut = (revision: Revision, name: "base" | "head"): Promise<SideApp> =>
    stage("revision", timings, () => checkOutApp(revision, join(scratch, name), app, parts)).catch(sideError);
  const atHead = checkOut(head, "head");
  const atBase = base === null ? null : same ? atHead.then((found) => asOf(base, found)) : checkOut(base, "base");
  const [headApp, baseApp] = appsAt(await Promise.all([atHead, atBase]));
  const headFile = await headConfig(headApp, app);
  const config = effectiveConfig({
    options: request.given,
    head: headFile instanceof SideError ? NO_FILE : headFile,
    base: base === null ? null : await baseConfig(baseApp, app),
    now: request.now,
  });
  const weigh = async (name: "base" | "head", checkedOut: SideApp, revision: Revision | null): Promise<PlannedSide> => {
    if (checkedOut === null) return unplanned({ revision, state: "absent" });
    if (!(checkedOut instanceof SideError)) return weighSide(checkedOut, targetOptionsOf(config, name), shared);
    return unplanned(revision === null ? { revision, state: "absent" } : { revision, ...problemOf(checkedOut) });
  };
  const isBroken = headFile instanceof SideError;
  const weighing = weigh("head", isBroken ? headFile : headApp, head);
  const [headSide, baseSide] = await Promise.all([
    weighing,
    // The same files have the same settings too. Of a head whose settings can't be read the files are left to the base.
    same && !isBroken
      ? weighing.then(({ side }) => unplanned({ ...side, revision: base }))
      : weigh("base", baseApp, base),
  ]);
  // A side that was cut short is no side that can't be weighed.
  parts.context.signal.throwIfAborted();
  requireOneSide(app, baseSide.side, headSide.side);
  const atHeadNow = weighedApp(headApp, headSide, targetOptionsOf(config, "head"));
  const atBaseNow = weighedApp(baseApp, baseSide, targetOptionsOf(config, "base"));
  if (base === null && atHeadNow !== null) await rememberWeighed(atHeadNow, parts);
  const plain = reportOf(
    {
      app,
      base: baseSide.side,
      head: headSide.side,
      config,
      occasion: request.occasion,
      unpinned: atHeadNow === null ? null : await unpinnedAt(atHeadNow),
      outside: atBaseNow === null ? null : await outsideSince(atBaseNow, parts),
    },
    timings,
  );
  const given =
    atHeadNow !== null && isAdviceDue(plain) ? await adviseOn(atHeadNow, adviceBudgetOf(config, HEROKU), shared) : null;
  parts.context.signal.throwIfAborted();
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 });

  return {
    report: given === null ? plain : withAdvice(plain, given.advice, given.notes),
    base: baseSide.side,
    head: headSide.side,
  };
}

/** A side that was weighed, with all that it was made of; null if it was not. */
function weighedApp(
  checkedOut: SideApp,
  { side, plan, metadata }: PlannedSide,
  options: TargetOptions,
): WeighedApp | null {
  if (side.state !== "weighed" || plan === null || checkedOut === null || checkedOut instanceof SideError) return null;
  return { checkedOut, plan, slug: side.slug, metadata, options };
}

/** The app's files on one side, or why they can't be had; null if there is no app. */
type SideApp = CheckedOutApp | SideError | null;
type Apps = readonly [head: SideApp, base: SideApp];

/** Whether the app's files are the same on both sides, as git's name for their directory tells. */
async function isSame({ app, base, head }: Request, { repository }: Parts): Promise<boolean> {
  if (base === null) return false;
  await repository.prepare([base, head], [app]);
  const [before, after] = await repository.list([base, head], app);
  return before?.treeId != null && before.treeId === after?.treeId;
}

/** What was checked out of one revision, as it is at another that has the same files. */
function asOf(revision: Revision, found: SideApp): SideApp {
  return found === null || found instanceof SideError ? found : { ...found, revision };
}

/** For `catch`: what can't be had of one side is that side's problem. */
function sideError(error: unknown): SideError {
  if (error instanceof SideError) return error;
  throw error;
}

/**
 * Where there is an app: a base directory without a sign of one is a new app's. The same at the head is more likely a
 * mistake than the app's end, and is shown as what is missing there, unless neither side has an app.
 */
function appsAt([head, base]: Apps): Apps {
  const isApp = (checkedOut: SideApp): boolean =>
    checkedOut instanceof SideError ||
    (checkedOut !== null && looksLikeApp((path) => checkedOut.entries.some((entry) => entry.path === path)));
  if (isApp(base)) return [head, base];
  return isApp(head) ? [head, null] : [null, null];
}

async function readConfig(checkedOut: CheckedOutApp, app: string): Promise<FileConfig> {
  const [pyproject, slugdiff] = await Promise.all([
    readAppFile(checkedOut, "pyproject.toml"),
    readAppFile(checkedOut, "slugdiff.toml"),
  ]);
  return fromFile({ pyproject, slugdiff }, app);
}

/** A head whose configuration can't be read is invalid: nothing may be let through because of a typing mistake. */
export async function headConfig(checkedOut: SideApp, app: string): Promise<FileConfig | SideError> {
  if (checkedOut === null) return NO_FILE;
  if (checkedOut instanceof SideError) return checkedOut;
  try {
    return await readConfig(checkedOut, app);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return new SideError("invalid", "configuration", error.message, error.hint, error.details);
  }
}

async function baseConfig(checkedOut: SideApp, app: string): Promise<BaseFile> {
  if (checkedOut === null) return { state: "no-app" };
  if (checkedOut instanceof SideError) return { state: "unreadable", problem: checkedOut };
  try {
    return { state: "read", file: await readConfig(checkedOut, app) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { state: "unreadable", problem: error };
  }
}
