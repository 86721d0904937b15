import { UserError } from "../errors.js";
import { noiseFloorOf } from "../judge/noise-floor.js";
import { REPORT_SCHEMA, SCHEMA_VERSION, type Report } from "../model/report.js";
import { visible } from "../render/visible.js";
import { checkReport } from "../report/check-report.js";

/**
 * A report that another run wrote, believed no further than it can be checked: it is of the published schema, and it
 * adds up.
 * @throws UserError if it is not
 */
export function readReport(text: string): Report {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refused("it is not JSON");
  }
  const parsed = REPORT_SCHEMA.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refused(`${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not of the schema"}`);
  }
  try {
    checkReport(parsed.data);
  } catch {
    throw refused("its figures do not add up");
  }
  try {
    noiseFloorOf(parsed.data);
  } catch {
    throw refused("its noise-floor is no size");
  }
  return parsed.data;
}

function refused(why: string): UserError {
  return new UserError(
    `It is no report of Slugdiff, schema version ${SCHEMA_VERSION}: ${visible(why, 200)}.`,
    "Let both workflows use the same version of the action.",
  );
}
