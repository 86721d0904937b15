import type { Context } from "../ports.js";
import { findSandbox, type Refusal } from "./find.js";
import type { Sandbox } from "./sandbox.js";

/** What a composition root allows. Building a distribution runs its authors' code, and that of all who it builds with. */
export type BuildingPolicy =
  /** With the user's own environment and rights, as `pip install` does. */
  | { readonly kind: "here" }
  /** In a sandbox, and where there is none not at all. */
  | { readonly kind: "sandbox" }
  | ({ readonly kind: "refused" } & Refusal);

/** How the distributions of a run are built. */
export type Building =
  | { readonly kind: "here" }
  /** The sandbox is looked for when it is first needed, once. */
  | { readonly kind: "sandbox"; readonly sandbox: () => Promise<Sandbox | Refusal> }
  | ({ readonly kind: "refused" } & Refusal);

/** What a job's event allows: strangers' code runs in the sandbox alone, and beside a privileged event not at all. */
export function policyOfJob(event: string, mayBuild: boolean): BuildingPolicy {
  if (mayBuild) return { kind: "sandbox" };
  return {
    kind: "refused",
    reason: `nothing is built for the event ${JSON.stringify(event)}`,
    hint: "Weigh on pull_request, merge_group, push or workflow_dispatch, or choose a version with a wheel.",
  };
}

/** What the run allows, if the configuration does not forbid it: `builds: never` has the last word. */
export function allowed(builds: "auto" | "never", building: Building): Building {
  if (builds === "auto") return building;
  return {
    kind: "refused",
    reason: "builds are off",
    hint: 'Set "builds" to "auto", or choose a version with a wheel.',
  };
}

/** Why nothing can be built, the sandbox looked for; null if something can. */
export async function refusalOf(building: Building): Promise<Refusal | null> {
  switch (building.kind) {
    case "here":
      return null;
    case "refused":
      return building;
    case "sandbox": {
      const found = await building.sandbox();
      return "run" in found ? null : found;
    }
  }
}

/** A run's way of building, and a promise that is kept when all that was built in the sandbox has ended. */
export interface OpenBuilding {
  readonly building: Building;
  /** To be waited for before the scratch directory is removed, after the context's signal was aborted. */
  ended(): Promise<void>;
}

/** Follows the policy for one run. */
export function openBuilding(policy: BuildingPolicy, context: Context): OpenBuilding {
  if (policy.kind !== "sandbox") return { building: policy, ended: () => Promise.resolve() };
  let found: ReturnType<typeof findSandbox> | undefined;
  return {
    building: { kind: "sandbox", sandbox: () => (found ??= findSandbox(context)) },
    ended: async () => {
      const sandbox = await found?.catch(() => undefined);
      if (sandbox !== undefined && "run" in sandbox) await sandbox.ended();
    },
  };
}
