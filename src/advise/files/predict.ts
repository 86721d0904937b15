import type { ModelFacts, PredictedModel } from "../../model/file-advice.js";
import { entriesWeight, type Entry } from "../../model/layer.js";
import type { NumberType, Sniffed, SniffedModel } from "../../model/sniffed.js";

/**
 * What gzip leaves of weights, by type; others as float32. Measured on normally distributed numbers: int8 is between
 * 0.846, scaled by the largest of the whole tensor, and 0.917, by the largest of each row. The tests weigh both.
 */
const LEFT: Partial<Record<NumberType, number>> = { float16: 0.92, bfloat16: 0.92, int8: 0.88, uint8: 0.88 };
const LEFT_OTHERWISE = 0.93;

/** Bytes of one number of the types that can be stored in fewer bits. */
const WIDTH: Partial<Record<NumberType, number>> = { float64: 8, float32: 4, float16: 2, bfloat16: 2 };
const TARGETS = [
  { as: "float16", width: 2 },
  { as: "int8", width: 1 },
] as const;

/** What was found in the files of one piece of advice, and what smaller forms would weigh. */
export function modelFacts(framework: string, entries: readonly Entry[], sniffed: Sniffed): ModelFacts {
  const models = entries.flatMap(({ path }) => sniffed.models.get(path) ?? []);
  const weights = together(models);
  const optimizer = models.reduce((sum, model) => sum + model.optimizer, 0);
  const formats = [...new Set(models.map(({ format }) => format))];
  return { framework, formats, weights, optimizer, predicted: predict(weights, optimizer, entries) };
}

/**
 * Scales what the files weigh now by how the expected bytes change, so that weights which compress unusually well (zeros)
 * stay so. What a file holds besides known weights stays as it is. Only what is smaller than now.
 */
function predict(weights: ModelFacts["weights"], optimizer: number, entries: readonly Entry[]): PredictedModel[] {
  const { disk, compressed } = entriesWeight(entries);
  const known = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  const floats = weights.reduce((sum, { type, bytes }) => sum + (WIDTH[type] === undefined ? 0 : bytes), 0);
  if (floats === 0) return [];
  const rest = Math.max(0, disk - known);
  // The optimiser's numbers are of the same types as the weights, by and large.
  const kept = Math.max(0, 1 - optimizer / floats);
  const size = (form: Form): number => weights.reduce((sum, each) => sum + form(each).bytes, rest);
  const expected = (form: Form): number =>
    weights.reduce((sum, each) => {
      const { type, bytes } = form(each);
      return sum + bytes * (LEFT[type] ?? LEFT_OTHERWISE);
    }, rest);
  const asIs: Form = (each) => each;
  const now = expected(asIs);
  const scaled = (as: PredictedModel["as"], form: Form): PredictedModel => ({
    as,
    disk: Math.round((disk * size(form)) / size(asIs)),
    compressed: Math.round((compressed * expected(form)) / now),
  });
  const inference: Form = ({ type, bytes }) => ({ type, bytes: bytes * (WIDTH[type] === undefined ? 1 : kept) });
  const narrower = TARGETS.map(({ as, width }) =>
    scaled(as, (each) => {
      const from = WIDTH[each.type];
      if (from === undefined || from <= width) return inference(each);
      return { type: as, bytes: (inference(each).bytes * width) / from };
    }),
  );
  const all = [...(optimizer > 0 ? [scaled("inference", inference)] : []), ...narrower];
  // A form that changes nothing further is none: float16 of a model that is float16.
  return all.filter((one, at) => one.compressed < (all[at - 1]?.compressed ?? compressed));
}

/** How much of numbers that are stored in one way there is then, and how they are stored. */
type Form = (weights: Weights) => Weights;
type Weights = ModelFacts["weights"][number];

function together(models: readonly SniffedModel[]): ModelFacts["weights"] {
  const sums = new Map<NumberType, number>();
  for (const { type, bytes } of models.flatMap(({ weights }) => weights)) sums.set(type, (sums.get(type) ?? 0) + bytes);
  return [...sums]
    .map(([type, bytes]) => ({ type, bytes }))
    .sort((a, b) => b.bytes - a.bytes || (a.type < b.type ? -1 : 1));
}
