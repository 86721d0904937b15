import { REPORT_SCHEMA, type Report } from "../model/report.js";

/**
 * The report as JSON: keys in the order of the schema, two spaces, a line break at the end.
 * A report that is not of the schema is a bug, and throws.
 */
export function renderJson(report: Report): string {
  return jsonText(REPORT_SCHEMA.parse(report));
}

/** Several reports as a JSON array, in the same form. */
export function renderJsonList(reports: readonly Report[]): string {
  return jsonText(reports.map((report) => REPORT_SCHEMA.parse(report)));
}

/** What a terminal may act on, or nobody sees, and JSON leaves as it is. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Any other answer as JSON, in the same form; what can't be seen in it is escaped. */
export function jsonText(value: object): string {
  const text = JSON.stringify(value, null, 2).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
  return `${text}\n`;
}
