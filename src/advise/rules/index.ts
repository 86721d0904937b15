import type { Rule } from "../../model/advice.js";
import { condaLeftovers } from "./conda-leftovers.js";
import { developmentTools } from "./development-tools.js";
import { googleApiClient } from "./google-api-client.js";
import { gpuBuilds } from "./gpu-builds.js";
import { gpuLibraries } from "./gpu-libraries.js";
import { kaleido } from "./kaleido.js";
import { litert } from "./litert.js";
import { opencv } from "./opencv.js";
import { sameModule } from "./same-module.js";
import { tensorflowExtras } from "./tensorflow-extras.js";
import { torch } from "./torch.js";

/** Every rule, the most promising first. Adding one is adding a file, a line here, and a test. */
export const RULES: readonly Rule[] = [
  ...[torch, litert, gpuBuilds, gpuLibraries, sameModule, condaLeftovers],
  ...[kaleido, developmentTools, tensorflowExtras, opencv, googleApiClient],
];
