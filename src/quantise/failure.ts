import { UserError } from "../errors.js";
import type { Context } from "../ports.js";
import { lastLines, type RunResult } from "../system/run.js";

/** What frameworks say, and what can be done about it. */
const HINTS = [
  {
    words: /deserialization of a `?lambda|enable_unsafe_deserialization/i,
    why: "it holds a Lambda layer, whose code Keras does not run unasked",
    hint: "Put a layer of Keras in its place, or export a SavedModel (`model.export`) and name its directory.",
  },
  {
    words: /unknown (layer|object)|could not locate (class|function)|register_keras_serializable|custom_objects/i,
    why: "it has layers of the app's own",
    hint: "Export a SavedModel (`model.export`), which holds all that they do, and name its directory.",
  },
  {
    words: /no module named ['"]?tensorflow\b/i,
    why: "the app has no TensorFlow to convert it with",
    hint: "Convert it to LiteRT where it was trained, and name the .tflite file.",
  },
  {
    words: /select tf ops|select_tf_ops|custom op|\bflex\b/i,
    why: "it uses operations of TensorFlow that LiteRT does not have",
    hint: "Leave TensorFlow in the app and the model as it is, or build it of other layers; a fixed batch size helps LSTM and GRU.",
  },
  {
    words: /no space left on device|ENOSPC/i,
    why: "the disk is full",
    hint: "Free some disk space, or point TMPDIR at a larger disk.",
  },
] as const;

/** What TensorFlow logs on the way (absl's format), errors aside. */
const LOGGED = /^(?:WARNING: All log messages before absl.*|[IW]\d{4} \d\d:\d\d:\d.*)\n/gm;

/** Of a program that something else has killed: by the signal, or as a shell says it. */
const KILLED = new Set([-1, 137]);

/**
 * The failure of a program that loads a model, with its hint told from the program's own words.
 * @param message what failed, without a full stop
 */
export function failure(
  message: string,
  { code, stderr }: RunResult,
  { scratch }: Pick<Context, "scratch">,
): UserError {
  const details = lastLines(stderr.replaceAll(scratch, "…").replace(LOGGED, ""));
  const known = KILLED.has(code)
    ? { why: "it was killed, most likely for want of memory", hint: "Quantise it on a machine with more memory." }
    : HINTS.find(({ words }) => words.test(details.join("\n")));
  return new UserError(
    known === undefined ? `${message}.` : `${message}: ${known.why}.`,
    known?.hint ?? "See the last lines of its framework below.",
    details,
  );
}
