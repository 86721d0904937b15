import { rmSync } from "node:fs";
import { MOST_MEMORY, problemsOf } from "./answer.js";
import { countsOf } from "./counts.js";
import { megabytes, seconds, spread, table, type Spread } from "./figures.js";
import { openLab, type Files, type Lab, type Run } from "./lab.js";
import { largeFile, synthetic, syntheticApp, type SyntheticBranch } from "./synthetic.js";

/** How many distributions the synthetic apps have. */
export const SIZES = [10, 100, 1000, 5000] as const;

/** Bytes of a large file. */
export const LARGE = 2 ** 30;

export const SITUATIONS = ["cold", "unchanged", "small"] as const;
export type Situation = (typeof SITUATIONS)[number];

/** One synthetic app in one situation. */
export interface Grown {
  readonly app: string;
  readonly distributions: number;
  readonly situation: Situation;
  readonly wall: Spread;
  readonly cpu: Spread;
  /** Most of all rounds, in bytes. */
  readonly own: number;
  readonly tree: number;
  readonly requests: number;
  readonly downloaded: number;
  readonly compressed: number;
  readonly installed: number;
  readonly resolutions: number;
  /** Characters. */
  readonly comment: number;
  readonly report: number;
  /** What is wrong, if anything. */
  readonly problems: readonly string[];
}

interface Synthetic {
  readonly name: string;
  readonly count: number;
  /** Bytes of a file in a distribution, and in the app. */
  readonly wheel: number;
  readonly file: number;
}

/** @param say is told what is being measured */
export async function measureGrowth(
  { sizes, large, runs }: { readonly sizes: readonly number[]; readonly large: number; readonly runs: number },
  say: (text: string) => void,
): Promise<Grown[]> {
  const apps: Synthetic[] = [
    ...sizes.map((count) => ({ name: `${String(count)} distributions`, count, wheel: 0, file: 0 })),
    ...(large === 0
      ? []
      : [
          { name: "a large file in the app", count: 10, wheel: 0, file: large },
          { name: "a large file in a distribution", count: 10, wheel: large, file: 0 },
        ]),
  ];
  const grown: Grown[] = [];
  for (const app of apps) {
    say(`${app.name}: making it`);
    const lab = await openLab({ source: synthetic(app.count, app.wheel) });
    try {
      grown.push(...(await measureApp(app, lab, runs, say)));
    } finally {
      lab.close();
    }
  }
  return grown;
}

async function measureApp(
  { name, count, wheel, file }: Synthetic,
  lab: Lab,
  runs: number,
  say: (text: string) => void,
): Promise<Grown[]> {
  const files: Files = file === 0 ? {} : { "models/weights.bin": { from: largeFile(lab, file) } };
  const repository = syntheticApp(lab, count, { files, more: wheel === 0 ? [] : ["large"] });
  const run = async (head: SyntheticBranch, like?: string): Promise<Run> => {
    const cache = lab.newCache(like);
    return lab.compare({ repository, base: "main", head, cache }).finally(() => {
      rmSync(cache, { recursive: true });
    });
  };
  say(`${name}: downloading, and weighing the base`);
  const known = lab.newCache();
  for (const head of ["small", "app-file"] as const)
    await lab.compare({ repository, base: "main", head, cache: known });
  // The one distribution that is new to it is not forgotten elsewhere: a store of the base alone.
  const base = lab.newCache();
  await lab.compare({ repository, base: "main", head: "main", cache: base });
  const situations: Record<Situation, () => Promise<Run>> = {
    cold: () => run("small"),
    unchanged: () => run("app-file", known),
    small: () => run("small", base),
  };
  const samples = new Map<Situation, Run[]>(SITUATIONS.map((situation) => [situation, []]));
  for (let round = 0; round < runs; round++) {
    for (const situation of SITUATIONS) {
      say(`${name}: ${situation}, ${String(round + 1)} of ${String(runs)}`);
      samples.get(situation)?.push(await situations[situation]());
    }
  }
  const all = count + (wheel > 0 ? 2 : 1);
  return [...samples].map(([situation, each]) => grownOf(name, all, situation, each));
}

function grownOf(app: string, distributions: number, situation: Situation, runs: readonly Run[]): Grown {
  const most = (values: readonly number[]): number => Math.max(...values);
  const counts = runs.map(countsOf);
  const own = most(runs.map((run) => run.own));
  return {
    app,
    distributions,
    situation,
    wall: spread(runs.map(({ wall }) => wall)),
    cpu: spread(runs.map(({ cpu }) => cpu)),
    own,
    tree: most(runs.map(({ tree }) => tree)),
    requests: most(runs.map(({ requests }) => requests)),
    downloaded: most(runs.map(({ bytes }) => bytes)),
    compressed: most(runs.map(({ compressed }) => compressed)),
    installed: most(counts.map(({ installed }) => installed.length)),
    resolutions: most(counts.map(({ resolutions }) => resolutions)),
    comment: most(runs.map(({ stdout }) => stdout.length)),
    report: most(runs.map(({ report }) => JSON.stringify(report).length)),
    problems: [
      ...new Set(runs.flatMap(problemsOf)),
      ...(own > MOST_MEMORY ? [`${megabytes(own)} MB of memory, and not ${megabytes(MOST_MEMORY)}`] : []),
    ],
  };
}

/** The figures in a table, and below it what is wrong. */
export function growthText(grown: readonly Grown[]): string {
  const heading = [
    ...["app", "situation", "wall s", "CPU s", "ms each", "own MB", "tree MB", "requests", "compressed MB"],
    ...["distributions", "resolutions", "comment", "report KB"],
  ];
  const rows = grown.map((each) => [
    each.app,
    each.situation,
    seconds(each.wall),
    seconds(each.cpu),
    ((each.wall.median * 1000) / each.distributions).toFixed(1),
    megabytes(each.own),
    megabytes(each.tree),
    String(each.requests),
    megabytes(each.compressed),
    String(each.installed),
    String(each.resolutions),
    String(each.comment),
    (each.report / 1000).toFixed(0),
  ]);
  const wrong = grown.flatMap(({ app, situation, problems }) =>
    problems.map((each) => `- ${app}, ${situation}: ${each}`),
  );
  return [
    table(heading, rows),
    ...(wrong.length === 0 ? ["Comments, reports and memory are within their limits."] : wrong),
  ].join("\n\n");
}
