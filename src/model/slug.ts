import type { Layer } from "./layer.js";
import type { DirectRequirement, Edge, PackageManagerName } from "./resolution.js";
import type { StackName } from "./target.js";
import type { Weight } from "./weight.js";

/** A commit (or the worktree) that is weighed. */
export interface Revision {
  /** As the user or the event named it: `main`, `HEAD`, `worktree`. */
  readonly ref: string;
  /** Full object name; null for the worktree. */
  readonly sha: string | null;
}

/** A file that two distributions claim: counted once, for the last in install order. */
export interface Overlap {
  readonly path: string;
  readonly owner: string;
  readonly others: readonly string[];
}

/** Something that ends up in the slug, or may, and that this tool does not weigh. */
export interface NotWeighed {
  readonly what: string;
  readonly why: string;
}

/** The dependency graph of one side. */
export interface DependencyGraph {
  readonly direct: readonly DirectRequirement[];
  /** Sorted by `from`, then `to`. */
  readonly edges: readonly Edge[];
}

/** One side, weighed. Its layers sum to its total, exactly. */
export interface Slug {
  readonly stack: StackName;
  /** `3.12.14` */
  readonly python: string;
  /** Where the version was found: `.python-version`, `default`… */
  readonly pythonFrom: string;
  readonly packageManager: PackageManagerName;
  /** Sorted by kind (in the order of LAYER_KINDS), then by name. */
  readonly layers: readonly Layer[];
  readonly overlaps: readonly Overlap[];
  readonly graph: DependencyGraph;
  readonly total: Weight;
  /** Half-width of the error band of `total.compressed`, in bytes: the layers' errors summed. */
  readonly error: number;
}

/** Why a side could not be weighed. */
export interface Problem {
  readonly step: "revision" | "configuration" | "manifest" | "python" | "resolve" | "install" | "weigh" | "quantise";
  readonly message: string;
  readonly hint: string;
  /** The failing tool's last lines, credentials removed. */
  readonly details: readonly string[];
}

/** One side of a comparison. `absent`: the app does not exist at this revision. */
export type Side = { readonly revision: Revision | null } & (
  | {
      readonly state: "weighed";
      readonly slug: Slug;
      readonly notWeighed: readonly NotWeighed[];
      readonly notes: readonly string[];
    }
  | { readonly state: "absent" }
  | { readonly state: "invalid" | "unweighable"; readonly problem: Problem }
);
