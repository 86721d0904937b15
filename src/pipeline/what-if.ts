import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { requirementOf } from "../model/requirement.js";
import { effectiveConfig, targetOptionsOf } from "../config/effective.js";
import type { Wish } from "../config/wish.js";
import type { Given } from "../config/schema.js";
import { SideError, UserError } from "../errors.js";
import { requireOneSide } from "../judge/judge.js";
import { NO_CHANGE, type ManifestChange } from "../model/advice.js";
import { normalName } from "../model/name.js";
import type { TargetOptions } from "../model/options.js";
import type { Resolution } from "../model/resolution.js";
import type { Revision, Side } from "../model/slug.js";
import type { Model } from "../quantise/find-model.js";
import { checkOptions } from "./check-options.js";
import { checkOutApp } from "./checked-out.js";
import { headConfig, type Result } from "./compare.js";
import { planSide, planWhatIf, type Plan } from "./plan.js";
import { modelsOf, withQuantised, type PlannedApp, type QuantisedApp } from "./quantised.js";
import { reportOf } from "./report.js";
import type { Shared } from "./shared.js";
import { stage } from "./stage.js";
import { problemOf, weighPlanned } from "./weigh-side.js";

/** What is to be weighed, and what would be otherwise. */
export interface WhatIfRequest {
  /** The slug root, relative to the top of the repository; `.` for the top. */
  readonly app: string;
  readonly revision: Revision;
  readonly wish: Wish;
  readonly given: Given;
  /** The run's one moment: the cut-off unless another is given. */
  readonly now: Date;
}

/** The name of a side that no commit has. */
const WHAT_IF: Revision = { ref: "what-if", sha: null };

/**
 * Compares an app as it is with what it would be: the report's base is the revision, its head what was wished for.
 * @throws UserError if there is no such app, or it does not require what is to go
 */
export async function compareWhatIf(request: WhatIfRequest, shared: Shared): Promise<Result> {
  const { app, revision, wish, given, now } = request;
  const { parts, timings } = shared;
  await checkOptions(wish.python === null ? given : { ...given, python: wish.python });
  await parts.repository.prepare([revision], [app]);
  const scratch = await mkdtemp(join(parts.context.scratch, "app-"));
  const checkedOut = await stage("revision", timings, () => checkOutApp(revision, join(scratch, "head"), app, parts));
  if (checkedOut === null) {
    const absent: Side = { revision, state: "absent" };
    requireOneSide(app, absent, absent);
    throw new Error("an app that is absent was let through");
  }
  const file = await headConfig(checkedOut, app);
  if (file instanceof SideError) throw file;
  const config = effectiveConfig({ options: given, head: file, base: null, now });
  const options = targetOptionsOf(config, "head");
  let models: readonly Model[] = [];
  const makePlan = async (): Promise<Plan> => {
    const plan = await planSide(checkedOut, options, shared);
    // A mistake in a path is told before anything is weighed.
    models = await modelsOf(wish, { checkedOut, plan });
    return plan;
  };
  const { side, plan } = await weighPlanned(checkedOut, makePlan, options, shared);
  // Of an app that can't be weighed as it is, that is what there is to say.
  const [base, head]: readonly [Side, Side] =
    plan === null
      ? [{ revision: null, state: "absent" }, side]
      : [side, await weighWish({ checkedOut, plan }, { wish, models, options, scratch }, shared)];
  parts.context.signal.throwIfAborted();
  await rm(scratch, { recursive: true, force: true, maxRetries: 3 });
  const occasion = plan === null ? "push" : "comparison";
  return {
    report: reportOf({ app, base, head, config, occasion, unpinned: null, outside: null }, timings),
    base,
    head,
  };
}

/** A wish, understood. */
interface Wished {
  readonly wish: Wish;
  readonly models: readonly Model[];
  readonly options: TargetOptions;
  /** Absolute path of a directory for this app. */
  readonly scratch: string;
}

/** Weighs what is wished for. What replaces something has its version, if there is that version of it. */
async function weighWish(asItIs: PlannedApp, wished: Wished, shared: Shared): Promise<Side> {
  const { wish, models, options, scratch } = wished;
  const [exact, loose] = changesOf(wish, asItIs.plan.resolution);
  let app: QuantisedApp;
  try {
    app = await withQuantised(asItIs, { models, wish, root: join(scratch, "quantised") }, shared);
  } catch (error) {
    if (error instanceof SideError) return { revision: WHAT_IF, ...problemOf(error) };
    throw error;
  }
  const weigh = async (change: ManifestChange): Promise<Side> => {
    const makePlan = (): Promise<Plan> => planWish(app, change, wished, shared);
    return { ...(await weighPlanned(app.checkedOut, makePlan, options, shared)).side, revision: WHAT_IF };
  };
  const side = await weigh(exact);
  const isUnsatisfiable = side.state === "invalid" && side.problem.step === "resolve";
  return isUnsatisfiable && loose !== null ? weigh(loose) : side;
}

/** The options that brought what comes, by its normalised name. */
function optionsOf({ replace, with: added }: Wish): ReadonlyMap<string, string> {
  const nameOf = (text: string): string => normalName(requirementOf(text).name);
  return new Map([
    ...added.map((text): [string, string] => [nameOf(text), `--with ${text}`]),
    ...replace.map(({ from, to }): [string, string] => [nameOf(to), `--replace ${from}=${to}`]),
  ]);
}

/** What is wished for, resolved again unless its requirements stay as they are. */
async function planWish(
  { checkedOut, plan, notes }: QuantisedApp,
  change: ManifestChange,
  { wish, options }: Wished,
  shared: Shared,
): Promise<Plan> {
  const { python, packageManager } = wish;
  const isSame = [...change.with, ...change.without, ...change.exclude].length === 0;
  if (isSame && python === null && packageManager === null) return { ...plan, notes };
  const planned = await planWhatIf(
    checkedOut,
    plan,
    { change, python, packageManager, askedBy: optionsOf(wish) },
    options,
    shared,
  );
  return { ...planned, notes: [...planned.notes, ...notes] };
}

/**
 * The change that a wish comes to; and the same with any version of what replaces something, if that makes a difference.
 * @throws UserError if the app itself does not require what is to go
 */
function changesOf(
  { replace, without, with: added }: Wish,
  resolution: Resolution,
): readonly [ManifestChange, ManifestChange | null] {
  const versions = new Map(resolution.distributions.map(({ name, version }) => [name, version]));
  const direct = new Set(resolution.direct.map(({ name }) => name));
  const gone = [...without, ...replace.map(({ from }) => from)];
  const canExclude = resolution.packageManager === "uv";
  for (const name of gone) {
    if (direct.has(name) || (canExclude && versions.has(name) && without.includes(name))) continue;
    throw notRequired(name, versions.has(name));
  }
  const change = {
    ...NO_CHANGE,
    without: gone.filter((name) => direct.has(name)),
    exclude: gone.filter((name) => !direct.has(name)),
  };
  const inItsPlace = (exact: boolean): string[] =>
    replace.map(({ from, to }) => {
      const version = versions.get(from) ?? null;
      return exact && version !== null && /^[\w.-]+(?:\[[^\]]*\])?$/.test(to) ? `${to}==${version}` : to;
    });
  const [exact, loose] = [inItsPlace(true), inItsPlace(false)].map((texts) => ({
    ...change,
    with: [...added, ...texts],
  }));
  if (exact === undefined || loose === undefined) throw new Error("two ways");
  return [exact, exact.with.join() === loose.with.join() ? null : loose];
}

function notRequired(name: string, isThere: boolean): UserError {
  return isThere
    ? new UserError(
        `${name} is not required by the app itself.`,
        `\`slugdiff why ${name}\` says what requires it; of the package managers only uv can leave it out.`,
      )
    : new UserError(`The app has no ${name}.`, "`slugdiff weigh` lists what it has.");
}
