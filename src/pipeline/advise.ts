import { adviseOnFiles } from "../advise/files/advise.js";
import { requirementOf } from "../model/requirement.js";
import { remedyFor } from "../advise/remedy.js";
import { candidatesFor } from "../advise/rules/index.js";
import { UNKNOWN_USES, type Candidate, type ManifestChange } from "../model/advice.js";
import { layerKey, type Layer } from "../model/layer.js";
import { normalName } from "../model/name.js";
import type { Advice } from "../model/report.js";
import type { Weight } from "../model/weight.js";
import { SILENT } from "../ports.js";
import { predictedLayer, predictWheel } from "../predict/predict.js";
import { filesAdvice, requirementsAdvice, savingOf } from "../report/advice.js";
import { sniffApp } from "../sniff/sniff.js";
import { mapAtOnce } from "../system/at-once.js";
import { factsOf } from "./advice-facts.js";
import { planWhatIf, readDirectFiles, type Plan } from "./plan.js";
import type { Shared } from "./shared.js";
import { usesOf } from "./uses.js";
import { weighPlanned, type WeighedApp } from "./weigh-side.js";

/** Advice in no order, and sentences about what could not be found out for it. */
export interface Given {
  readonly advice: readonly Advice[];
  readonly notes: readonly string[];
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

/** What would make a slug smaller: about the app's own files, and about what it requires. */
export async function adviseOn(app: WeighedApp, budget: AdviceBudget, shared: Shared): Promise<Given> {
  if (budget.time === 0) return { advice: [], notes: [] };
  const files = await aboutFiles(app, budget);
  const { advice, notes } = await aboutRequirements(app, budget, shared);
  return { advice: [...files, ...advice], notes };
}

async function aboutFiles({ checkedOut, plan, slug }: WeighedApp, { noiseFloor }: AdviceBudget): Promise<Advice[]> {
  const entries = slug.layers.find(({ kind }) => kind === "app")?.entries ?? [];
  const sniffed = await sniffApp(checkedOut.root, plan.app.entries);
  return adviseOnFiles(entries, sniffed, { noiseFloor }).map((found) => filesAdvice(found, slug.total));
}

async function aboutRequirements(app: WeighedApp, { time, noiseFloor }: AdviceBudget, shared: Shared): Promise<Given> {
  const limited = within(time, shared);
  const known = factsOf(app, noiseFloor);
  const found = await usesOf(app, known, limited.shared.parts).catch(limited.orNull);
  const { uses, notes } = found ?? {
    uses: UNKNOWN_USES,
    notes: ["The time for advice was too short to find out what the app imports."],
  };
  const candidates = candidatesFor({ ...known, uses }).slice(0, MOST);
  if (candidates.length === 0) return { advice: [], notes };
  const activity = shared.parts.context.progress.start("Trying what would be smaller", candidates.length, "count");
  const advice = await tryAll(candidates, app, noiseFloor, limited, () => {
    activity.advance(1);
  });
  activity.end();
  return { advice, notes };
}

/** What is shared, for as long as there is time. */
interface Limited {
  readonly shared: Shared;
  readonly end: AbortSignal;
  /** For `catch`: what the time was too short for has no figure. */
  readonly orNull: (error: unknown) => null;
}

/** @param time milliseconds from now on */
function within(time: number, shared: Shared): Limited {
  const { context } = shared.parts;
  const end = AbortSignal.timeout(time);
  const signal = AbortSignal.any([context.signal, end]);
  return {
    shared: { ...shared, parts: { ...shared.parts, context: { ...context, signal, progress: SILENT } }, timings: {} },
    end,
    orNull: (error) => {
      if (context.signal.aborted || !end.aborted) throw error;
      return null;
    },
  };
}

/**
 * Tries changes, each resolved again as a whole. What is not known of it is predicted; then it is installed and weighed as any
 * revision is, the best first, as long as there is time.
 */
async function tryAll(
  candidates: readonly Candidate[],
  app: WeighedApp,
  noiseFloor: number,
  { shared, end, orNull }: Limited,
  onTried: () => void,
): Promise<Advice[]> {
  const predicted = await mapAtOnce(candidates, AT_ONCE, (each) =>
    tryOne(each, app, predicting(app, shared)).catch(orNull),
  );
  const saving = ({ after }: Tried): number => app.slug.total.compressed - after.compressed;
  // The report leaves out what turns out to be below the noise floor.
  const worth = predicted.filter((tried) => tried !== null).filter((tried) => saving(tried) + tried.error > noiseFloor);
  const texts = await readDirectFiles(app.checkedOut, app.plan.resolution);
  const advice: Advice[] = [];
  for (const tried of worth.sort((a, b) => saving(b) - saving(a))) {
    const isMeasurable = tried.error > 0 && !end.aborted;
    const measured = isMeasurable
      ? await weighTried(tried.candidate, () => Promise.resolve(tried.plan), app, shared).catch(orNull)
      : null;
    advice.push(adviceOf(measured ?? tried, app, texts));
    onTried();
  }
  return advice;
}

/** Where what is not known is predicted, and nothing installed. */
function predicting({ checkedOut, plan }: WeighedApp, shared: Shared): Shared {
  const options = { minor: plan.target.python.minor, app: checkedOut.root };
  return {
    ...shared,
    predict: async (distribution) => {
      const prediction = await predictWheel(distribution.source, options, shared.parts.context);
      return prediction === null ? null : predictedLayer(distribution, prediction);
    },
  };
}

function adviceOf(
  { candidate, after, error }: Tried,
  { plan, slug }: WeighedApp,
  texts: ReadonlyMap<string, string>,
): Advice {
  const { direct, packageManager } = plan.resolution;
  const remedy = remedyFor(candidate.change, packageManager, direct, texts);
  return requirementsAdvice(candidate, savingOf(slug.total, after, error), remedy);
}

/** What would be with a change, in whatever version if there is none of that one; null if it can't be had. */
async function tryOne(candidate: Candidate, app: WeighedApp, shared: Shared): Promise<Tried | null> {
  const { checkedOut, plan, options } = app;
  for (const change of changesOf(candidate)) {
    const whatIf = { change, python: null, packageManager: null };
    const makePlan = (): Promise<Plan> => planWhatIf(checkedOut, plan, whatIf, options, shared);
    const tried = await weighTried({ ...candidate, change }, makePlan, app, shared);
    if (tried !== null) return change === candidate.change ? tried : withOtherVersions(tried, candidate.change);
  }
  return null;
}

/** Says which versions were taken where those that were asked for can't be had. */
function withOtherVersions(tried: Tried, { with: asked }: ManifestChange): Tried {
  const versions = new Map(tried.plan.resolution.distributions.map(({ name, version }) => [name, version]));
  const sentences = asked.flatMap((text) => {
    const { name, specifier } = requirementOf(text);
    const [, wanted] = /^==(.+)$/.exec(specifier) ?? [];
    const version = versions.get(normalName(name));
    return wanted === undefined || version == null || version === wanted
      ? []
      : [`\`${name}\` ${wanted} can't be had here: what was looked at is ${version}, which may behave otherwise.`];
  });
  const { candidate } = tried;
  return { ...tried, candidate: { ...candidate, detail: [candidate.detail, ...sentences].join(" ") } };
}

/** What would be by a plan; null if it can't be had. */
async function weighTried(
  candidate: Candidate,
  makePlan: () => Promise<Plan>,
  app: WeighedApp,
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
