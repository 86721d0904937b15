import type { Rule } from "../../model/advice.js";
import { condaLeftovers } from "./conda-leftovers.js";
import { gpuBuilds, gpuOnly } from "./gpu-builds.js";
import { smallerBuilds } from "./smaller-builds.js";

/** Every rule, the most promising first. Adding one is adding a file, a line here, and a test. */
export const RULES: readonly Rule[] = [gpuBuilds, gpuOnly, condaLeftovers, smallerBuilds];
