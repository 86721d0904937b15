/** An app's own files as a change makes them. */
export type Edited =
  | {
      readonly possible: true;
      /** Only those that change. */
      readonly texts: ReadonlyMap<string, string>;
      /** What to know about a file's change. */
      readonly notes: ReadonlyMap<string, string>;
      /** Brings the lock up to date afterwards; null if there is none. */
      readonly command: string | null;
    }
  | {
      readonly possible: false;
      /** A clause: `not possible with pip, because …`. */
      readonly because: string;
    };

/** Some of it can't be told: a requirement on no known line, a file that is not at hand, a form that is not understood. */
export const UNCLEAR = "unclear";
export type Unclear = typeof UNCLEAR;

export function impossible(manager: string, why: string): Edited {
  return { possible: false, because: `not possible with ${manager}, because ${why}` };
}
