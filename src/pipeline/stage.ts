import { SideError, UserError, type Step } from "../errors.js";

/** Milliseconds by step, as they add up over a run. */
export type Timings = Record<string, number>;

/**
 * Runs one stage of a side: times it, and lets whatever the user can mend speak as this side's problem, since a report
 * is owed once a side has started.
 */
export async function stage<T>(step: Step, timings: Timings, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError && !(error instanceof SideError)) {
      throw new SideError("unweighable", step, error.message, error.hint, error.details);
    }
    throw error;
  } finally {
    timings[step] = (timings[step] ?? 0) + performance.now() - start;
  }
}
