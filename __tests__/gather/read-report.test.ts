import { describe, expect, test } from "@jest/globals";
import { readReport } from "../../src/gather/read-report.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";

const report = makeReport(makeSide([makeLayer("flask", 1)]), makeSide([makeLayer("flask", 1), makeLayer("torch", 40)]));

describe("a report that somebody else wrote", () => {
  test("is read as it was written", () => {
    expect(readReport(JSON.stringify(report))).toEqual(report);
  });

  test.each<[string, unknown, RegExp]>([
    ["no JSON", null, /null|expected object/],
    ["another version", { ...report, schemaVersion: 2 }, /schemaVersion/],
    ["a key that nobody knows", { ...report, pullRequest: 9 }, /pullRequest|Unrecognized/],
    [
      "a size that is none",
      { ...report, head: { ...report.head, total: { ...report.head.total, disk: "<b>" } } },
      /head/,
    ],
    [
      "a total that its layers don't give",
      { ...report, base: { ...report.base, total: { ...report.base.total, disk: 1 } } },
      /do not add up/,
    ],
    [
      "a verdict that its findings don't give",
      { ...report, verdict: { ...report.verdict, status: "warn" } },
      /do not add up/,
    ],
    [
      "a noise floor that is no size",
      { ...report, config: { ...report.config, "noise-floor": "lots" } },
      /noise-floor/,
    ],
  ])("with %s is refused", (_case, json, words) => {
    expect(() => readReport(JSON.stringify(json))).toThrow(words);
  });

  test("that is no JSON is refused", () => {
    expect(() => readReport("<html>")).toThrow(/not JSON/);
  });
});
