import { noiseFloorOf } from "../judge/noise-floor.js";
import { layerKey } from "../model/layer.js";
import type { Report, ReportDiff, ReportSide } from "../model/report.js";
import { STATUSES } from "../model/verdict.js";
import { equal, subtract, sum, ZERO, type Weight } from "../model/weight.js";
import { compareAdvice, isWorthAdvising } from "./advice.js";

/**
 * Adds the report up: the layers of each side to its total, the rows of the diff to head minus base, each row to what
 * its layer weighs on the two sides, the files and what is folded to the app's row; and that advice saves what it says, is in order
 * and worth its lines.
 * @throws Error, which is a bug, that names what does not add up
 */
export function checkReport(report: Report): void {
  const wrong = [
    ...wrongInSide("base", report.base),
    ...wrongInSide("head", report.head),
    ...wrongInDiff(report),
    ...wrongInAdvice(report),
  ];
  const worst = Math.max(0, ...report.verdict.findings.map(({ status }) => STATUSES.indexOf(status)));
  if (STATUSES.indexOf(report.verdict.status) !== worst) wrong.push("the verdict is not its worst finding");
  if (wrong.length > 0) throw new Error(`The report of ${report.app} does not add up: ${wrong.join("; ")}`);
}

function wrongInSide(name: string, side: ReportSide): string[] {
  if (side.total === null) return [];
  const wrong: string[] = [];
  const { error, ...total } = side.total;
  const { layers } = side;
  if (!equal(sum(layers.map(({ weight }) => weight)), total)) wrong.push(`the layers of ${name}`);
  if (layers.reduce((all, layer) => all + layer.error, 0) !== error) wrong.push(`the error bands of ${name}`);
  if (new Set(layers.map(layerKey)).size !== layers.length) wrong.push(`${name} has a layer twice`);
  for (const layer of layers) {
    if (!within(sum(layer.largestFiles.map(({ weight }) => weight)), layer.weight)) {
      wrong.push(`the files of ${layer.name} in ${name}`);
    }
    if (!within(layer.weight, layer.retained) || !within(layer.retained, total)) {
      wrong.push(`what ${layer.name} retains in ${name}`);
    }
  }
  return wrong;
}

function wrongInDiff({ base, head, diff }: Report): string[] {
  const unknown = base.total === null || head.total === null;
  if (diff.state === "unknown") return unknown ? [] : ["the delta is called unknown"];
  if (unknown) return ["the delta is called known"];

  const wrong: string[] = [];
  if (!equal(diff.total, subtract(head.total, base.total))) wrong.push("the delta of the sides");
  if (!equal(diff.total, sum(diff.layers.map(({ delta }) => delta)))) wrong.push("the rows of the delta");
  const before = weights(base);
  const after = weights(head);
  for (const row of diff.layers) {
    const key = layerKey(row);
    const delta = subtract(after.get(key) ?? ZERO, before.get(key) ?? ZERO);
    if (!equal(row.delta, delta)) wrong.push(`the row of ${row.name}`);
  }
  const keys = new Set([...before.keys(), ...after.keys()]);
  if (diff.layers.length !== keys.size) wrong.push("the delta lacks a layer, or has one twice");
  wrong.push(...wrongInUpdates(diff));
  const app = sum(diff.layers.filter(({ kind }) => kind === "app").map(({ delta }) => delta));
  const files = sum([diff.filesFolded.delta, ...diff.files.map(({ delta }) => delta)]);
  if (!equal(app, files)) wrong.push("the files of the app");
  return wrong;
}

/** Each distribution that changed is in one update, and an update is the sum of what is in it. */
function wrongInUpdates({ layers, updates }: ReportDiff): string[] {
  const rows = layers.filter(({ kind, change }) => kind === "distribution" && change !== "unchanged");
  const deltas = new Map(rows.map(({ name, delta }) => [name, delta]));
  const wrong = updates.filter((update) => {
    return !equal(update.delta, sum(update.layers.map((name) => deltas.get(name) ?? ZERO)));
  });
  const listed = updates.flatMap(({ layers: names }) => names).sort();
  const isWhole = JSON.stringify(listed) === JSON.stringify([...deltas.keys()].sort());
  return [
    ...wrong.map(({ names }) => `the update of ${names.join(" and ") || "nothing"}`),
    ...(isWhole ? [] : ["the updates lack a distribution, or have one twice"]),
  ];
}

function wrongInAdvice(report: Report): string[] {
  const { advice, head } = report;
  if (advice.length === 0) return [];
  if (head.state !== "weighed") return ["advice on what was not weighed"];
  const wrong: string[] = [];
  const floor = noiseFloorOf(report);
  for (const [at, each] of advice.entries()) {
    const { id, subject, saving } = each;
    const called = `${id} about ${subject}`;
    if (!equal(saving.before, head.total)) wrong.push(`what there is before ${called}`);
    if (!equal(saving.weight, subtract(saving.before, saving.after))) wrong.push(`what ${called} saves`);
    if (!isWorthAdvising(each, floor)) wrong.push(`${called} is not worth its lines`);
    const before = advice[at - 1];
    if (before !== undefined && compareAdvice(before, each) > 0) wrong.push(`${called} is out of order`);
  }
  if (new Set(advice.map(({ id, subject }) => JSON.stringify([id, subject]))).size !== advice.length) {
    wrong.push("some advice is given twice");
  }
  return wrong;
}

function weights(side: ReportSide): ReadonlyMap<string, Weight> {
  return new Map(side.layers.map((layer) => [layerKey(layer), layer.weight]));
}

function within(part: Weight, whole: Weight): boolean {
  return part.files <= whole.files && part.disk <= whole.disk && part.compressed <= whole.compressed;
}
