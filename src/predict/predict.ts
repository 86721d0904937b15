import { parseMetadata } from "../install/metadata.js";
import type { DistributionMetadata, WeighedLayer } from "../model/distribution.js";
import { isReadyWheel, type DistributionSource, type ResolvedDistribution } from "../model/resolution.js";
import type { Context } from "../ports.js";
import { redact, secretsOf } from "../system/redact.js";
import { readDirectory } from "./directory.js";
import { likelyByFiles, likelyBySize, type Likely } from "./formula.js";
import { NoRanges, openRanges } from "./ranges.js";

/** What a wheel is likely to weigh in a slug, bytecode included, without having been installed. */
export interface Prediction extends Likely {
  /** What it is predicted from: the files that the wheel's directory names, or its size alone. */
  readonly basis: "directory" | "size";
  /** Null if it was not read along with the directory. */
  readonly metadata: DistributionMetadata | null;
  /** Why the directory could not be used; without credentials. Null if it was. */
  readonly problem: string | null;
}

export interface PredictOptions {
  /** The target's minor version of Python, such as `3.12`. */
  readonly minor: string;
  /** Where the wheel is, with credentials if it takes some (`Selected.location`). They are sent, never shown. Default: the source's URL. */
  readonly location?: string;
  /** Absolute path of the app, which relative paths start from. */
  readonly app: string;
  /** Milliseconds that reading may take. Default: `PATIENCE`. */
  readonly timeout?: number;
}

/** Longer than some requests take on a slow line, shorter than installing does. */
export const PATIENCE = 20_000;

/** A wheel that claims to be larger is not believed; PyPI's own limit is 10 GB for a whole project. */
const LARGEST = 2 ** 40;

/**
 * Predicts a wheel's weight from its zip directory, which is read by HTTP range requests or from a local file: some KiB, and never more
 * than 16 MiB, where the wheel may have hundreds of MiB. Where that can't be had, from its size; null if that is not known either, and
 * for what is no wheel.
 * @throws only the reason of an aborted signal
 */
export async function predictWheel(
  source: DistributionSource,
  { minor, location, app, timeout = PATIENCE }: PredictOptions,
  context: Pick<Context, "env" | "signal">,
): Promise<Prediction | null> {
  if (!("filename" in source) || !isReadyWheel(source)) return null;
  const size = isSize(source.size) ? source.size : null;
  const { env } = context;
  try {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout)]);
    const ranges = await openRanges(location ?? source.url, size, app, { env, signal });
    const { files, metadata } = await readDirectory(ranges);
    return {
      ...likelyByFiles(files, minor),
      basis: "directory",
      metadata: metadata === null ? null : parseMetadata(metadata),
      problem: null,
    };
  } catch (error) {
    context.signal.throwIfAborted();
    const told = size ?? (error instanceof NoRanges && isSize(error.size) ? error.size : null);
    if (told === null) return null;
    const problem = redact(error instanceof Error ? error.message : String(error), secretsOf(env));
    return { ...likelyBySize(told, source.filename), basis: "size", metadata: null, problem };
  }
}

/** The layer that a prediction stands for. It is never to be stored: a measured one has the same key. */
export function predictedLayer({ version }: ResolvedDistribution, prediction: Prediction): WeighedLayer {
  const { weight, error, entries, metadata } = prediction;
  const { requires, extras } = metadata ?? { requires: [], extras: [] };
  return { version, measure: "estimated", weight, error, entries, unclaimed: [], metadata: { requires, extras } };
}

function isSize(size: number | null): size is number {
  return size !== null && Number.isSafeInteger(size) && size >= 0 && size <= LARGEST;
}
