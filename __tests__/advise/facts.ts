import {
  NO_CHANGE,
  type AdviceFacts,
  type AppDistribution,
  type Candidate,
  type ManifestChange,
} from "../../src/model/advice.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../../src/model/resolution.js";
import { ZERO } from "../../src/model/weight.js";

/**
 * An app by its distributions: `xgboost==3.4.1` is named by the app, `~numpy==2.5` is not, `~numpy==2.5 < xgboost` is required by
 * xgboost. Each is heavier than those after it.
 */
export function facts(
  packageManager: PackageManagerName,
  texts: readonly string[],
  imports: readonly string[] | null = null,
  unnamed: readonly string[] = [],
): AdviceFacts {
  const distributions = texts.map((text, at): AppDistribution => {
    const [, tilde, name = "", extras, version, others] =
      /^(~?)([\w-]+)(?:\[(.*)\])?(?:==(\S+))?(?: < (.*))?$/.exec(text) ?? [];
    const weight = { ...ZERO, files: 1, compressed: texts.length - at };
    return {
      name,
      version: version ?? null,
      places: tilde === "~" ? [] : [{ file: "requirements.txt", line: at + 1 }],
      extras: extras?.split(",") ?? [],
      requiredBy: others?.split(" ") ?? [],
      optionalFor: [],
      weight,
      retained: weight,
    };
  });
  return {
    packageManager,
    python: { full: "3.12.14", minor: "3.12" },
    stack: "heroku-24",
    distributions: new Map(distributions.map((each) => [each.name, each])),
    noiseFloor: 0,
    uses: { imports: imports === null ? null : new Set(imports), started: new Set(), unnamed: new Set(unnamed) },
  };
}

/** An app that something is wrong with, what is proposed, and the same app once that is done. */
export interface Case {
  readonly what: string;
  /** Default: all. */
  readonly managers?: readonly PackageManagerName[];
  readonly sick: readonly string[];
  /** What its files import; null if that is not known. */
  readonly imports?: readonly string[] | null;
  /** What of it no file imports or names. */
  readonly unnamed?: readonly string[];
  readonly id: string;
  readonly change: Partial<ManifestChange>;
  readonly cured: readonly string[];
  readonly curedImports?: readonly string[];
}

export const managersOf = ({ managers = PACKAGE_MANAGERS }: Case): readonly PackageManagerName[] => managers;
export const sickApp = (each: Case, manager: PackageManagerName): AdviceFacts =>
  facts(manager, each.sick, each.imports ?? null, each.unnamed);
export const curedApp = (each: Case, manager: PackageManagerName): AdviceFacts =>
  facts(manager, each.cured, each.curedImports ?? each.imports ?? null, each.unnamed);
export const changeOf = ({ change }: Case): ManifestChange => ({ ...NO_CHANGE, ...change });

export function proposalOf(candidates: readonly Candidate[], id: string): ManifestChange | null {
  return candidates.find((each) => each.id === id)?.change ?? null;
}
