import { mib } from "../model/format.js";
import type { Report } from "../model/report.js";
import { STATUSES, worst, type Status } from "../model/verdict.js";
import { deltaText, figuresOf, headroom, size, WHOLE, type Figures } from "./figures.js";
import { headlineOf, type Headline } from "./headline.js";
import { roundRows, scaleFor, shown, shownSigned, type Scale } from "./rounding.js";
import { code, own, strong, version, type Spans, type Table } from "./span.js";

/** A report among others, with what its row shows. */
export interface Member {
  readonly report: Report;
  /** What it is called among the others. */
  readonly label: Spans;
  readonly headline: Headline;
  readonly figures: Figures;
}

/** Several apps taken together. Sizes are bytes of the compressed slugs. */
export interface Totals {
  readonly apps: number;
  /** Of the heads that were weighed. */
  readonly compressed: number;
  /** Half-width of the error band of `compressed`. */
  readonly error: number;
  /** How many heads could not be weighed. */
  readonly unweighed: number;
  /** A head, or a part of one, was not weighed. */
  readonly atLeast: boolean;
  /** The sum of the deltas that are known; null if there is none. */
  readonly delta: number | null;
  /** Half-width of the error band of `delta`. */
  readonly deltaError: number;
  /** How many apps were compared, and their delta is unknown. */
  readonly deltasUnknown: number;
}

/** The reports in the order in which they are read: the worst first, then those that changed most, then by name. */
export function membersOf(reports: readonly Report[]): Member[] {
  const members = reports.map((report) => ({
    report,
    label: labelAmong(reports, report),
    headline: headlineOf(report),
    figures: figuresOf(report),
  }));
  const severity = ({ report }: Member): number => STATUSES.indexOf(report.verdict.status);
  const moved = ({ figures }: Member): number => Math.abs(figures.diff?.total.compressed ?? 0);
  const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return members.sort(
    (a, b) =>
      severity(b) - severity(a) ||
      Number(a.headline.isAll) - Number(b.headline.isAll) ||
      moved(b) - moved(a) ||
      byName(a.report.app, b.report.app),
  );
}

/** The app's name; where one app was weighed for several targets, the target too. */
export function labelAmong(reports: readonly Report[], { app, platform, head }: Report): Spans {
  const namesakes = reports.filter((other) => other.app === app);
  if (namesakes.length === 1) return [code(app)];
  const pythons = new Set(namesakes.map((other) => other.head.python));
  const python = pythons.size === 1 || head.python === null ? [] : [own(", Python "), version(head.python)];
  return [code(app), own(` on ${platform}`), ...python];
}

export function totalsOf(members: readonly Member[]): Totals {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const diffs = members.flatMap(({ figures }) => figures.diff ?? []);
  const unweighed = members.filter(({ report }) => report.head.total === null).length;
  return {
    apps: members.length,
    compressed: sum(members.map(({ report }) => report.head.total?.compressed ?? 0)),
    error: sum(members.map(({ report }) => report.head.total?.error ?? 0)),
    unweighed,
    atLeast: unweighed > 0 || members.some(({ figures }) => figures.atLeast),
    delta: diffs.length === 0 ? null : sum(diffs.map(({ total }) => total.compressed)),
    deltaError: sum(diffs.map(({ error }) => error)),
    deltasUnknown: members.filter(({ report }) => report.diff.state === "unknown" && wasCompared(report)).length,
  };
}

/** `weigh` has no base at all: a side that is absent from no revision. */
function wasCompared({ base }: Report): boolean {
  return base.revision !== null;
}

/** The first line about several apps: alone it is enough. */
export interface TotalHeadline {
  readonly mood: Headline["mood"];
  /** `3 slugs +298.4 MiB: ` and on. */
  readonly text: Spans;
  /** Nothing differs in any, and nothing is wrong. */
  readonly isAll: boolean;
}

export function totalHeadline(members: readonly Member[]): TotalHeadline {
  const totals = totalsOf(members);
  const status = worst(members.map(({ report }) => report.verdict.status));
  const same = members.length > 0 && members.every(({ headline }) => headline.delta === "unchanged");
  const wrong = (["indeterminate", "fail", "warn"] as const).flatMap((each) => {
    const having = members.filter(({ report }) => report.verdict.status === each);
    return having.length === 0 ? [] : [countText(each, having)];
  });
  const counts = wrong.flatMap((each, at): Spans => [...(at === 0 ? [] : [own(", ")]), ...each]);
  const band = totals.error === 0 ? "" : ` ± ${mib(totals.error)}`;
  const weight = `${totals.atLeast ? "at least " : ""}${size(totals.compressed)}${band} in all`;
  return {
    mood: status === "indeterminate" ? "fail" : status === "pass" && same ? "unchanged" : status,
    text: [
      own(`${slugs(totals.apps)}${deltaPart(totals, members, same)}: `),
      ...counts,
      own(`${counts.length === 0 ? "" : "; "}${weight}`),
    ],
    isAll: members.every(({ headline }) => headline.isAll),
  };
}

function slugs(count: number): string {
  return count === 1 ? "1 slug" : `${thousands(count)} slugs`;
}

type Verbs = readonly [ofOne: string, ofSeveral: string];

const VERBS: Readonly<Record<Exclude<Status, "pass">, Verbs>> = {
  indeterminate: ["could not be weighed", "could not be weighed"],
  fail: ["fails", "fail"],
  warn: ["has a warning", "have a warning"],
};
/** Where heads were weighed, and yet it can't be told whether they are over the limit. */
const CANT_TELL: Verbs = ["is indeterminate", "are indeterminate"];

/** The one app by its name, several by their number. */
function countText(status: Exclude<Status, "pass">, members: readonly Member[]): Spans {
  const weighed = status === "indeterminate" && members.some(({ report }) => report.head.total !== null);
  const [ofOne, ofSeveral] = weighed ? CANT_TELL : VERBS[status];
  const [first, ...others] = members;
  if (first !== undefined && others.length === 0) return [...first.label, own(` ${ofOne}`)];
  return [own(`${thousands(members.length)} ${ofSeveral}`)];
}

function deltaPart(totals: Totals, members: readonly Member[], same: boolean): string {
  const { delta, deltaError, deltasUnknown } = totals;
  if (same) return " unchanged";
  if (delta === null) return deltasUnknown === 0 ? "" : ", the delta unknown";
  const band = deltaError === 0 ? "" : ` ± ${mib(deltaError)}`;
  const unknown = deltasUnknown === 0 ? "" : ` and ${thousands(deltasUnknown)} unknown`;
  return ` ${deltaText(delta, deltaScale(delta, members))}${band}${unknown}`;
}

/** The unit of all deltas, so that the rows sum to the headline as they stand. */
function deltaScale(total: number, members: readonly Member[]): Scale {
  return scaleFor(
    total,
    members.map(({ figures }) => figures.diff?.total.compressed ?? 0),
  );
}

/** How a table shows several apps. */
export interface AppsTableOptions {
  /** Rows of apps that have something to say, the first ones; the rest is folded into one. */
  readonly most: number;
  /** What stands before an app's name. */
  readonly sign: (member: Member) => string;
  /** The commit that all were compared with, if it is one. */
  readonly base: Spans;
}

/**
 * A row for each app that has something to say, one for those that have not, one for the total. Rows sum to the total, and
 * that is what the headline says.
 */
export function appsTable(members: readonly Member[], { most, sign, base }: AppsTableOptions): Table {
  const totals = totalsOf(members);
  const telling = members.filter(({ headline }) => !headline.isAll);
  const same = members.filter(({ headline }) => headline.isAll);
  const shownApps = telling.length === most + 1 ? telling : telling.slice(0, most);
  const rest = telling.slice(shownApps.length);
  const groups: Group[] = [
    ...shownApps.map((member): Group => ({ label: [own(sign(member)), ...member.label], members: [member] })),
    ...(rest.length === 0 ? [] : [{ label: [own(`${thousands(rest.length)} more`)], members: rest }]),
    ...(same.length === 0 ? [] : [{ label: [own(`${thousands(same.length)} unchanged`)], members: same }]),
  ];
  const rows = groupRows(groups, totals, members);
  const compared = totals.delta !== null || totals.deltasUnknown > 0;
  const last: Spans[] = [
    [strong("total")],
    [strong(`${totals.atLeast ? "at least " : ""}${size(totals.compressed)}`)],
    ...(compared
      ? [[strong(totals.delta === null ? "unknown" : deltaText(totals.delta, deltaScale(totals.delta, members)))]]
      : []),
    [],
    [],
  ];
  return {
    columns: [
      { heading: [own("app")], figures: false },
      { heading: [own("compressed")], figures: true },
      ...(compared ? [{ heading: [own("delta"), ...base], figures: true }] : []),
      { heading: [own("headroom")], figures: true },
      { heading: [own("verdict")], figures: false },
    ],
    rows: [...rows.map((row) => (compared ? row : row.filter((_, at) => at !== 2))), last],
  };
}

/** The apps of which nothing is to be said but what they weigh. */
export function unchangedTable(members: readonly Member[], most: number): Table {
  const same = members.filter(({ headline }) => headline.isAll);
  const shownApps = same.length === most + 1 ? same : same.slice(0, most);
  const rest = same.slice(shownApps.length);
  const groups: Group[] = [
    ...shownApps.map((member): Group => ({ label: member.label, members: [member] })),
    ...(rest.length === 0 ? [] : [{ label: [own(`${thousands(rest.length)} more`)], members: rest }]),
  ];
  return {
    columns: [
      { heading: [own("app")], figures: false },
      { heading: [own("compressed")], figures: true },
      { heading: [own("headroom")], figures: true },
    ],
    rows: groupRows(groups, totalsOf(same), same).map(([label = [], weight = [], , left = []]) => [
      label,
      weight,
      left,
    ]),
  };
}

/** Apps that share a row. */
interface Group {
  readonly label: Spans;
  readonly members: readonly Member[];
}

/** Label, weight, delta, headroom and verdict of each group, rounded together. */
function groupRows(groups: readonly Group[], totals: Totals, members: readonly Member[]): Spans[][] {
  const scale = deltaScale(totals.delta ?? 0, members);
  const sums = groups.map((group) => totalsOf(group.members));
  const weights = roundRows(
    sums.map(({ compressed }) => compressed),
    WHOLE,
  );
  const deltas = roundRows(
    sums.map(({ delta }) => delta ?? 0),
    scale,
  );
  return groups.map(({ label, members: some }, at) => {
    const [only] = some.length === 1 ? some : [];
    const { unweighed = 0, deltasUnknown = 0, delta = null, atLeast = false } = sums[at] ?? {};
    const weight =
      unweighed === some.length ? "not weighed" : `${atLeast ? "at least " : ""}${shown(weights[at] ?? 0, WHOLE)}`;
    const change = delta === null ? (deltasUnknown > 0 ? "unknown" : "") : shownSigned(deltas[at] ?? 0, scale);
    return [
      label,
      [own(weight)],
      [own(delta === 0 ? "0 MiB" : change)],
      only === undefined ? [] : headroomOf(only),
      only === undefined ? [] : [own(verdictOf(only))],
    ];
  });
}

function headroomOf({ report, figures }: Member): Spans {
  const { limit, allowance, atLeast } = figures;
  if (limit === null || report.head.state !== "weighed") return [];
  const bytes = report.head.total.compressed + allowance;
  const left = headroom(limit, bytes);
  return [bytes > limit ? strong(left) : own(`${atLeast ? "at most " : ""}${left}`)];
}

/** `fail: over the limit` */
function verdictOf({ report, headline }: Member): string {
  const { status } = report.verdict;
  if (status === "pass") {
    if (report.head.state === "absent") return "pass: goes away";
    return report.base.state === "absent" && report.base.revision !== null ? "pass: new" : "pass";
  }
  if (headline.decides === null) return status;
  const reason = REASONS[headline.decides.rule];
  const lifted = report.override?.lifts.includes(headline.decides.rule) === true;
  return `${status}: ${reason}${lifted ? ", approved" : ""}`;
}

const REASONS: Readonly<Record<Report["verdict"]["findings"][number]["rule"], string>> = {
  weighed: "not weighed",
  base: "base not weighed",
  limit: "limit",
  "warn-at": "warning level",
  "max-increase": "growth",
};

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
