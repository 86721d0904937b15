import { NO_CHANGE, type Rule } from "../../model/advice.js";
import { companions, isImported, listed } from "../replace.js";

const LEFT_OVER =
  /^(?:mkl|mkl-(?:service|fft|random|include|devel|static|dpcpp)|intel-openmp|intel-cmplr-[\w-]+|intel-(?:sycl|opencl)-rt|tensorflow-intel)$/;

/** What MKL requires: of use without it, too. */
const BROUGHT = /^(?:tbb|tbb-devel|tcmlib|umf|onemkl-license)$/;

/** What `pip freeze` in a conda environment leaves in a list of requirements. */
export const condaLeftovers: Rule = {
  family: "conda leftovers",
  propose: (facts) => {
    const all = [...facts.distributions.values()];
    if (isImported("mkl", facts.uses) === true) return [];
    // Each goes only if nothing needs it but others of them.
    const gone = new Set(
      all.filter(({ name, places }) => LEFT_OVER.test(name) && places.length > 0).map(({ name }) => name),
    );
    for (let size = -1; size !== gone.size;) {
      size = gone.size;
      for (const name of gone) {
        if (facts.distributions.get(name)?.requiredBy.some((other) => !gone.has(other)) === true) gone.delete(name);
      }
    }
    const [subject] = all
      .filter(({ name }) => gone.has(name))
      .sort((a, b) => b.retained.compressed - a.retained.compressed);
    if (subject === undefined) return [];
    const without = [
      subject.name,
      ...[...gone].filter((name) => name !== subject.name).sort(),
      ...companions([...gone], BROUGHT, facts),
    ];
    return [
      {
        id: "without-mkl",
        subject: subject.name,
        title: `Remove ${listed(without)}`,
        detail:
          "Nothing here requires it: mostly it is left over from a conda environment that was frozen. NumPy and SciPy from PyPI bring OpenBLAS, and don't use Intel's MKL even if it is there. Code that loads `libmkl_rt` itself would miss it.",
        sources: ["https://numpy.org/install/#numpy-packages--accelerated-linear-algebra-libraries"],
        change: { ...NO_CHANGE, without },
      },
    ];
  },
};
