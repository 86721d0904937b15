import { KIB } from "../model/bytes.js";
import { LAYER_SCHEMA, REPORT_SCHEMA, type Report, type ReportSide } from "../model/report.js";

/**
 * The report as JSON: keys in the order of the schema, two spaces, a line break at the end.
 * A report that is not of the schema is a bug, and throws.
 */
export function renderJson(report: Report): string {
  return [...jsonPieces(report)].join("");
}

/** The same in pieces, for who need not hold all of it: of thousands of distributions it is tens of megabytes. */
export function jsonPieces(report: Report): Generator<string> {
  return gathered(written(checked(report), TO_LAYERS, ""));
}

/** Several reports as a JSON array, in the same form, in pieces too. */
export function jsonListPieces(reports: readonly Report[]): Generator<string> {
  return gathered(written(reports.map(checked), TO_LAYERS + 1, ""));
}

/** Any other answer as JSON, in the same form. */
export function jsonText(value: object): string {
  return `${textOf(value, "")}\n`;
}

/** A report as the schema has it. Layers are looked at one by one: a copy of all would be as large as they are. */
function checked(report: Report): Report {
  for (const { layers } of [report.base, report.head]) for (const layer of layers) LAYER_SCHEMA.parse(layer);
  const rest = REPORT_SCHEMA.parse({ ...report, base: withoutLayers(report.base), head: withoutLayers(report.head) });
  return { ...rest, base: withLayersOf(report.base, rest.base), head: withLayersOf(report.head, rest.head) };
}

function withoutLayers(side: ReportSide): ReportSide {
  return side.state === "weighed" ? { ...side, layers: [] } : side;
}

function withLayersOf({ layers }: ReportSide, side: ReportSide): ReportSide {
  return side.state === "weighed" ? { ...side, layers } : side;
}

/** Levels of a report, so far that each of a side's layers is a piece: the report, the side, the layers. */
const TO_LAYERS = 3;

/** What `JSON.stringify` makes of a value with two spaces, taken apart for so many levels. */
function* written(value: unknown, levels: number, indent: string): Generator<string> {
  if (levels === 0 || typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    yield textOf(value, indent);
    return;
  }
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  let before = open;
  for (const [key, item] of Object.entries(value)) {
    yield `${before}\n${indent}  ${Array.isArray(value) ? "" : `${JSON.stringify(key)}: `}`;
    yield* written(item, levels - 1, `${indent}  `);
    before = ",";
  }
  yield `\n${indent}${close}`;
}

/** What a terminal may act on, or nobody sees, and JSON leaves as it is. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as it stands after `indent`; what can't be seen in it is escaped. */
function textOf(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2)
    .replaceAll("\n", `\n${indent}`)
    .replace(UNSEEN, (character) =>
      Array.from({ length: character.length }, (_, at) => {
        return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
      }).join(""),
    );
}

/** A piece that is worth a call of the system. Characters. */
const PIECE = 64 * KIB;

/** The text in larger pieces, and a line break at its end. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  yield `${text}\n`;
}
