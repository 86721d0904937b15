import { optionalFor } from "../attribute/optional.js";
import { retainedIn } from "../attribute/retained.js";
import { UNKNOWN_USES, type AdviceFacts, type AppDistribution } from "../model/advice.js";
import type { WeighedApp } from "./weigh-side.js";

/** What rules look at in an app, but for what its own files use. @param noiseFloor bytes of the compressed slug */
export function factsOf({ plan, slug, metadata }: WeighedApp, noiseFloor: number): AdviceFacts {
  const layers = slug.layers.filter(({ kind }) => kind === "distribution");
  const retained = retainedIn(slug);
  const optional = optionalFor(metadata);
  const distributions = layers.map(({ name, version, weight }): AppDistribution => {
    const direct = plan.resolution.direct.filter((requirement) => requirement.name === name);
    return {
      name,
      version,
      places: direct.map(({ location }) => location),
      extras: [...new Set(direct.flatMap(({ extras }) => extras))],
      requiredBy: slug.graph.edges.filter(({ to }) => to === name).map(({ from }) => from),
      optionalFor: optional.get(name) ?? [],
      weight,
      retained: retained.get(name) ?? weight,
    };
  });
  return {
    packageManager: slug.packageManager,
    python: plan.target.python,
    stack: slug.stack,
    distributions: new Map(distributions.map((each) => [each.name, each])),
    noiseFloor,
    uses: UNKNOWN_USES,
  };
}
