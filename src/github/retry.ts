import { setTimeout as sleep } from "node:timers/promises";
import { describe, type Failure } from "./failure.js";

/** How often one thing is tried, the first time counted. */
export const TRIES = 3;
/** Seconds that are waited between the tries of one thing, in all. */
export const PATIENCE_SECONDS = 120;

/** Time, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason if it is aborted meanwhile */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** A signal that is aborted when the time is over. */
  timeLimit(milliseconds: number): AbortSignal;
}

export const CLOCK: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  },
  timeLimit: (milliseconds) => AbortSignal.timeout(milliseconds),
};

/**
 * Seconds to wait before the next try; null if another one is no use.
 * @param tried how often it was tried, from 1
 * @param waited seconds that were waited so far
 */
export function delayBeforeRetry(failure: Failure, tried: number, waited: number): number | null {
  if (tried >= TRIES) return null;
  const seconds = delayOf(failure, tried);
  return seconds === null || waited + seconds > PATIENCE_SECONDS ? null : seconds;
}

function delayOf(failure: Failure, tried: number): number | null {
  switch (failure.kind) {
    case "limited":
      return failure.seconds;
    case "broken":
      return failure.retryAfter ?? tried ** 2;
    case "unreachable":
      return tried ** 2;
    case "refused":
    case "rejected":
      return null;
  }
}

export interface RetryOptions {
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly clock: Clock;
  /** The failure behind an error; null if it is of another kind, or has been tried again already. */
  readonly failureOf: (error: unknown) => Failure | null;
}

/** Does the work, again where it failed in a way that may pass. Throws what the last try threw. */
export async function withRetries<T>(
  work: () => Promise<T>,
  { signal, log, clock, failureOf }: RetryOptions,
): Promise<T> {
  let waited = 0;
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      const failure = failureOf(error);
      const delay = failure === null ? null : delayBeforeRetry(failure, tried, waited);
      if (failure === null || delay === null) throw error;
      log(`${describe(failure)}: trying again in ${delay} s.`);
      await clock.sleep(delay * 1000, signal);
      waited += delay;
    }
  }
}
