import { NO_CHANGE, type Rule } from "../../model/advice.js";
import { isLoose } from "../replace.js";
import { isBefore } from "../versions.js";

/** kaleido before 1 holds a whole browser. */
export const kaleido: Rule = {
  family: "kaleido",
  propose: ({ distributions }) => {
    const found = distributions.get("kaleido");
    if (found === undefined || !isLoose(found) || !isBefore(found.version, "0.4")) return [];
    const plotly = distributions.get("plotly");
    const isPlotlyOld = plotly !== undefined && isBefore(plotly.version, "6.1.1");
    if (isPlotlyOld && !isLoose(plotly)) return [];
    return [
      {
        id: "kaleido-1",
        subject: "kaleido",
        title: `Replace \`kaleido\` ${found.version ?? ""} by 1 or later`,
        detail: `Before 1 it comes with a browser of its own; since then it looks for a Chrome, and there is none on a dyno. Where the app renders images there, a buildpack for Chrome puts the weight back; where it does not, \`kaleido\` need not be there at all. \`kaleido.scopes\` is gone${
          isPlotlyOld ? ", and it needs Plotly 6.1.1 or later" : ""
        }.`,
        sources: ["https://github.com/plotly/Kaleido#migrating-from-v0-to-v1"],
        change: {
          ...NO_CHANGE,
          without: ["kaleido", ...(isPlotlyOld ? ["plotly"] : [])],
          with: ["kaleido>=1", ...(isPlotlyOld ? ["plotly>=6.1.1"] : [])],
        },
      },
    ];
  },
};
