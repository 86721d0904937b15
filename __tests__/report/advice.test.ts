import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { KIB, MIB } from "../../src/model/bytes.js";
import { REPORT_SCHEMA, type Advice, type Report } from "../../src/model/report.js";
import { add, ZERO } from "../../src/model/weight.js";
import { filesAdvice, ranked, savingOf } from "../../src/report/advice.js";
import { checkReport } from "../../src/report/check-report.js";
import { makeAdvice, makeLayer, makeProblem, makeReport, makeSide } from "../render/make-report.js";

const HEAD = makeSide([makeLayer("xgboost", 57), makeLayer("nvidia-nccl-cu13", 240)]);
const FLOOR = 64 * KIB;
const reportWith = (advice: Advice[]): Report =>
  makeReport(HEAD, HEAD, { advice, config: { limit: "1000M", "noise-floor": "64K" } });
const whatIsWrong = (report: Report): string => {
  try {
    checkReport(report);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
};
const impossible: Advice["remedy"] = { possible: false, because: "not possible with pip", steps: [] };
const warning = makeAdvice(HEAD, 0, 0, { family: "files", level: "warning", id: "git-lfs" });

const anyAdvice = fc
  .record({
    saves: fc.integer({ min: -2, max: 290 }),
    error: fc.nat(3),
    id: fc.constantFrom("a", "b", "c"),
    subject: fc.constantFrom("x", "y", "z"),
    kind: fc.constantFrom("advice", "warning", "impossible"),
  })
  .map(({ saves, error, id, subject, kind }) =>
    makeAdvice(HEAD, saves, error, {
      id,
      subject,
      ...(kind === "warning" ? { family: "files", level: "warning" } : {}),
      ...(kind === "impossible" ? { remedy: impossible } : {}),
    }),
  );

describe("laws", () => {
  test("what is ranked adds up, is in order, is worth its lines, and is of the schema", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyAdvice, { selector: ({ id, subject }) => id + subject, maxLength: 9 }),
        (advice) => {
          const report = reportWith(ranked(advice, FLOOR));
          expect(whatIsWrong(report)).toBe("");
          expect(REPORT_SCHEMA.parse(report)).toEqual(report);
          const left = advice.filter((each) => !report.advice.includes(each));
          for (const { level, saving } of left) {
            expect(level).toBe("advice");
            expect(saving.weight.compressed).toBeLessThanOrEqual(FLOOR);
          }
        },
      ),
    );
  });

  test("what is before is what is saved and what is after", () => {
    const any = fc.record({ files: fc.nat(9), disk: fc.nat(), compressed: fc.nat() });
    fc.assert(
      fc.property(any, any, fc.nat(5), (before, after, error) => {
        const saving = savingOf(before, after, error);
        expect(add(saving.weight, after)).toEqual(before);
        expect(saving.basis).toBe(error === 0 ? "measured" : "predicted");
      }),
    );
  });
});

test("advice that does not add up is a bug that names what is wrong", () => {
  const right = makeAdvice(HEAD, 50);
  const { saving } = right;
  expect(whatIsWrong(reportWith([warning, right, makeAdvice(HEAD, 90, 1, { remedy: impossible, id: "i" })]))).toBe("");
  const cases: [Advice[], string][] = [
    [
      [{ ...right, saving: { ...saving, weight: { ...saving.weight, disk: 1 } } }],
      "what xgboost-cpu about xgboost saves",
    ],
    [[{ ...right, saving: savingOf(add(saving.before, saving.weight), saving.before, 0) }], "what there is before"],
    [[makeAdvice(HEAD, 1 / 16)], "is not worth its lines"],
    [[right, makeAdvice(HEAD, 51, 0, { id: "b" })], "b about xgboost is out of order"],
    [[makeAdvice(HEAD, 90, 0, { remedy: impossible, id: "i" }), right], "is out of order"],
    [[right, warning], "git-lfs about xgboost is out of order"],
    [[right, right], "given twice"],
  ];
  for (const [advice, message] of cases) expect(whatIsWrong(reportWith(advice))).toContain(message);
  const unweighed = makeReport(HEAD, makeProblem(), { advice: [right] });
  expect(whatIsWrong(unweighed)).toContain("advice on what was not weighed");
});

test("the schema takes no advice that says two things at once", () => {
  const right = makeAdvice(HEAD, 50);
  const takes = (advice: object): boolean =>
    REPORT_SCHEMA.safeParse({ ...reportWith([]), advice: [{ ...right, ...advice }] }).success;
  expect(takes({})).toBe(true);
  expect(takes({ saving: { ...right.saving, error: 5 } })).toBe(false);
  expect(takes({ saving: { ...right.saving, basis: "predicted" } })).toBe(false);
  expect(takes({ level: "warning" })).toBe(false);
  expect(takes({ level: "warning", family: "files" })).toBe(true);
  expect(takes({ remedy: { ...right.remedy, because: "not possible" } })).toBe(false);
  expect(takes({ remedy: { ...right.remedy, possible: false, because: "not possible" } })).toBe(false);
  expect(takes({ remedy: impossible })).toBe(true);
  const diff = { kind: "diff", file: "f", lines: ["no sign"], note: null };
  expect(takes({ remedy: { possible: true, because: null, steps: [diff] } })).toBe(false);
});

test("files that can go leave the slug as they were weighed, with the lines for .slugignore", () => {
  const saving = { files: 3, disk: 9 * MIB, compressed: 2 * MIB };
  const found = {
    id: "design",
    level: "advice" as const,
    subject: "*.psd",
    title: "Leave out `*.psd`",
    detail: "",
    sources: [],
    saving,
    error: 0,
    ignore: ["*.psd"],
  };
  const advice = filesAdvice(found, HEAD.total);
  expect(advice.saving).toMatchObject({ basis: "measured", weight: saving });
  expect(advice.remedy.steps).toEqual([{ kind: "text", file: ".slugignore", lines: ["*.psd"], note: null }]);
  expect(whatIsWrong(reportWith([advice]))).toBe("");
  expect(filesAdvice({ ...found, ignore: [], saving: ZERO }, HEAD.total).remedy.steps).toEqual([]);
  const predicted = filesAdvice({ ...found, error: 100 }, HEAD.total);
  expect(predicted.saving).toMatchObject({ basis: "predicted", error: 100, weight: saving });
  expect(whatIsWrong(reportWith([predicted]))).toBe("");
});
