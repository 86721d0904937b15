import { parseSize } from "../model/bytes.js";
import type { Report } from "../model/report.js";

/**
 * Growth up to this is not held against the change. Bytes.
 * @throws UserError if the report says something else than a size
 */
export function noiseFloorOf({ config }: Pick<Report, "config">): number {
  const text = config["noise-floor"];
  return typeof text === "string" ? parseSize(text, "noise-floor") : 0;
}
