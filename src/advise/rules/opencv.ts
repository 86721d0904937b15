import type { Rule } from "../../model/advice.js";
import { proposeFrom, type Replacement } from "../replace.js";

const SOURCES = ["https://github.com/opencv/opencv-python#installation-and-usage"];
const DETAIL =
  "A dyno has no screen. The headless build comes without Qt; `cv2.imshow` and the other functions for windows are lost, and with them the need for libGL.";

const BUILDS = ["opencv-python", "opencv-contrib-python"].map((name): Replacement => {
  return {
    id: "opencv-headless",
    when: name,
    replace: `${name}-headless`,
    version: "same",
    detail: DETAIL,
    sources: SOURCES,
  };
});

const VARIANTS = /^opencv-(?:contrib-)?python(?:-headless)?$/;

/** OpenCV with windows. Several variants together are another rule's. */
export const opencv: Rule = {
  family: "OpenCV",
  propose: (facts) =>
    [...facts.distributions.keys()].filter((name) => VARIANTS.test(name)).length > 1 ? [] : proposeFrom(BUILDS, facts),
};
