import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import { REPORT_SCHEMA, type Report } from "../src/model/report.js";
import { checkReport } from "../src/report/check-report.js";
import type { Run } from "./lab.js";

/** What GitHub takes in one comment, in characters. */
export const LONGEST_COMMENT = 65_536;

/** What the program may use itself, whatever it weighs, in bytes. */
export const MOST_MEMORY = 250e6;

const schema = readFileSync(fileURLToPath(new URL("../docs/report.schema.json", import.meta.url)), "utf8");
const isValid = new Ajv2020({ strict: true, validateFormats: false }).compile(
  z.record(z.string(), z.unknown()).parse(JSON.parse(schema)),
);

/** What is wrong with what a run printed and wrote: nothing, or a line for each. */
export function problemsOf({
  status,
  stdout,
  stderr,
  report,
}: Pick<Run, "status" | "stdout" | "stderr" | "report">): string[] {
  if (status !== 0 && status !== 1)
    return [`exit status ${String(status)}: ${stderr.trim().split("\n").slice(-6).join(" ")}`];
  const problems = stdout.length > LONGEST_COMMENT ? [`a comment of ${String(stdout.length)} characters`] : [];
  if (!isValid(report)) problems.push(`the report is not valid: ${JSON.stringify(isValid.errors?.slice(0, 3))}`);
  try {
    checkReport(REPORT_SCHEMA.parse(report));
  } catch (error) {
    problems.push(`the report does not add up: ${String(error)}`);
  }
  return problems;
}

/** The report of a run that has one. */
export function reportOf({ report }: Pick<Run, "report">): Report {
  return REPORT_SCHEMA.parse(report);
}
