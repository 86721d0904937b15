import type { Progress } from "../src/ports.js";

/** What was said of one activity. */
export interface Told {
  readonly title: string;
  readonly total: number | null;
  readonly unit: "bytes" | "count";
  done: number;
  /** How often it advanced. */
  steps: number;
  ended: boolean;
}

/** Remembers all that is started, and how far it came. */
export function activities(): { readonly progress: Progress; readonly started: readonly Told[] } {
  const started: Told[] = [];
  const progress: Progress = {
    start: (title, total = null, unit = "count") => {
      const told: Told = { title, total, unit, done: 0, steps: 0, ended: false };
      started.push(told);
      return {
        advance: (amount) => {
          told.done += amount;
          told.steps += 1;
        },
        end: () => (told.ended = true),
      };
    },
    note: () => undefined,
  };
  return { progress, started };
}
