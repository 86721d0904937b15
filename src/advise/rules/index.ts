import type { AdviceFacts, Candidate, ManifestChange, Rule } from "../../model/advice.js";
import { condaLeftovers } from "./conda-leftovers.js";
import { developmentTools } from "./development-tools.js";
import { googleApiClient } from "./google-api-client.js";
import { gpuBuilds } from "./gpu-builds.js";
import { gpuLibraries } from "./gpu-libraries.js";
import { kaleido } from "./kaleido.js";
import { litert } from "./litert.js";
import { opencv } from "./opencv.js";
import { sameModule } from "./same-module.js";
import { tensorflowExtras } from "./tensorflow-extras.js";
import { torch } from "./torch.js";
import { unused } from "./unused.js";

/** Every rule, the most promising first. Adding one is adding a file, a line here, and a test. */
export const RULES: readonly Rule[] = [
  ...[torch, litert, gpuBuilds, gpuLibraries, sameModule, condaLeftovers],
  ...[kaleido, developmentTools, tensorflowExtras, opencv, googleApiClient, unused],
];

/** What all rules would try in an app. Of what does the same, or less by nothing but leaving something out, only the first. */
export function candidatesFor(facts: AdviceFacts): Candidate[] {
  const candidates: Candidate[] = [];
  for (const each of RULES.flatMap((rule) => rule.propose(facts))) {
    if (!candidates.some(({ change }) => covers(change, each.change))) candidates.push(each);
  }
  return candidates;
}

/** Does a change do all that another one does? */
function covers(change: ManifestChange, other: ManifestChange): boolean {
  const isSame = (a: readonly string[], b: readonly string[]): boolean =>
    new Set([...a, ...b]).size === a.length && a.length === b.length;
  const has = (a: readonly string[], b: readonly string[]): boolean => b.every((each) => a.includes(each));
  return (
    isSame(change.with, other.with) &&
    isSame(change.indexes, other.indexes) &&
    has(change.without, other.without) &&
    has(change.exclude, other.exclude)
  );
}
