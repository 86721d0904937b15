import { UserError } from "../errors.js";
import { normalName } from "../model/name.js";
import { WEIGHT_TYPES, type WeightType } from "../model/quantisation.js";
import { PACKAGE_MANAGERS, type PackageManagerName } from "../model/resolution.js";
import { oneOf } from "./values.js";

/** What somebody asks to be otherwise in an app. */
export interface Wish {
  /** A requirement of the app, by its normalised name (PEP 503), and the one that comes in its place (PEP 508). */
  readonly replace: readonly { readonly from: string; readonly to: string }[];
  /** Normalised names of what goes. */
  readonly without: readonly string[];
  /** Requirements that come (PEP 508). */
  readonly with: readonly string[];
  /** Another Python version; null for the same. */
  readonly python: string | null;
  readonly packageManager: PackageManagerName | null;
  /** Models that are quantised, by their paths from the slug root, and how their weights are stored then. */
  readonly quantise: { readonly models: readonly string[]; readonly weights: WeightType };
}

/** The options that say what would be otherwise, with their texts. */
export interface WishTexts {
  readonly replace: readonly string[];
  readonly without: readonly string[];
  readonly with: readonly string[];
  readonly python: string | null;
  readonly packageManager: string | null;
  readonly quantise: readonly string[];
  readonly weights: string | null;
}

/**
 * Reads what is wished for.
 * @throws UserError if it is nothing, or not to be understood
 */
export function readWish(texts: WishTexts): Wish {
  const { replace, without, with: added, python, packageManager, quantise, weights } = texts;
  const named = [...replace, ...without, ...added, ...quantise];
  if (named.length === 0 && python === null && packageManager === null) {
    throw new UserError(
      "what-if was not told what would be otherwise.",
      "Write --replace NAME=REQ, --without NAME, --with REQ, --python VERSION, --package-manager NAME or --quantise MODEL.",
    );
  }
  if (weights !== null && quantise.length === 0) {
    throw new UserError("--weights says how --quantise stores weights, and there is none.", "Add --quantise MODEL.");
  }
  return {
    replace: replace.map((text) => {
      const [, from, to] = /^([\w.-]+)=(?!=)(.+)$/.exec(text) ?? [];
      if (from === undefined || to === undefined) {
        throw new UserError(`--replace is not NAME=REQ: "${text}".`, 'Write it as in "tensorflow=tensorflow-cpu".');
      }
      return { from: nameOf(from, "--replace"), to: requirementOf(to, "--replace") };
    }),
    without: without.map((text) => nameOf(text, "--without")),
    with: added.map((text) => requirementOf(text, "--with")),
    python,
    packageManager: packageManager === null ? null : oneOf(PACKAGE_MANAGERS)([packageManager], "--package-manager"),
    quantise: { models: quantise, weights: oneOf(WEIGHT_TYPES)([weights ?? WEIGHT_TYPES[0]], "--weights") },
  };
}

/** A normalised name (PEP 503). */
function nameOf(text: string, of: string): string {
  if (!/^[a-z0-9](?:[\w.-]*[a-z0-9])?$/i.test(text)) {
    throw new UserError(`${of} is no distribution's name: "${text}".`, "Write the name alone, without a version.");
  }
  return normalName(text);
}

/** A requirement with a name; what its specifier says uv judges. */
function requirementOf(text: string, of: string): string {
  if (/^[a-z0-9][\w.-]*\s*(?:\[[\w\s,.-]*\])?\s*(?:[~=!<>].*)?$/i.test(text)) return text.trim();
  throw new UserError(`${of} is no requirement: "${text}".`, 'Write it as in "xgboost-cpu==3.4.1".');
}
