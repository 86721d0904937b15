import type { Rule } from "../../model/advice.js";
import { proposeFrom, type Replacement } from "./replacement.js";

const OPENCV = "https://github.com/opencv/opencv-python#readme";
const HEADLESS = "A server shows no windows: `imshow` and its like are all that is lost, and so is the need for libGL.";

const BUILDS: readonly Replacement[] = [
  { id: "opencv-headless", from: "opencv-python", to: "opencv-python-headless", detail: HEADLESS, sources: [OPENCV] },
  {
    id: "opencv-contrib-headless",
    from: "opencv-contrib-python",
    to: "opencv-contrib-python-headless",
    detail: HEADLESS,
    sources: [OPENCV],
  },
];

/** The same library for servers. */
export const smallerBuilds: Rule = { family: "smaller builds", propose: (facts) => proposeFrom(BUILDS, facts) };
