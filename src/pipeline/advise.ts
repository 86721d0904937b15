import { adviseOnFiles } from "../advise/files/advise.js";
import { remedyFor } from "../advise/remedy.js";
import { RULES } from "../advise/rules/index.js";
import { retainedWeights } from "../attribute/retained.js";
import type { AdviceFacts, AppDistribution, Candidate, ManifestChange } from "../model/advice.js";
import type { TargetOptions } from "../model/options.js";
import type { Advice } from "../model/report.js";
import { layerKey, type Layer } from "../model/layer.js";
import type { Slug } from "../model/slug.js";
import type { Weight } from "../model/weight.js";
import { SILENT } from "../ports.js";
import { predictedLayer, predictWheel } from "../predict/predict.js";
import { filesAdvice, requirementsAdvice, savingOf } from "../report/advice.js";
import { sniffApp } from "../sniff/sniff.js";
import { mapAtOnce } from "../system/at-once.js";
import { readAppFile, type CheckedOutApp } from "./checked-out.js";
import { planWhatIf, type Plan } from "./plan.js";
import type { Shared } from "./shared.js";
import { weighPlanned } from "./weigh-side.js";

/** The app that advice is given on. */
export interface Advised {
  readonly checkedOut: CheckedOutApp;
  readonly plan: Plan;
  readonly slug: Slug;
  readonly options: TargetOptions;
}

/** A change that was tried, and what the whole slug weighs with it. */
interface Tried {
  readonly candidate: Candidate;
  /** What it was resolved to. */
  readonly plan: Plan;
  readonly after: Weight;
  /** Half-width of the error band of what was predicted, in compressed bytes; 0 if all of it is known. */
  readonly error: number;
}

/** How much may be spent, and what is too little to speak of. */
export interface AdviceBudget {
  /** Milliseconds for installing what is not known; 0 for no advice at all. */
  readonly time: number;
  /** Bytes of the compressed slug. */
  readonly noiseFloor: number;
}

/** Resolutions wait for the network. */
const AT_ONCE = 3;

/** More candidates than this are not tried: the first are the most promising. */
const MOST = 12;

/** What would make a slug smaller: about the app's own files, and about what it requires. In no order. */
export async function adviseOn(app: Advised, budget: AdviceBudget, shared: Shared): Promise<Advice[]> {
  if (budget.time === 0) return [];
  return [...(await aboutFiles(app, budget)), ...(await aboutRequirements(app, budget, shared))];
}

async function aboutFiles({ checkedOut, plan, slug }: Advised, { noiseFloor }: AdviceBudget): Promise<Advice[]> {
  const entries = slug.layers.find(({ kind }) => kind === "app")?.entries ?? [];
  const sniffed = await sniffApp(checkedOut.root, plan.app.entries);
  return adviseOnFiles(entries, sniffed, { noiseFloor }).map((found) => filesAdvice(found, slug.total));
}

/**
 * Tries what the rules propose, each resolved again as a whole. What is not known of it is predicted; then it is installed and weighed
 * as any revision is, the best first, as long as there is time.
 */
async function aboutRequirements(app: Advised, { time, noiseFloor }: AdviceBudget, shared: Shared): Promise<Advice[]> {
  const facts = factsOf(app);
  const candidates = RULES.flatMap((rule) => rule.propose(facts)).slice(0, MOST);
  if (candidates.length === 0) return [];
  const { context } = shared.parts;
  const activity = context.progress.start("Trying what would be smaller", candidates.length, "count");
  const end = AbortSignal.timeout(time);
  const signal = AbortSignal.any([context.signal, end]);
  const inTime: Shared = {
    ...shared,
    parts: { ...shared.parts, context: { ...context, signal, progress: SILENT } },
    timings: {},
  };
  const orNull = unlessEnded(end, context.signal);
  const predicted = await mapAtOnce(candidates, AT_ONCE, (each) =>
    tryOne(each, app, predicting(app, inTime)).catch(orNull),
  );
  const saving = ({ after }: Tried): number => app.slug.total.compressed - after.compressed;
  // The report leaves out what turns out to be below the noise floor.
  const worth = predicted.filter((tried) => tried !== null).filter((tried) => saving(tried) + tried.error > noiseFloor);
  const texts = await manifestTexts(app);
  const advice: Advice[] = [];
  for (const tried of worth.sort((a, b) => saving(b) - saving(a))) {
    const isMeasurable = tried.error > 0 && !end.aborted;
    const measured = isMeasurable
      ? await weighTried(tried.candidate, () => Promise.resolve(tried.plan), app, inTime).catch(orNull)
      : null;
    advice.push(adviceOf(measured ?? tried, app, texts));
    activity.advance(1);
  }
  activity.end();
  return advice;
}

/** Where what is not known is predicted, and nothing installed. */
function predicting({ checkedOut, plan }: Advised, shared: Shared): Shared {
  const options = { minor: plan.target.python.minor, app: checkedOut.root };
  return {
    ...shared,
    predict: async (distribution) => {
      const prediction = await predictWheel(distribution.source, options, shared.parts.context);
      return prediction === null ? null : predictedLayer(distribution, prediction);
    },
  };
}

/** The app's own files that name what it requires, by path. */
async function manifestTexts({ checkedOut, plan }: Advised): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const file of new Set(plan.resolution.direct.map(({ location }) => location.file))) {
    const text = await readAppFile(checkedOut, file);
    if (text !== null) texts.set(file, text);
  }
  return texts;
}

function adviceOf(
  { candidate, after, error }: Tried,
  { plan, slug }: Advised,
  texts: ReadonlyMap<string, string>,
): Advice {
  const { direct, packageManager } = plan.resolution;
  const remedy = remedyFor(candidate.change, packageManager, direct, texts);
  return requirementsAdvice(candidate, savingOf(slug.total, after, error), remedy);
}

/** For `catch`: what the time was too short for has no figure. */
function unlessEnded(end: AbortSignal, run: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (run.aborted || !end.aborted) throw error;
    return null;
  };
}

/** What rules look at. */
function factsOf({ plan, slug }: Advised): AdviceFacts {
  const layers = slug.layers.filter(({ kind }) => kind === "distribution");
  const retained = retainedWeights(new Map(layers.map(({ name, weight }) => [name, weight])), slug.graph);
  const distributions = layers.map(({ name, version, weight }): AppDistribution => {
    const direct = plan.resolution.direct.filter((requirement) => requirement.name === name);
    return {
      name,
      version,
      places: direct.map(({ location }) => location),
      extras: [...new Set(direct.flatMap(({ extras }) => extras))],
      requiredBy: slug.graph.edges.filter(({ to }) => to === name).map(({ from }) => from),
      weight,
      retained: retained.get(name) ?? weight,
    };
  });
  return {
    packageManager: slug.packageManager,
    python: plan.target.python,
    stack: slug.stack,
    distributions: new Map(distributions.map((each) => [each.name, each])),
    imports: null,
  };
}

/** What would be with a change, in whatever version if there is none of that one; null if it can't be had. */
async function tryOne(candidate: Candidate, app: Advised, shared: Shared): Promise<Tried | null> {
  const { checkedOut, plan, options } = app;
  for (const change of changesOf(candidate)) {
    const whatIf = { change, python: null, packageManager: null };
    const makePlan = (): Promise<Plan> => planWhatIf(checkedOut, plan, whatIf, options, shared);
    const tried = await weighTried({ ...candidate, change }, makePlan, app, shared);
    if (tried !== null) return tried;
  }
  return null;
}

/** What would be by a plan; null if it can't be had. */
async function weighTried(
  candidate: Candidate,
  makePlan: () => Promise<Plan>,
  app: Advised,
  shared: Shared,
): Promise<Tried | null> {
  const { side, plan } = await weighPlanned(app.checkedOut, makePlan, app.options, shared);
  if (side.state !== "weighed" || plan === null) return null;
  const { layers, total } = side.slug;
  return { candidate, plan, after: total, error: predictedError(layers, app.slug.layers) };
}

/** What is uncertain of the layers that the app does not have as it is. */
function predictedError(layers: readonly Layer[], known: readonly Layer[]): number {
  const there = new Set(known.map((layer) => `${layerKey(layer)} ${layer.version ?? ""}`));
  return layers.reduce(
    (error, layer) => error + (there.has(`${layerKey(layer)} ${layer.version ?? ""}`) ? 0 : layer.error),
    0,
  );
}

/** The change, and the same with any version of what comes, if that makes a difference. */
function changesOf({ change }: Candidate): readonly ManifestChange[] {
  const loose = change.with.map((text) => text.replace(/==.*$/, ""));
  return loose.join() === change.with.join() ? [change] : [change, { ...change, with: loose }];
}
