import type { Location, PackageManagerName } from "./resolution.js";
import type { PythonVersion, StackName } from "./target.js";
import type { Weight } from "./weight.js";

/** A change of what an app requires, as somebody would make it in its manifest. */
export interface ManifestChange {
  /** Normalised names of direct requirements that go. */
  readonly without: readonly string[];
  /** Requirements that come (PEP 508): `xgboost-cpu==3.4.1`. */
  readonly with: readonly string[];
  /** Addresses of package indexes that come, beside those that are there. */
  readonly indexes: readonly string[];
  /** Normalised names of distributions that are left out though something requires them. Only uv can do that. */
  readonly exclude: readonly string[];
}

/** The change that changes nothing: the others are written as what differs from it. */
export const NO_CHANGE: ManifestChange = { without: [], with: [], indexes: [], exclude: [] };

/** One distribution of an app, as advice looks at it. */
export interface AppDistribution {
  /** Normalised name (PEP 503). */
  readonly name: string;
  readonly version: string | null;
  /** Where the app's own files name it, first place first; empty if only others require it. */
  readonly places: readonly Location[];
  /** Of the direct requirement. */
  readonly extras: readonly string[];
  /** Normalised names of the distributions that require it. */
  readonly requiredBy: readonly string[];
  /** Normalised names of the distributions that use it where it is there, as an extra of theirs says. */
  readonly optionalFor: readonly string[];
  readonly weight: Weight;
  /** What would leave the slug if this left. */
  readonly retained: Weight;
}

/** What advice is given on: one app, as it was weighed. */
export interface AdviceFacts {
  readonly packageManager: PackageManagerName;
  readonly python: PythonVersion;
  readonly stack: StackName;
  /** By normalised name. */
  readonly distributions: ReadonlyMap<string, AppDistribution>;
  /** Bytes of the compressed slug; only more than that is worth saving. */
  readonly noiseFloor: number;
  readonly uses: AppUses;
}

/** What an app's own files use, as far as reading them tells. */
export interface AppUses {
  /**
   * Dotted names of the modules that its Python files import (`tensorflow.keras.layers`); what is taken from a module counts as of
   * it. Null if it is not known, also of a single file.
   */
  readonly imports: ReadonlySet<string> | null;
  /** Normalised names of the requirements that a Procfile, a script or the like names. */
  readonly started: ReadonlySet<string>;
  /** Normalised names of the requirements that no file imports or names; none if it is not known. */
  readonly unnamed: ReadonlySet<string>;
}

export const UNKNOWN_USES: AppUses = { imports: null, started: new Set(), unnamed: new Set() };

/** A change worth a try. What it saves is found out by resolving again, never by subtracting. */
export interface Candidate {
  /** Which advice it is: `xgboost-cpu`. Stable between versions. */
  readonly id: string;
  /** The distribution that it is about. */
  readonly subject: string;
  /** An imperative sentence without its saving: "Replace `xgboost` by `xgboost-cpu`". */
  readonly title: string;
  /** Why it is too much as it is, and what is lost by the change. Sentences, Markdown in code spans only. */
  readonly detail: string;
  /** Pages that say so. */
  readonly sources: readonly string[];
  readonly change: ManifestChange;
}

/** One family of advice. Adding a rule is adding a file and a test. */
export interface Rule {
  readonly family: string;
  /** What it would try in this app, the most promising first; empty if it has nothing to say. */
  propose(facts: AdviceFacts): readonly Candidate[];
}
