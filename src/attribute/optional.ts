import type { DistributionMetadata } from "../model/distribution.js";
import { normalName } from "../model/name.js";

/** Extras for who works on a distribution: what they ask for is not used where it runs. */
const FOR_DEVELOPMENT =
  /^(?:.*[-_.])?(?:dev|devel|development|docs?|documentation|tests?|testing|lint|linting|typing|types|mypy|style|check|cover|coverage|ci|build|bench|benchmarks?|examples?|tutorials?|maintenance|release|pre-commit)(?:[-_.].*)?$/i;

/**
 * Which distributions use another one where it is there, as an extra of theirs says that nobody asked for: names of the former by that
 * of the latter, all normalised.
 */
export function optionalFor(
  metadata: ReadonlyMap<string, DistributionMetadata>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [from, { requires }] of metadata) {
    const names = requires.flatMap((text) => {
      const [, name] = /^\s*([\w.-]+)/.exec(text) ?? [];
      const [, extra] = /\bextra\s*==\s*["']([\w.-]+)["']/.exec(text) ?? [];
      return name === undefined || extra === undefined || FOR_DEVELOPMENT.test(extra) ? [] : [normalName(name)];
    });
    for (const name of new Set(names)) if (name !== from) found.set(name, [...(found.get(name) ?? []), from]);
  }
  return found;
}
