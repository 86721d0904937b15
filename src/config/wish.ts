import { UserError } from "../errors.js";
import { normalName } from "../model/name.js";
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
}

/** The options that say what would be otherwise, with their texts. */
export interface WishTexts {
  readonly replace: readonly string[];
  readonly without: readonly string[];
  readonly with: readonly string[];
  readonly python: string | null;
  readonly packageManager: string | null;
}

/**
 * Reads what is wished for.
 * @throws UserError if it is nothing, or not to be understood
 */
export function readWish({ replace, without, with: added, python, packageManager }: WishTexts): Wish {
  if (replace.length + without.length + added.length === 0 && python === null && packageManager === null) {
    throw new UserError(
      "what-if was not told what would be otherwise.",
      "Write --replace NAME=REQ, --without NAME, --with REQ, --python VERSION or --package-manager NAME.",
    );
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
