/** Exit statuses of a run that was ended, by the shell's custom: 128 and the signal's number. */
export const ENDED = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type EndingSignal = keyof typeof ENDED;

/** What signals come from; `process` is one. */
export interface SignalSource {
  on(signal: EndingSignal, handler: () => void): unknown;
  off(signal: EndingSignal, handler: () => void): unknown;
}

/** While it is watched for, a signal does not end the process: it aborts, so that what was begun can be tidied up. */
export interface Ending {
  readonly signal: AbortSignal;
  /** The signal that came first; null if none came. */
  received(): EndingSignal | null;
  /** Leaves signals to do what they do by default. */
  unwatch(): void;
}

/** Watches for the signals that ask a process to end: of a terminal that is closed, of Ctrl-C, of whoever runs it. */
export function watchForEnd(source: SignalSource): Ending {
  const controller = new AbortController();
  let first: EndingSignal | null = null;
  const handlers = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) => {
    const handler = (): void => {
      first ??= name;
      // No UserError: what a user can mend becomes a side's problem and a report, and nobody waits for one any more.
      controller.abort(new Error(`ended by ${name}`));
    };
    source.on(name, handler);
    return { name, handler };
  });
  return {
    signal: controller.signal,
    received: () => first,
    unwatch: () => {
      for (const { name, handler } of handlers) source.off(name, handler);
    },
  };
}
