import { UserError } from "../errors.js";
import type { GitHub } from "../github/github.js";

/** A run, and the head that it has weighed. */
export interface RunOfHead {
  readonly pullRequest: number;
  readonly headSha: string;
  readonly run: { readonly id: number; readonly attempt: number };
  /** Whether the run was started by that commit's becoming the head; null if that is not known. */
  readonly hasNewHead: boolean | null;
}

/**
 * Whether no older run can be about the same head, so that none is left that might yet speak. GitHub's list of runs tells;
 * where it may not be read, a head that is new, on a branch that was never pushed to by force. False where neither is known.
 */
export async function isFirstOfHead(
  { pullRequest, headSha, run, hasNewHead }: RunOfHead,
  github: Pick<GitHub, "runsAt" | "wasForcePushed">,
): Promise<boolean> {
  if (run.attempt > 1 || hasNewHead === false) return false;
  try {
    const runs = await github.runsAt(headSha);
    const own = runs.find(({ id }) => id === run.id);
    if (own !== undefined) return !runs.some(({ id, workflow }) => workflow === own.workflow && id < own.id);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  if (hasNewHead === null) return false;
  try {
    return !(await github.wasForcePushed(pullRequest));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return false;
  }
}
