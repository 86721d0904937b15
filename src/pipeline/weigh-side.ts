import { findNotWeighed } from "../app/not-weighed.js";
import { assemble, type Part } from "../attribute/assemble.js";
import { installOrder } from "../attribute/install-order.js";
import { SideError } from "../errors.js";
import type { DistributionMetadata } from "../model/distribution.js";
import type { TargetOptions } from "../model/options.js";
import type { DependencyGraph, Side, Slug } from "../model/slug.js";
import { dependencyEdges } from "../resolve/edges.js";
import { weighApp } from "./app-layer.js";
import type { CheckedOutApp } from "./checked-out.js";
import { weighDistributions } from "./distributions.js";
import { planSide, type Plan } from "./plan.js";
import { weighRuntime } from "./runtime.js";
import type { Shared } from "./shared.js";
import { redact } from "../system/redact.js";
import { stage } from "./stage.js";

/** A side, and what it was weighed by. */
export interface PlannedSide {
  readonly side: Side;
  /** Null if it did not come to that. */
  readonly plan: Plan | null;
  /** Of its distributions, by normalised name; of none if it did not come to that. */
  readonly metadata: ReadonlyMap<string, DistributionMetadata>;
}

/** A side that was weighed, with all that it was made of. */
export interface WeighedApp {
  readonly checkedOut: CheckedOutApp;
  readonly plan: Plan;
  readonly slug: Slug;
  readonly metadata: PlannedSide["metadata"];
  readonly options: TargetOptions;
}

/** A side that nothing was planned for. */
export function unplanned(side: Side): PlannedSide {
  return { side, plan: null, metadata: new Map() };
}

/**
 * Weighs one side: its resolution, its layers (known ones from the store), and what belongs to whom. What is wrong with the
 * side itself becomes its state; a bug is thrown.
 */
export async function weighSide(
  checkedOut: CheckedOutApp,
  options: TargetOptions,
  shared: Shared,
): Promise<PlannedSide> {
  return weighPlanned(checkedOut, () => planSide(checkedOut, options, shared), options, shared);
}

/** As `weighSide`, by another plan than the one that the app's files have. */
export async function weighPlanned(
  checkedOut: CheckedOutApp,
  makePlan: () => Promise<Plan>,
  options: TargetOptions,
  shared: Shared,
): Promise<PlannedSide> {
  const { revision } = checkedOut;
  try {
    const plan = await makePlan();
    const { slug, metadata, notes } = await weighPlan(checkedOut, plan, options, shared);
    const names = new Set(slug.layers.filter(({ kind }) => kind === "distribution").map(({ name }) => name));
    const side: Side = {
      revision,
      state: "weighed",
      slug,
      notWeighed: await findNotWeighed(checkedOut.root, plan.app.entries, {
        submodules: checkedOut.submodules,
        distributions: names,
      }),
      notes: [...plan.notes, ...notes],
    };
    return { side, plan, metadata };
  } catch (error) {
    if (error instanceof SideError) return unplanned({ revision, ...problemOf(error) });
    throw error;
  }
}

/** A side's state and problem, as its error says them. */
export function problemOf({ state, step, message, hint, details }: SideError): {
  readonly state: "invalid" | "unweighable";
  readonly problem: Extract<Side, { problem: unknown }>["problem"];
} {
  // Tools' words are without credentials already; a value that somebody wrote where it does not belong may hold one.
  return { state, problem: { step, message: redact(message), hint: redact(hint), details } };
}

async function weighPlan(
  checkedOut: CheckedOutApp,
  plan: Plan,
  options: TargetOptions,
  shared: Shared,
): Promise<{ slug: Slug; metadata: PlannedSide["metadata"]; notes: readonly string[] }> {
  const { target, resolution } = plan;
  const [installed, runtime, app] = await Promise.all([
    weighDistributions(checkedOut, plan, options, shared),
    stage("weigh", shared.timings, () => weighRuntime(target, options.runtimeArchive, shared)),
    stage("weigh", shared.timings, () => weighApp(checkedOut, plan.app, shared)),
  ]);
  const metadata = new Map(installed.map(({ distribution, weighed }) => [distribution.name, weighed.metadata]));
  const graph = await stage("resolve", shared.timings, () => dependencyGraph(plan, metadata, shared));
  const parts: Part[] = [
    { kind: "runtime", name: "python", weighed: runtime.weighed },
    ...installed.map(({ kind, distribution, weighed }) => ({ kind, name: distribution.name, weighed })),
    { kind: "app", name: "app", weighed: app },
  ];
  const names = installed.map(({ distribution }) => distribution.name);
  const { stack, python, pythonFrom } = target;
  const slug: Slug = {
    stack,
    python: python.full,
    pythonFrom,
    packageManager: resolution.packageManager,
    graph,
    ...assemble(parts, installOrder(names, graph)),
  };
  return { slug, metadata, notes: runtime.notes };
}

async function dependencyGraph(
  { resolution, target }: Plan,
  metadata: PlannedSide["metadata"],
  { parts, answers }: Shared,
): Promise<DependencyGraph> {
  const edges = await dependencyEdges({ resolution, target, metadata }, parts.tools, parts.context, answers);
  return { direct: resolution.direct, edges };
}
