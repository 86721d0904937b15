/** One line of work in progress, shown to people while it lasts. */
export interface Activity {
  /** Adds to what is done; units as given to `start`. */
  advance(amount: number): void;
  /** Ends the activity; `result` is a short phrase such as "46 distributions". */
  end(result?: string): void;
}

/** Says what is being done and how far it is. */
export interface Progress {
  /** @param total in `unit`; null if it is not known how much there is to do */
  start(title: string, total?: number | null, unit?: "bytes" | "count"): Activity;
  /** One line that stays, such as a warning. */
  note(text: string): void;
}

export const SILENT: Progress = {
  start: () => ({ advance: () => undefined, end: () => undefined }),
  note: () => undefined,
};

/** What every stage that touches the outside is given. */
export interface Context {
  /** Absolute path of a directory of this run's own, removed when the run ends, however it ends. */
  readonly scratch: string;
  readonly progress: Progress;
  /** Aborted on SIGINT and SIGTERM, and when another stage has failed. */
  readonly signal: AbortSignal;
  /** The environment that child processes start from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of a directory for pinned tools, kept between runs unless caching is off. */
  readonly toolsDir: string;
}
