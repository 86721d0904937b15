import { NO_CHANGE, type AdviceFacts, type Candidate, type Rule } from "../../model/advice.js";
import { companions, isLoose, listed } from "../replace.js";

const DYNOS = "https://devcenter.heroku.com/articles/dyno-tiers";

interface Libraries {
  readonly id: string;
  readonly names: RegExp;
  /** What goes along with them. */
  readonly drops: RegExp;
  readonly detail: string;
  readonly sources: readonly string[];
}

const TABLE: readonly Libraries[] = [
  {
    id: "without-cupy",
    names: /^cupy(?:-cuda\w+|-rocm[\w-]+)?$/,
    drops: /^(?:fastrlock|nvidia-(?!ml-py$)|cuda-)/,
    detail: "CuPy computes on a GPU only, and a dyno has none. What imports it has to do the same with NumPy.",
    sources: ["https://docs.cupy.dev/en/stable/install.html", DYNOS],
  },
  {
    id: "without-rapids",
    names:
      /^(?:(?:lib|py|dask-|raft-)?(?:cudf|cuml|cugraph|cuvs|cuspatial|cuxfilter|cucim|raft|raft-dask|rmm|kvikio|libcudf|cuda)(?:-polars)?|nx-cugraph|dask-cuda|rapids-[\w-]+)-cu\d+$/,
    drops: /-cu\d+$|^(?:nvidia-(?!ml-py$)|cuda-|cupy-cuda|numba-cuda$|pynvjitlink)/,
    detail:
      "RAPIDS computes on a GPU only, and a dyno has none. What imports it has to do the same with pandas or scikit-learn.",
    sources: ["https://docs.rapids.ai/install/", DYNOS],
  },
  {
    id: "without-gpu-libraries",
    names:
      /^(?:nvidia-(?!ml-py$)[\w-]+|cuda-(?:bindings|core|pathfinder|python|toolkit)|jax-cuda[\w-]+|pycuda|tensorrt(?:-cu\d+)?)$/,
    drops: /^(?:nvidia-(?!ml-py$)|cuda-|jax-cuda|tensorrt)/,
    detail:
      "They do nothing without a GPU, and a dyno has none. Nothing else here requires them: mostly they are left over from a list that was frozen on another machine.",
    sources: [DYNOS],
  },
];

/** Libraries for GPUs that the app names itself, and nothing requires. */
export const gpuLibraries: Rule = {
  family: "GPU libraries",
  propose: (facts) => TABLE.flatMap((row) => propose(row, facts)),
};

function propose({ id, names, drops, detail, sources }: Libraries, facts: AdviceFacts): Candidate[] {
  const loose = [...facts.distributions.values()]
    .filter((each) => names.test(each.name) && isLoose(each) && !mayBeTorchs(each.name, facts))
    .sort((a, b) => b.retained.compressed - a.retained.compressed)
    .map(({ name }) => name);
  const [subject] = loose;
  if (subject === undefined) return [];
  const gone = [...loose, ...companions(loose, drops, facts)];
  return [
    {
      id,
      subject,
      title: `Remove ${listed(gone)}`,
      detail,
      sources,
      change: { ...NO_CHANGE, without: gone },
    },
  ];
}

/** A CUDA build of PyTorch is linked to NVIDIA's libraries, and does not load without them. */
function mayBeTorchs(name: string, { distributions }: AdviceFacts): boolean {
  const torch = distributions.get("torch");
  return torch !== undefined && torch.version?.includes("+cpu") !== true && /^(?:nvidia-|cuda-)/.test(name);
}
