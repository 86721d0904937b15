import { z } from "zod";
import { CHANGES } from "./diff.js";
import { LAYER_KINDS, MEASURES } from "./layer.js";
import { ADVICE, STEP } from "./report-advice.js";
import { LAYER_CHANGE } from "./layer-weight.js";
import { HISTORY_POINT } from "./report-history.js";
import { bytes, DELTA, WEIGHT } from "./report-weight.js";
import { PACKAGE_MANAGERS } from "./resolution.js";
import { STACKS } from "./target.js";
import { RULES, STATUSES } from "./verdict.js";

/**
 * The report: the one serialised result of one app. Every output is a reporter over it, and other programs read it,
 * so within a schema version keys are only added. Every object is closed, every key is always there; what is not
 * known is null. All sizes are whole bytes. `docs/report.schema.json` is generated from this file.
 */
export const SCHEMA_VERSION = 1;

const TOTAL = z.strictObject({
  ...WEIGHT.shape,
  error: bytes.describe("Half-width of the error band of `compressed`: the layers' errors summed."),
});

const WHY = z
  .array(z.string())
  .describe(
    "Where the app asks for it (`requirements.txt:14`), then the distributions between that requirement and this one.",
  );

const KIND = z.enum(LAYER_KINDS);

export const LAYER_SCHEMA = z
  .strictObject({
    kind: KIND,
    name: z.string(),
    version: z.string().nullable(),
    weight: WEIGHT,
    error: bytes.describe("Half-width of the error band of `weight.compressed`."),
    retained: WEIGHT.describe("What would leave the slug together with this layer, itself included."),
    direct: z.boolean().describe("Whether the app itself asks for it."),
    requiredBy: z.array(z.string()).describe("The distributions that require it directly."),
    why: WHY,
    measure: z.enum(MEASURES),
    largestFiles: z
      .array(z.strictObject({ path: z.string(), weight: WEIGHT }))
      .describe("At most ten, the largest compressed first."),
  })
  .meta({ id: "layer" });

const OVERLAP = z.strictObject({
  owner: z.string().describe("The layer that the files are counted in: the last in install order."),
  others: z.array(z.string()).describe("The layers that claim them too."),
  files: z.int().positive(),
  examples: z.array(z.string()).describe("At most ten of their paths."),
});

const REVISION = z.strictObject({ ref: z.string(), sha: z.string().nullable() });

const PROBLEM = z.strictObject({
  step: z.enum(["revision", "configuration", "manifest", "python", "resolve", "install", "weigh", "quantise"]),
  message: z.string(),
  hint: z.string(),
  details: z.array(z.string()).describe("The failing tool's last lines, credentials removed."),
});

const nothing = { stack: z.null(), python: z.null(), pythonFrom: z.null(), packageManager: z.null() };

const SIDE = z
  .discriminatedUnion("state", [
    z.strictObject({
      state: z.literal("weighed"),
      problem: z.null(),
      revision: REVISION.nullable(),
      stack: z.enum(STACKS),
      python: z.string(),
      pythonFrom: z.string().describe("Where the version was found: `.python-version`, `default`…"),
      packageManager: z.enum(PACKAGE_MANAGERS),
      total: TOTAL,
      layers: z.array(LAYER_SCHEMA).describe("Sorted by kind, then by name. Their weights sum to `total`."),
      overlaps: z.array(OVERLAP),
    }),
    z.strictObject({
      state: z.literal("absent").describe("The app does not exist at this revision: an empty slug."),
      problem: z.null(),
      revision: REVISION.nullable(),
      ...nothing,
      total: TOTAL,
      layers: z.array(LAYER_SCHEMA).max(0),
      overlaps: z.array(OVERLAP).max(0),
    }),
    z.strictObject({
      state: z.enum(["invalid", "unweighable"]),
      problem: PROBLEM,
      revision: REVISION.nullable(),
      ...nothing,
      total: z.null(),
      layers: z.array(LAYER_SCHEMA).max(0),
      overlaps: z.array(OVERLAP).max(0),
    }),
  ])
  .meta({ id: "side" });

const LAYER_DELTA = z
  .strictObject({
    kind: KIND,
    name: z.string(),
    change: z.enum(CHANGES),
    fromVersion: z.string().nullable(),
    toVersion: z.string().nullable(),
    delta: DELTA,
    why: WHY.describe("As at the head; for a removed layer as at the base."),
  })
  .meta({ id: "layerDelta" });

const changes = {
  delta: DELTA,
  layers: z.array(z.string()).min(1).describe("Names of the distributions that changed, largest delta first."),
};

const UPDATE = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("requirement").describe("One requirement of the app that came, went, or is met otherwise now."),
      names: z.tuple([z.string()]),
      change: z.enum(CHANGES).exclude(["unchanged"]).describe("Of the requirement."),
      fromVersion: z.string().nullable(),
      toVersion: z.string().nullable(),
      ...changes,
    }),
    z.strictObject({
      kind: z.literal("shared").describe("Several such requirements lead to these, and none of them alone."),
      names: z.array(z.string()).min(2),
      change: z.null(),
      fromVersion: z.null(),
      toVersion: z.null(),
      ...changes,
    }),
    z.strictObject({
      kind: z.literal("other").describe("No requirement that changed leads to these."),
      names: z.array(z.string()).max(0),
      change: z.null(),
      fromVersion: z.null(),
      toVersion: z.null(),
      ...changes,
    }),
  ])
  .meta({ id: "update" });

const FILE_DELTA = z.strictObject({
  layer: z.string(),
  path: z.string(),
  change: z.enum(CHANGES).exclude(["unchanged"]),
  delta: DELTA,
});

const DIFF = z
  .discriminatedUnion("state", [
    z.strictObject({
      state: z.literal("known"),
      total: DELTA,
      error: bytes.describe(
        "Half-width of the error band of `total.compressed`. What is equal on both sides adds none.",
      ),
      layers: z.array(LAYER_DELTA).describe("Largest compressed delta first. They sum to `total`."),
      updates: z
        .array(UPDATE)
        .describe("The changed distributions by what caused it, each in one update; largest compressed delta first."),
      files: z.array(FILE_DELTA).describe("Files of the app layer, largest compressed delta first, at most 1,000."),
      filesFolded: z
        .strictObject({
          count: z.int().nonnegative().describe("Changed files that are not listed."),
          delta: DELTA,
        })
        .describe(
          "The rest of the app layer's delta: changed files that are not listed, directories, and files whose share moved.",
        ),
    }),
    z.strictObject({
      state: z.literal("unknown").describe("A side could not be weighed."),
      total: z.null(),
      error: z.null(),
      layers: z.array(LAYER_DELTA).max(0),
      updates: z.array(UPDATE).max(0),
      files: z.array(FILE_DELTA).max(0),
      filesFolded: z.null(),
    }),
  ])
  .meta({ id: "diff" });

const FINDING = z.strictObject({
  rule: z.enum(RULES),
  status: z.enum(STATUSES),
  message: z.string().describe("One sentence for people."),
  value: z.int().nullable().describe("Bytes; null where the rule is not about a size."),
  limit: z.int().nullable(),
});

const UNPINNED = z
  .strictObject({
    requirements: z
      .array(
        z.strictObject({
          name: z.string(),
          version: z.string().describe("That was weighed."),
          place: z.string().describe("Where the app asks for it: `requirements.txt:14`."),
          retained: WEIGHT.describe("What would leave the slug together with it."),
        }),
      )
      .min(1),
    steps: z.array(STEP).describe("The lines that pin them to what was weighed."),
  })
  .meta({ id: "unpinned" });

const OUTSIDE = z
  .strictObject({
    since: z.iso.datetime().describe("As of when the base was resolved then."),
    delta: DELTA.describe("Of these layers: now minus then."),
    layers: z.array(LAYER_CHANGE).min(1).describe("Largest compressed delta first."),
  })
  .meta({ id: "outside" });

const OVERRIDE = z.strictObject({
  label: z.string(),
  state: z
    .enum(["in-force", "void", "refused"])
    .describe(
      "`void`: the change has grown since. `refused`: whoever applied the label may not write to the repository.",
    ),
  by: z.string().nullable().describe("Login of whoever applied the label; null if there is no such user any more."),
  message: z.string().describe("One sentence for people."),
  lifts: z.array(z.enum(RULES)).describe("The rules whose failure it turned into a warning."),
});

export const REPORT_SCHEMA = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    tool: z.strictObject({ name: z.literal("slugdiff"), version: z.string() }),
    app: z.string().describe("The slug root, relative to the repository."),
    platform: z.enum(STACKS),
    cutoff: z.iso.datetime().describe("Both sides were resolved as of this moment."),
    config: z
      .record(z.string(), z.union([z.string(), z.array(z.string()), z.null()]))
      .describe("The effective configuration, written as its users write it. No credentials."),
    configChanges: z
      .array(z.string())
      .describe("Rules that the head's own file changes, and that are not in force yet."),
    base: SIDE,
    head: SIDE,
    diff: DIFF,
    verdict: z.strictObject({ status: z.enum(STATUSES), findings: z.array(FINDING) }),
    override: OVERRIDE.nullable().describe(
      "What the override label on the pull request does; null without one, or with nothing to let through.",
    ),
    notWeighed: z
      .array(z.strictObject({ what: z.string(), why: z.string() }))
      .describe("What may end up in the slug and was not weighed."),
    advice: z
      .array(ADVICE)
      .describe(
        "On the head. Warnings first, then what can be done, then what can't; each with the largest saving first. Savings overlap: they have no sum.",
      ),
    unpinned: UNPINNED.nullable().describe(
      "What the head asks for by name and in no exact version, so that a deploy may get others than were weighed; null if nothing.",
    ),
    outside: OUTSIDE.nullable().describe(
      "What differs in the base since it was last looked at with the same requirements: no doing of this change. Null if nothing, or if that is not known. May differ from run to run.",
    ),
    history: z
      .array(HISTORY_POINT)
      .describe(
        "What the app weighed at the default branch's last commits that were weighed, oldest first. Differs from run to run.",
      ),
    notes: z.array(z.string()).describe("May differ from run to run."),
    timings: z.record(z.string(), z.number().nonnegative()).describe("Milliseconds by step. Differ from run to run."),
  })
  .meta({ title: "Slugdiff report", description: "What a change does to a Heroku slug, as measured." });

export type Report = z.infer<typeof REPORT_SCHEMA>;
export type ReportSide = Report["base"];
/** A side that was weighed. */
export type WeighedSide = Extract<ReportSide, { state: "weighed" }>;
export type ReportLayer = WeighedSide["layers"][number];
export type ReportDiff = Report["diff"];
export type ReportLayerDelta = ReportDiff["layers"][number];
export type Unpinned = NonNullable<Report["unpinned"]>;
export type Outside = NonNullable<Report["outside"]>;
export type Override = NonNullable<Report["override"]>;
export type { HistoryPoint } from "./report-history.js";
export type { Advice, DiffStep, Remedy, Saving, Step } from "./report-advice.js";
