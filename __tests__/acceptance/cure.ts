import { expect } from "@jest/globals";
import type { Advice, Report } from "../../src/model/report.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import type { Texts } from "./support.js";

/** One piece of advice that was followed. Bytes of the compressed slug. */
export interface Followed {
  readonly id: string;
  readonly basis: Advice["saving"]["basis"];
  readonly before: number;
  readonly promised: number;
  /** Half-width of the band that the advice itself gives. */
  readonly error: number;
  readonly got: number;
}

/** More than any app of these tests needs. */
const MOST_ROUNDS = 8;

/**
 * Follows an app's advice as somebody would, the first piece first: puts its lines into the manifest, has the package manager lock
 * again, and weighs, until there is no more advice.
 * @param lock the files with the lock that the package manager makes of them
 * @param weigh gives the report of an app with these files
 */
export async function cure(
  manager: PackageManagerName,
  sick: Texts,
  lock: (files: Texts) => Promise<Texts>,
  weigh: (files: Texts) => Promise<Report>,
): Promise<Followed[]> {
  let files = sick;
  let report = await weigh(files);
  const followed: Followed[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [advice] = report.advice;
    if (advice === undefined) return followed;
    const commands = advice.remedy.steps.filter(({ kind }) => kind === "command").flatMap(({ lines }) => lines);
    expect(commands).toEqual(manager === "pip" ? [] : [`${manager} lock`]);
    files = await lock(withLines(files, advice));
    const before = compressed(report);
    report = await weigh(files);
    const { basis, error, weight } = advice.saving;
    followed.push({
      id: advice.id,
      basis,
      before,
      promised: weight.compressed,
      error,
      got: before - compressed(report),
    });
  }
  throw new Error(`there is still advice: ${report.advice.map(({ id }) => id).join(", ")}`);
}

/** What advice promised was so: within 1 % if it was measured, else within 5 % or the band that it gave. */
export function expectKept({ basis, promised, error, got }: Followed): void {
  const band = basis === "measured" ? got * 0.01 : Math.max(got * 0.05, error);
  expect({ promised, got, off: Math.abs(got - promised) <= band ? "within" : "beyond" }).toMatchObject({
    off: "within",
  });
}

/** The files with the lines of the advice in the place that it gives for them. */
export function withLines(files: Texts, { remedy }: Advice): Texts {
  const after = { ...files };
  for (const step of remedy.steps) {
    if (step.kind === "command") continue;
    if (step.kind === "text" || step.hunks === undefined)
      throw new Error(`no lines to apply: ${step.lines.join("\n")}`);
    const lines = (after[step.file] ?? "").split("\n");
    let from = step.lines.length;
    for (const hunk of step.hunks.toReversed()) {
      const own = step.lines.slice(from - hunk.lines, from);
      from -= hunk.lines;
      const without = (sign: string): string[] =>
        own.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
      const old = without("+");
      expect(lines.splice(hunk.line - 1, old.length, ...without("-"))).toEqual(old);
    }
    after[step.file] = lines.join("\n");
  }
  return after;
}

function compressed({ head }: Report): number {
  if (head.total === null) throw new Error(head.problem.message);
  return head.total.compressed;
}
