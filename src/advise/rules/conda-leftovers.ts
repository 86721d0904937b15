import type { Rule } from "../../model/advice.js";
import { proposeFrom, type Replacement } from "./replacement.js";

const LEFT_OVER = ["mkl", "mkl-service", "mkl-fft", "mkl-random", "intel-openmp", "tbb", "tensorflow-intel"];

const TABLE = LEFT_OVER.map((name): Replacement => {
  return {
    id: `without-${name}`,
    from: name,
    to: null,
    detail:
      "Nothing here requires it. It is mostly left over from a conda environment: NumPy and SciPy bring a BLAS of their own.",
    sources: ["https://numpy.org/install/#numpy-packages--accelerated-linear-algebra-libraries"],
  };
});

/** What `pip freeze` in a conda environment leaves in a list of requirements. */
export const condaLeftovers: Rule = { family: "conda leftovers", propose: (facts) => proposeFrom(TABLE, facts) };
