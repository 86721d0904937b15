import { expect, test } from "@jest/globals";
import { REPORT_SCHEMA, type Report } from "../../src/model/report.js";
import { jsonListPieces, jsonPieces, renderJson } from "../../src/render/json.js";
import { makeLayer, makeReport, makeSide } from "./make-report.js";

const many = Array.from({ length: 300 }, (_, at) => makeLayer(`part-${String(at)}`, at));
const reports: readonly Report[] = [makeReport(makeSide([]), makeSide([])), makeReport(makeSide(many), makeSide(many))];

test("in pieces it is the text that it is as a whole, keys in the order of the schema", () => {
  const whole = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const parsed = reports.map((report) => REPORT_SCHEMA.parse(report));
  expect(reports.map((report) => [...jsonPieces(report)].join(""))).toEqual(parsed.map(whole));
  expect([...jsonListPieces(reports)].join("")).toBe(whole(parsed));
  expect([...jsonListPieces([])].join("")).toBe(whole([]));
});

test("a large report comes in several pieces, none of them large", () => {
  const lengths = [...jsonPieces(makeReport(makeSide(many), makeSide(many)))].map(({ length }) => length);
  expect(lengths.length).toBeGreaterThan(2);
  expect(Math.max(...lengths)).toBeLessThan(100_000);
});

test("what is not of the schema is a bug, in a layer too", () => {
  const [, report] = reports;
  if (report === undefined) throw new Error("there is no report");
  const [layer] = report.head.layers;
  for (const wrong of [
    { ...report, more: 1 },
    { ...report, head: { ...report.head, layers: [{ ...layer, more: 1 }] } },
    { ...report, head: { ...report.head, state: "absent" } },
  ]) {
    expect(() => renderJson(wrong as Report)).toThrow();
  }
});
