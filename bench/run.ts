// Measures the bundle with real apps against the floors, side by side in one run: `npm run bench -- --help`.
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { APPS, type App } from "./apps.js";
import { CASE_NAMES, casesOf, type Sample } from "./cases.js";
import { megabytes, seconds, spread, table } from "./figures.js";
import { growthText, LARGE, measureGrowth, SIZES } from "./growth.js";
import { CUTOFF, DIST, openLab, type Lab } from "./lab.js";
import { targetsOf, type Figures } from "./targets.js";

const HELP = `usage: npm run bench -- [options]

  --app NAME      only this app: ${APPS.map(({ name }) => name).join(", ")}; may be given more than once
  --case NAME     only this case or floor; may be given more than once:
                  ${CASE_NAMES.slice(0, 7).join(", ")},
                  ${CASE_NAMES.slice(7).join(", ")}
  --runs N        rounds, in each of which every case is run once (default 3); plain and cold-download are run in the first alone
  --output FILE   write all figures as JSON
  --growth        synthetic apps instead of real ones: of ${SIZES.join(", ")} distributions, and with files of 1 GB
  --size N        with --growth: only an app of so many distributions; may be given more than once
  --large BYTES   with --growth: the size of a large file; 0 for none
  --stale         pages of the index are asked for again in every run, as after ten minutes
  --help          this text

SLUGDIFF_DIST names another bundle than dist/. Needs Python 3.12, git, tar and pigz, and the machine's package index the first time.
`;

const { values } = parseArgs({
  options: {
    app: { type: "string", multiple: true, default: [] },
    case: { type: "string", multiple: true, default: [] },
    runs: { type: "string", default: "3" },
    output: { type: "string" },
    growth: { type: "boolean", default: false },
    size: { type: "string", multiple: true, default: [] },
    large: { type: "string" },
    stale: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

interface Result {
  readonly app: string;
  readonly cases: Readonly<Record<string, { readonly figures: Figures; readonly samples: readonly Sample[] }>>;
}

/** Runs all cases of an app in turn, round after round. */
async function measureApp(app: App, lab: Lab, runs: number, chosen: ReadonlySet<string>): Promise<Result> {
  say(`${app.name}: downloading, and weighing the base`);
  const cases = await casesOf(app, lab, chosen);
  const samples = new Map<string, Sample[]>(cases.map(({ name }) => [name, []]));
  for (let round = 0; round < runs; round++) {
    for (const { name, run, once = false } of cases) {
      if (once && round > 0) continue;
      say(`${app.name}: ${name}, ${String(round + 1)} of ${String(once ? 1 : runs)}`);
      samples.get(name)?.push(await run());
    }
  }
  const results = [...samples].map(([name, all]) => [name, { figures: figuresOf(all), samples: all }] as const);
  return { app: app.name, cases: Object.fromEntries(results) };
}

function figuresOf(samples: readonly Sample[]): Figures {
  const most = (values: readonly (number | null | undefined)[]): number | null => {
    const known = values.filter((value) => typeof value === "number");
    return known.length === 0 ? null : Math.max(...known);
  };
  return {
    wall: spread(samples.map(({ wall }) => wall)),
    own: most(samples.map(({ own }) => own)),
    firstWork: medianOf(samples.flatMap(({ firstWork }) => (typeof firstWork === "number" ? [firstWork] : []))),
    requests: most(samples.map(({ requests }) => requests)),
    failures: samples.filter(({ status }) => status !== 0).length,
  };
}

function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : spread(values).median;
}

const HEADING = [
  ...["case", "wall s", "CPU s", "own MB", "tree MB", "first work s"],
  ...["requests", "down MB", "compressed MB", "installs", "distributions", "resolutions"],
];

function rowsOf({ cases }: Result): string[][] {
  return Object.entries(cases).map(([name, { figures, samples }]) => {
    const [first] = samples;
    const optional = (value: number | null | undefined, show: (value: number) => string = String): string =>
      value === null || value === undefined ? "" : show(value);
    return [
      figures.failures > 0 ? `${name} (FAILED)` : name,
      seconds(figures.wall),
      seconds(spread(samples.map(({ cpu }) => cpu))),
      optional(figures.own, megabytes),
      megabytes(Math.max(...samples.map(({ tree }) => tree))),
      optional(figures.firstWork, (value) => value.toFixed(2)),
      optional(figures.requests),
      optional(first?.downloaded, megabytes),
      optional(first?.compressed, megabytes),
      optional(first?.installs),
      optional(first?.installed?.length),
      optional(first?.resolutions),
    ];
  });
}

function targetRows({ cases }: Result): string[][] {
  const figures = Object.fromEntries(Object.entries(cases).map(([name, each]) => [name, each.figures]));
  return targetsOf(figures).map(({ what, value, limit, unit }) => [
    what,
    Number.isNaN(value) ? "failed" : `${value.toFixed(2)} ${unit}`.trim(),
    `≤ ${String(limit)} ${unit}`.trim(),
    value <= limit ? "met" : "MISSED",
  ]);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function wanted(what: string, given: readonly string[], known: readonly string[]): readonly string[] {
  const wrong = given.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`There is no ${what} ${wrong}. There are: ${known.join(", ")}.`);
  return given.length === 0 ? known : given;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const apps = wanted(
    "app",
    values.app,
    APPS.map(({ name }) => name),
  );
  const chosen = new Set(wanted("case", values.case, CASE_NAMES));
  const runs = wholeNumber("runs", values.runs, 1);
  if (values.growth) {
    const sizes = values.size.length === 0 ? SIZES : values.size.map((each) => wholeNumber("size", each, 1));
    // Whoever asks for some sizes alone does not wait for files of 1 GB.
    const byDefault = values.size.length === 0 ? LARGE : 0;
    const large = values.large === undefined ? byDefault : wholeNumber("large", values.large, 0);
    const growth = await measureGrowth({ sizes, large, runs }, say);
    process.stdout.write(`\n${growthText(growth)}\n`);
    write({ growth });
    return;
  }
  const results: Result[] = [];
  for (const app of APPS.filter(({ name }) => apps.includes(name))) {
    // Each app has a lab of its own: what one leaves on disk would slow down the next.
    const lab = await openLab(values.stale ? { maxAge: 0 } : {});
    try {
      const result = await measureApp(app, lab, runs, chosen);
      results.push(result);
      process.stdout.write(`\n## ${app.name}\n\n${table(HEADING, rowsOf(result))}\n`);
      const targets = targetRows(result);
      if (targets.length > 0) process.stdout.write(`\n${table(["target", "value", "limit", ""], targets)}\n`);
    } finally {
      lab.close();
    }
  }
  write({ results });
}

/** Writes the JSON, if it is wanted, with what it was measured by and on. */
function write(figures: object): void {
  if (values.output === undefined) return;
  const machine = { processors: availableParallelism(), model: cpus()[0]?.model ?? "unknown", node: process.version };
  const { runs, stale } = values;
  const document = { bundle: DIST, cutoff: CUTOFF, runs: Number(runs), stale, machine, ...figures };
  writeFileSync(values.output, `${JSON.stringify(document, null, 2)}\n`);
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`--${option} takes a whole number from ${String(least)}.`);
}

// What was started gets the signal as well when it comes from a terminal.
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(status));
}
await main();
