import { NO_CHANGE, type AdviceFacts, type AppDistribution, type Candidate } from "../../model/advice.js";

/** A distribution that another can stand in for: the table that most rules are. */
export interface Replacement {
  readonly id: string;
  /** Normalised name of what is required now. */
  readonly from: string;
  /** What comes in its place; null for nothing. */
  readonly to: string | null;
  /** Extras of `from` that make it what it is: only then it applies. Default: whatever its extras. */
  readonly extras?: RegExp;
  /** Only where something of this name is in the app as well. */
  readonly alongside?: RegExp;
  /** What the new requirement's version ends with: `+cpu`. */
  readonly build?: string;
  /** Index that has what comes. */
  readonly index?: string;
  readonly detail: string;
  readonly sources: readonly string[];
}

/** Distributions that are there for a GPU's sake: a frozen list names them too. */
const COMPANIONS = /^(?:nvidia-|cuda-|triton$)/;

/** What a table proposes for an app. */
export function proposeFrom(table: readonly Replacement[], facts: AdviceFacts): Candidate[] {
  return table.flatMap((row) => {
    const found = facts.distributions.get(row.from);
    return found === undefined ? [] : propose(row, found, facts);
  });
}

function propose(row: Replacement, found: AppDistribution, { distributions }: AdviceFacts): Candidate[] {
  const { id, from, to, build = "", index, detail, sources } = row;
  // What only others require can't be replaced: they would bring it back.
  if (found.places.length === 0 || found.requiredBy.length > 0) return [];
  if (row.extras !== undefined && !found.extras.some((extra) => row.extras?.test(extra))) return [];
  if (row.alongside !== undefined && ![...distributions.keys()].some((name) => row.alongside?.test(name))) return [];
  const companions = to === null ? [] : companionsOf(from, distributions);
  const version = found.version === null ? "" : `==${found.version}${found.version.includes("+") ? "" : build}`;
  return [
    {
      id,
      subject: from,
      title:
        to === null
          ? `Remove \`${from}\``
          : to === from
            ? `Take the CPU build of \`${from}\``
            : `Replace \`${from}\` by \`${to}\``,
      detail,
      sources,
      change: {
        ...NO_CHANGE,
        without: [from, ...companions],
        with: to === null ? [] : [`${to}${version}`],
        indexes: index === undefined ? [] : [index],
      },
    },
  ];
}

/** Direct requirements that nothing but what is replaced needs, or one that goes with it. */
function companionsOf(from: string, distributions: AdviceFacts["distributions"]): string[] {
  const going = new Set([from]);
  const named = [...distributions.values()].filter(({ name, places }) => COMPANIONS.test(name) && places.length > 0);
  for (let size = 0; size !== going.size;) {
    size = going.size;
    for (const { name, requiredBy } of named) {
      if (requiredBy.length > 0 && requiredBy.every((other) => going.has(other) || COMPANIONS.test(other)))
        going.add(name);
    }
  }
  going.delete(from);
  return [...going].sort();
}
