import type { StackName } from "./target.js";

/** A limit on growth: bytes, or a percentage of the base's compressed weight. */
export type Increase = { readonly bytes: number } | { readonly percent: number };

/** The rules' limits, all in bytes of the compressed slug. */
export interface Budget {
  readonly limit: number;
  readonly warnAt: readonly number[];
  readonly maxIncrease: Increase | null;
  readonly noiseFloor: number;
  readonly allowance: number;
}

/** How much of a tree is shown. */
export interface TreeBounds {
  /** Levels below its first row. */
  readonly depth: number;
  /** Rows under one row; the rest is folded into one more. */
  readonly top: number;
}

/** What to weigh for, where the app's own files do not decide. */
export interface TargetOptions {
  /** Null: `app.json`'s stack, else the platform data's default. */
  readonly stack: StackName | null;
  /** Null: as the buildpack finds it. */
  readonly python: string | null;
  /** File path or URL to use instead of Heroku's runtime archive; null for Heroku's. */
  readonly runtimeArchive: string | null;
  readonly builds: "auto" | "never";
  /** Resolve as of this moment, RFC 3339 with `Z`. */
  readonly cutoff: string;
}
