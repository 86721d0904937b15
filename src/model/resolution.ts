/** Package managers that Heroku's Python buildpack supports. */
export const PACKAGE_MANAGERS = ["pip", "uv", "poetry", "pipenv"] as const;
export type PackageManagerName = (typeof PACKAGE_MANAGERS)[number];

/** Where in the app's own files something is asked for. */
export interface Location {
  /** Relative to the slug root, with `/`. */
  readonly file: string;
  /** From 1; null if the line could not be told. */
  readonly line: number | null;
}

/** A requirement that the app itself names, directly or in a nested requirements file. */
export interface DirectRequirement {
  /** Normalised name (PEP 503). */
  readonly name: string;
  readonly extras: readonly string[];
  readonly location: Location;
}

/** What an installer takes a distribution from. URLs are without credentials. */
export type DistributionSource =
  | {
      readonly kind: "wheel" | "sdist" | "archive";
      readonly filename: string;
      readonly url: string;
      /** Lower-case hexadecimal. */
      readonly sha256: string | null;
      /** Bytes, if the index says. */
      readonly size: number | null;
    }
  | { readonly kind: "vcs"; readonly url: string; readonly commit: string; readonly editable: boolean }
  | { readonly kind: "directory"; readonly path: string; readonly editable: boolean };

/** Is it a wheel, which is unpacked? Everything else has to be built, which runs its authors' code. */
export function isReadyWheel(source: DistributionSource): boolean {
  return source.kind === "wheel" || (source.kind === "archive" && source.filename.endsWith(".whl"));
}

/** One distribution that an app gets. */
export interface ResolvedDistribution {
  /** Normalised name (PEP 503). */
  readonly name: string;
  /** Null where only building can tell (a directory, a repository). */
  readonly version: string | null;
  readonly source: DistributionSource;
}

/** The exact distributions an app gets at a revision, for one target and cut-off. */
export interface Resolution {
  readonly packageManager: PackageManagerName;
  /** Sorted by name. Tools that Heroku pre-installs (pip, setuptools) are not among them. */
  readonly distributions: readonly ResolvedDistribution[];
  /** In the order of the files; one name may stand in several places. */
  readonly direct: readonly DirectRequirement[];
  /** Normalised names of direct requirements that other versions satisfy as well, and no lock says which. */
  readonly loose: readonly string[];
  /** The lock that the distributions were selected from (PEP 751), as the installer reads it. */
  readonly pylock: string;
  readonly notes: readonly string[];
}

/** `from` requires `to`; both are normalised names of distributions of one resolution. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Names a few distributions, and counts more: "pip and setuptools", "46 distributions". */
export function inWords(distributions: readonly { readonly name: string }[]): string {
  const names = distributions.map(({ name }) => name);
  if (names.length > 3) return `${names.length} distributions`;
  const last = names.pop() ?? "nothing";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}
