import { z } from "zod";
import { LAYER_CHANGE } from "./layer-weight.js";
import { WEIGHT } from "./report-weight.js";

/** What the app weighed at one commit of the default branch. */
export const HISTORY_POINT = z
  .strictObject({
    sha: z.string().describe("Full object name of the commit."),
    date: z.iso.datetime().describe("When it was committed."),
    subject: z.string().describe("First line of its message."),
    total: WEIGHT,
    changes: z
      .array(LAYER_CHANGE)
      .describe("Against the point before, largest compressed delta first, at most ten; none at the first point."),
  })
  .meta({ id: "historyPoint" });

export type HistoryPoint = z.infer<typeof HISTORY_POINT>;
