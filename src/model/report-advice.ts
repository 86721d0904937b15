import { z } from "zod";
import { bytes, WEIGHT } from "./report-weight.js";

const effect = {
  weight: z
    .strictObject({ files: z.int(), disk: z.int(), compressed: z.int() })
    .describe("`before` minus `after`: what leaves the slug. Another build may have more files, and save bytes."),
  before: WEIGHT.describe("The whole slug as it was weighed at the head."),
  after: WEIGHT.describe("The whole slug once the advice is followed, and nothing else."),
};

/** What has an error band is no measurement. */
const SAVING = z
  .discriminatedUnion("basis", [
    z.strictObject({
      basis: z.literal("measured").describe("What it leads to was weighed."),
      error: z.literal(0),
      ...effect,
    }),
    z.strictObject({
      basis: z.literal("predicted").describe("What it leads to was not weighed, or not all of it."),
      error: bytes.positive().describe("Half-width of the error band of `weight.compressed`, and of `after`'s."),
      ...effect,
    }),
  ])
  .meta({ id: "saving" });

const note = z.string().nullable().describe("What to know about this step. Markdown in code spans only.");

const HUNK = z.strictObject({
  line: z
    .int()
    .positive()
    .describe("Number that its first line has in the file as it was weighed; where there is none, gets."),
  lines: z.int().positive().describe("How many of the step's `lines` are its own."),
});

export const STEP = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("diff"),
      file: z.string().describe("Relative to the slug root."),
      lines: z
        .array(z.string().regex(/^[-+ ]/))
        .min(1)
        .describe("Of a unified diff, without its headers."),
      hunks: z.array(HUNK).optional().describe("Where `lines` stand in the file, one stretch after the other."),
      note,
    }),
    z.strictObject({
      kind: z.literal("text"),
      file: z.string().nullable().describe("Relative to the slug root; null if it is no file of the app."),
      lines: z.array(z.string()).min(1).describe("To paste as they are."),
      note,
    }),
    z.strictObject({
      kind: z.literal("command"),
      file: z.null(),
      lines: z.array(z.string()).min(1).describe("Commands to run after the steps before."),
      note,
    }),
  ])
  .meta({ id: "step" });

const REMEDY = z
  .discriminatedUnion("possible", [
    z.strictObject({
      possible: z.literal(true),
      because: z.null(),
      steps: z.array(STEP).describe("In this order; empty where what to do is no line, but what `detail` says."),
    }),
    z.strictObject({
      possible: z.literal(false).describe("It can't be done with what the app uses."),
      because: z.string().min(1).describe("A clause: `not possible with pip, because …`."),
      steps: z.array(STEP).max(0),
    }),
  ])
  .meta({ id: "remedy" });

const common = {
  subject: z.string().describe("The distribution, the path or the glob that it is about."),
  title: z
    .string()
    .min(1)
    .describe("An imperative sentence without its saving and without a full stop. Markdown in code spans only."),
  detail: z.string().describe("Why, and what is lost by it. Sentences; Markdown in code spans only."),
  sources: z.array(z.string()).describe("Pages that say so, or paths in Slugdiff's own repository."),
  saving: SAVING,
  remedy: REMEDY,
};

const id = z.string().min(1).describe("Which advice this is, such as `xgboost-cpu`. Stable between versions.");

export const ADVICE = z
  .discriminatedUnion("family", [
    z.strictObject({
      id,
      family: z.literal("requirements"),
      level: z.literal("advice"),
      ...common,
    }),
    z.strictObject({
      id,
      family: z.literal("files"),
      level: z.enum(["advice", "warning"]).describe("A warning is about an app that will fail, whatever it weighs."),
      ...common,
    }),
  ])
  .meta({ id: "advice" });

export type Advice = z.infer<typeof ADVICE>;
export type Saving = Advice["saving"];
export type Remedy = Advice["remedy"];
export type Step = Remedy["steps"][number];
export type DiffStep = Extract<Step, { kind: "diff" }>;
