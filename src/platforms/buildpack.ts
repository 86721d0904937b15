import type { PackageManagerName } from "../model/resolution.js";
import type { StackName } from "../model/target.js";
import data from "./buildpack.json" with { type: "json" };
import { HEROKU } from "./heroku.js";

/** What Heroku's Python buildpack installs. */
interface Buildpack {
  /** The buildpack's release that this was read from, such as `v351`. */
  readonly release: string;
  readonly python: {
    /** Minor version of an app that names none, such as `3.14`. */
    readonly default: string;
    /** Minor versions that still work, with a warning in the build log. */
    readonly deprecated: readonly string[];
    /** Minor version to the patch that it stands for; exactly the supported ones, oldest first. */
    readonly latest: Readonly<Record<string, string>>;
    /** Names of files that the buildpack takes for a misspelt `.python-version` and refuses. */
    readonly misspelt: readonly string[];
  };
  /** URL of the runtime's archive, with `{python}` (3.X.Y) and `{ubuntu}` (24.04) to fill in. */
  readonly runtimeArchive: string;
  /** Installed beside pip, for these minor versions only. */
  readonly setuptools: { readonly version: string; readonly pythons: readonly string[] };
  /** Versions of the package managers. */
  readonly tools: Readonly<Record<PackageManagerName, string>>;
}

/** Read from github.com/heroku/heroku-buildpack-python by `scripts/refresh-platforms.mjs`. */
export const BUILDPACK: Buildpack = data;

/** The package managers and helpers that the buildpack itself puts into the slug, beside the app's own distributions. */
export function preinstalledTools(
  manager: PackageManagerName,
  minor: string,
): readonly { readonly name: "pip" | "setuptools" | "pipenv"; readonly version: string }[] {
  const { tools, setuptools } = BUILDPACK;
  switch (manager) {
    case "pip":
      return [
        { name: "pip", version: tools.pip },
        ...(setuptools.pythons.includes(minor) ? [{ name: "setuptools" as const, version: setuptools.version }] : []),
      ];
    case "pipenv":
      return [{ name: "pipenv", version: tools.pipenv }];
    case "poetry":
    case "uv":
      return []; // Kept in the build cache, outside the slug.
  }
}

/** Where Heroku keeps the runtime of a full version (3.X.Y) for a stack, for x86-64. Not every such archive exists. */
export function runtimeArchiveUrl(stack: StackName, python: string): string {
  return BUILDPACK.runtimeArchive.replace("{python}", python).replace("{ubuntu}", HEROKU.stacks[stack].ubuntu);
}
