import { MIB } from "../../src/model/bytes.js";
import type { Advice, Report } from "../../src/model/report.js";
import { requirementsAdvice, savingOf } from "../../src/report/advice.js";
import { add, subtract, sum, ZERO, type Weight } from "../../src/model/weight.js";

type Side = Report["base"];
type WeighedSide = Extract<Side, { state: "weighed" }>;
type Layer = WeighedSide["layers"][number];
type Diff = Extract<Report["diff"], { state: "known" }>;

export const mebibytes = (compressed: number): Weight => ({
  files: 10,
  disk: Math.round(compressed * 3 * MIB),
  compressed: Math.round(compressed * MIB),
});

/** A distribution of so many compressed MiB that the app asks for by itself. */
export function makeLayer(name: string, compressed: number, overrides: Partial<Layer> = {}): Layer {
  const weight = mebibytes(compressed);
  return {
    kind: "distribution",
    name,
    version: "1.0",
    weight,
    error: 0,
    retained: weight,
    direct: true,
    requiredBy: [],
    why: ["requirements.txt:1"],
    measure: "measured",
    largestFiles: [],
    ...overrides,
  };
}

export function makeSide(layers: readonly Layer[], overrides: Partial<WeighedSide> = {}): WeighedSide {
  return {
    state: "weighed",
    problem: null,
    revision: { ref: "main", sha: "3f2c1ab".padEnd(40, "0") },
    stack: "heroku-24",
    python: "3.12.14",
    pythonFrom: ".python-version",
    packageManager: "pip",
    total: { ...sum(layers.map(({ weight }) => weight)), error: layers.reduce((total, { error }) => total + error, 0) },
    layers: [...layers],
    overlaps: [],
    ...overrides,
  };
}

export const ABSENT: Side = {
  state: "absent",
  problem: null,
  revision: { ref: "main", sha: "3f2c1ab".padEnd(40, "0") },
  stack: null,
  python: null,
  pythonFrom: null,
  packageManager: null,
  total: { ...ZERO, error: 0 },
  layers: [],
  overlaps: [],
};

export function makeProblem(problem: Partial<NonNullable<Side["problem"]>> = {}): Side {
  return {
    state: "unweighable",
    revision: { ref: "main", sha: "3f2c1ab".padEnd(40, "0") },
    stack: null,
    python: null,
    pythonFrom: null,
    packageManager: null,
    total: null,
    layers: [],
    overlaps: [],
    problem: {
      step: "install",
      message: "xgboost has no wheel for CPython 3.12.",
      hint: "Pin a version that has one.",
      details: ["error: one", "error: two"],
      ...problem,
    },
  };
}

/** The difference of two sides, layer by layer; all of the app layer's delta is in the files given, and in the rest. */
export function makeDiff(base: Side, head: Side, files: Diff["files"] = []): Report["diff"] {
  if (base.total === null || head.total === null) {
    return { state: "unknown", total: null, error: null, layers: [], updates: [], files: [], filesFolded: null };
  }
  const byName = (side: Side): ReadonlyMap<string, Layer> => new Map(side.layers.map((layer) => [layer.name, layer]));
  const [before, after] = [byName(base), byName(head)] as const;
  const names = new Set([...head.layers, ...base.layers].map(({ name }) => name));
  const layers = [...names].map((name): Diff["layers"][number] => {
    const [from, to] = [before.get(name), after.get(name)];
    const delta = subtract(to?.weight ?? ZERO, from?.weight ?? ZERO);
    const same = from?.version === to?.version && delta.compressed === 0;
    return {
      kind: (to ?? from)?.kind ?? "distribution",
      name,
      change: from === undefined ? "added" : to === undefined ? "removed" : same ? "unchanged" : "changed",
      fromVersion: from?.version ?? null,
      toVersion: to?.version ?? null,
      delta,
      why: (to ?? from)?.why ?? [],
    };
  });
  const app = layers.find(({ kind }) => kind === "app")?.delta ?? ZERO;
  return {
    state: "known",
    total: layers.map(({ delta }) => delta).reduce(add, ZERO),
    error: 0,
    layers,
    updates: layers
      .filter(({ kind, change }) => kind === "distribution" && change !== "unchanged")
      .map((row) => updateOf(row.name, [row], row)),
    files,
    filesFolded: { count: 0, delta: subtract(app, sum(files.map(({ delta }) => delta))) },
  };
}

type DiffRow = Diff["layers"][number];

/** The rows as what one requirement's change caused. */
export function updateOf(
  name: string,
  rows: readonly DiffRow[],
  { change, fromVersion, toVersion }: Pick<DiffRow, "change" | "fromVersion" | "toVersion">,
): Diff["updates"][number] {
  return {
    kind: "requirement",
    names: [name],
    change: change === "unchanged" ? "changed" : change,
    fromVersion,
    toVersion,
    delta: sum(rows.map(({ delta }) => delta)),
    layers: rows.map((row) => row.name),
  };
}

export const LIMIT = 1000 * MIB;

/** What the judge says if all is well. */
export function passing(head: Side): Report["verdict"] {
  if (head.total === null) {
    return {
      status: "indeterminate",
      findings: [{ rule: "weighed", status: "indeterminate", message: "No.", value: null, limit: null }],
    };
  }
  const finding = { rule: "limit" as const, status: "pass" as const, message: "Under the limit." };
  return {
    status: "pass",
    findings: head.state === "absent" ? [] : [{ ...finding, value: head.total.compressed, limit: LIMIT }],
  };
}

/** A report of two sides; a test states only what it is about. */
export function makeReport(base: Side, head: Side, overrides: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    tool: { name: "slugdiff", version: "0.1.0" },
    app: ".",
    platform: "heroku-24",
    cutoff: "2026-11-22T14:03:00Z",
    config: { limit: "1000M", cutoff: null },
    configChanges: [],
    base,
    head,
    diff: makeDiff(base, head),
    verdict: passing(head),
    override: null,
    notWeighed: [],
    advice: [],
    unpinned: null,
    outside: null,
    history: [],
    notes: [],
    timings: {},
    ...overrides,
  };
}

/** The verdict of one finding that is not a pass, about a limit in MiB. */
export function verdict(
  rule: Report["verdict"]["findings"][number]["rule"],
  status: "warn" | "fail" | "indeterminate",
  head: Side,
  limit = 1000,
  value = head.total?.compressed ?? 0,
): Report["verdict"] {
  const finding = { rule, status, message: `The ${rule} finding.`, value, limit: Math.round(limit * MIB) };
  const others = rule === "limit" ? [] : passing(head).findings;
  return { status, findings: [...others, finding] };
}

/** Advice on a side about so many compressed MiB, with a line to paste; `error` is in MiB too. */
export function makeAdvice(head: Side, saves: number, error = 0, overrides: Partial<Advice> = {}): Advice {
  const before = head.total ?? ZERO;
  const candidate = {
    id: "xgboost-cpu",
    subject: "xgboost",
    title: "Replace `xgboost` by `xgboost-cpu`",
    detail: "A dyno has no GPU. Same API, no federated learning.",
    sources: ["https://example.com/xgboost"],
  };
  const advice = requirementsAdvice(
    candidate,
    savingOf(before, subtract(before, mebibytes(saves)), Math.round(error * MIB)),
    {
      possible: true,
      because: null,
      steps: [
        {
          kind: "diff",
          file: "requirements.txt",
          lines: ["-xgboost==3.4.1", "+xgboost-cpu==3.4.1"],
          note: null,
        },
      ],
    },
  );
  return { ...advice, ...overrides } as Advice;
}
