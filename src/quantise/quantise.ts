import { lstat, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.js";
import type { WeightType } from "../model/quantisation.js";
import type { Resolution } from "../model/resolution.js";
import type { Target } from "../model/target.js";
import type { Context } from "../ports.js";
import type { Interpreter } from "../python/interpreters.js";
import { asset } from "../system/asset.js";
import { removeTree } from "../system/remove-tree.js";
import type { RunResult } from "../system/run.js";
import { TOOL_VERSIONS, type Tools } from "../tools/tools.js";
import { installPackages } from "./app-packages.js";
import { confinement, type Confinement } from "./confined.js";
import { failure } from "./failure.js";
import type { Model } from "./find-model.js";

/** An app as it is, with the framework that its models are of. */
export interface AppAsItIs {
  /** Absolute path of the directory that stands for the slug root. */
  readonly root: string;
  readonly target: Target;
  /** Of the target's minor version; null if this machine has none. */
  readonly interpreter: Interpreter | null;
  readonly resolution: Resolution;
}

/** What came of one model. */
export interface Quantised {
  readonly model: Model;
  /** Absolute path of a file in the scratch directory. */
  readonly file: string;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

const CONVERT = asset(import.meta.url, "convert_model.py");
const QUANTISE = asset(import.meta.url, "quantise_model.py");

/** Neither the user's packages nor the variables of the environment have a say, and no bytecode is written. */
const ISOLATED = ["-I", "-B", "-X", "utf8"] as const;

/** What the quantizer says at its end. */
const ANSWER = z.object({ difference: z.number().nonnegative().nullable() });

/**
 * Quantises models of an app for real: Keras models and SavedModels are converted by the app's own TensorFlow first, then LiteRT's
 * quantizer stores their weights as `weights`. This runs code of the models and of the app's distributions.
 * @throws UserError if a model can't be converted or quantised; SideError if what it takes can't be installed
 */
export async function quantise(
  models: readonly Model[],
  weights: WeightType,
  app: AppAsItIs,
  tools: Tools,
  context: Context,
): Promise<Quantised[]> {
  const place = await confinement(context);
  context.progress.note(
    `Quantising ${models.map(({ path }) => path).join(", ")}: to load a model can run code in it, which is done ${place.where}.`,
  );
  const scratch = await mkdtemp(join(await realpath(context.scratch), "quantise-"));
  const job: Job = { weights, app, quantizer: await tools.quantizer(), scratch, place, tools, context };
  const packages = models.some(isConverted) ? await packagesOf(job) : null;
  const made: Quantised[] = [];
  for (const [at, model] of models.entries()) {
    const activity = context.progress.start(`Quantising ${model.path}`);
    try {
      made.push(await quantiseOne(model, join(scratch, `model-${at}`), packages, job));
    } finally {
      activity.end();
    }
  }
  // Gigabytes, while all of it is weighed.
  if (packages !== null) await removeTree(join(scratch, PACKAGES));
  return made;
}

/** What quantising takes, whichever model it is. */
interface Job {
  readonly weights: WeightType;
  readonly app: AppAsItIs;
  readonly quantizer: Interpreter;
  readonly scratch: string;
  readonly place: Confinement;
  readonly tools: Tools;
  readonly context: Context;
}

/** Directory of what the app gets, in scratch. */
const PACKAGES = "packages";

/** A Python and the packages that it is to run with. */
interface Packages {
  readonly python: Interpreter;
  readonly directory: string;
}

async function packagesOf({ app, scratch, tools, context }: Job): Promise<Packages> {
  const { root, target, interpreter: python, resolution } = app;
  const { minor } = target.python;
  if (python === null) {
    throw new UserError(
      `The app's TensorFlow needs a Python ${minor} to run, and there is none on this machine.`,
      `Put a CPython ${minor} on PATH, or convert the model to LiteRT and name the .tflite file.`,
    );
  }
  const into = join(scratch, PACKAGES);
  const activity = context.progress.start("Installing the app's framework");
  try {
    return {
      python,
      directory: await installPackages(resolution, { app: root, into, target, python }, tools, context),
    };
  } finally {
    activity.end();
  }
}

async function quantiseOne(model: Model, work: string, packages: Packages | null, job: Job): Promise<Quantised> {
  const { weights, app, quantizer, place, context } = job;
  await mkdir(work);
  const original = join(app.root, model.path);
  const [converted, result] = [join(work, "converted.tflite"), join(work, "quantised.tflite")];
  const isReady = !isConverted(model);
  if (packages !== null && !isReady) {
    const { python, directory } = packages;
    const ran = await place.run({
      python,
      options: [...ISOLATED, "-S"],
      script: CONVERT,
      args: [directory, original, converted],
      work,
      readable: [directory, original],
    });
    await requireFile(converted, ran, `${model.path} could not be converted to LiteRT`, context);
  }
  const input = isReady ? original : converted;
  const ran = await place.run({
    python: quantizer,
    options: ISOLATED,
    script: QUANTISE,
    args: [input, result, weights],
    work,
    readable: [...(isReady ? [original] : []), join(quantizer.path, "../..")],
  });
  await requireFile(result, ran, `${model.path} could not be quantised`, context);
  const notes = await notesOn(model, { input, result, place, weights, ran });
  await rm(converted, { force: true });
  return { model, file: result, notes };
}

/** Does it take the app's framework to make a LiteRT model of it? */
function isConverted({ format }: Model): boolean {
  return format !== "tflite";
}

/**
 * @throws UserError unless the program has ended well, and left a file: what runs a model's code may leave anything
 */
async function requireFile(file: string, ran: RunResult, message: string, context: Context): Promise<void> {
  const stats = await lstat(file).catch(() => null);
  if (ran.code !== 0 || stats?.isFile() !== true) throw failure(message, ran, context);
}

interface Outcome {
  readonly input: string;
  readonly result: string;
  readonly place: Confinement;
  readonly weights: WeightType;
  readonly ran: RunResult;
}

async function notesOn({ path, result, format }: Model, outcome: Outcome): Promise<string[]> {
  const { input, place, weights, ran } = outcome;
  const [before, after] = await Promise.all([lstat(input), lstat(outcome.result)]);
  const difference = differenceIn(ran);
  const by = `ai-edge-quantizer ${TOOL_VERSIONS["ai-edge-quantizer"]}`;
  const named = result === path ? "" : ` to ${result}`;
  return [
    `${path} was quantised${named}, weights as ${weights}, by ${by} on this machine; it was loaded ${place.where}.`,
    difference === null
      ? `${result} could not be tried out here: see whether LiteRT runs it, and check your own metrics.`
      : `On one random input the outputs of ${result} moved by up to ${percent(difference)} of the largest: check your own metrics.`,
    ...(after.size < before.size ? [] : [`${result} did not get smaller: its weights may be quantised already.`]),
    ...(format === "tflite"
      ? []
      : [`The app has to load ${result} by LiteRT (ai-edge-litert), which can then take TensorFlow's place.`]),
  ];
}

/** The answer in the last line; null if there is none: what runs a model may print anything. */
function differenceIn({ stdout }: RunResult): number | null {
  const [line = ""] = stdout.toString("utf8").trimEnd().split("\n").slice(-1);
  try {
    return ANSWER.parse(JSON.parse(line)).difference;
  } catch {
    return null;
  }
}

function percent(part: number): string {
  return `${(part * 100).toPrecision(2)} %`;
}
