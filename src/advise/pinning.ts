import { placeText } from "../attribute/why.js";
import { NO_CHANGE } from "../model/advice.js";
import type { Step, Unpinned } from "../model/report.js";
import type { DirectRequirement, Resolution } from "../model/resolution.js";
import type { Weight } from "../model/weight.js";
import { UNCLEAR } from "./lines/edited.js";
import { changedFiles } from "./lines/lines.js";
import { diffSteps } from "./remedy.js";

/**
 * The app's own requirements that a later deploy may get in other versions than those that were looked at, and the lines that pin
 * them; null where there are none. What is required by its address is left alone.
 * @param retained what would leave with a distribution, by its normalised name
 * @param texts the app's own files by path
 */
export function unpinnedIn(
  resolution: Pick<Resolution, "packageManager" | "distributions" | "direct" | "loose">,
  retained: ReadonlyMap<string, Weight>,
  texts: ReadonlyMap<string, string>,
): Unpinned | null {
  const versions = new Map(resolution.distributions.map(({ name, version }) => [name, version]));
  const found = resolution.loose.flatMap((name) => {
    const places = resolution.direct.filter((each) => each.name === name);
    const [version, weight] = [versions.get(name) ?? null, retained.get(name)];
    const [first] = places;
    return version === null || weight === undefined || first === undefined
      ? []
      : [{ name, version, weight, places, first }];
  });
  if (found.length === 0) return null;
  const pins = found.map(({ name, version, places }) => `${name}${extrasOf(places)}==${version}`);
  return {
    requirements: found.map(({ name, version, weight, first }) => {
      const { files, disk, compressed } = weight;
      return { name, version, place: placeText(first.location), retained: { files, disk, compressed } };
    }),
    steps: stepsFor(pins, resolution, texts),
  };
}

function stepsFor(
  pins: readonly string[],
  { packageManager, direct }: Pick<Resolution, "packageManager" | "direct">,
  texts: ReadonlyMap<string, string>,
): Step[] {
  const edited = changedFiles({ ...NO_CHANGE, with: pins }, packageManager, direct, texts);
  if (edited !== UNCLEAR && edited.possible) return diffSteps(edited, texts, () => null);
  return [{ kind: "text", file: null, lines: [...pins], note: "Where these lines go could not be told." }];
}

function extrasOf(places: readonly DirectRequirement[]): string {
  const extras = [...new Set(places.flatMap((place) => place.extras))];
  return extras.length === 0 ? "" : `[${extras.join(",")}]`;
}
