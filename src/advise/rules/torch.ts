import { NO_CHANGE, type AppDistribution, type Rule } from "../../model/advice.js";
import { companions, pinOf } from "../replace.js";

/** What PyTorch builds against one accelerator: a mixture does not load. */
const BUILT_TOGETHER = ["torch", "torchvision", "torchaudio"];

/** Of a build for CUDA. With CUDA 13 most of NVIDIA's names lost their `-cu12`. */
const CUDA = /^(?:nvidia-(?!ml-py$)|cuda-|triton$)/;

/** PyTorch's wheels for Linux on PyPI are built for CUDA; its builds for CPUs are on an index of its own. */
export const torch: Rule = {
  family: "PyTorch",
  propose: (facts) => {
    const { distributions } = facts;
    const found = distributions.get("torch");
    if (found === undefined || !isForCuda(found, [...distributions.values()])) return [];
    const built = BUILT_TOGETHER.flatMap((name) => distributions.get(name) ?? []);
    const direct = built.filter(({ places }) => places.length > 0).map(({ name }) => name);
    const others = found.requiredBy.map((name) => `\`${name}\``).join(", ");
    return [
      {
        id: "torch-cpu",
        subject: "torch",
        title: "Take `torch` from PyTorch's index of CPU builds",
        detail: [
          "A dyno has no GPU. The wheels for Linux on PyPI are built for CUDA, and bring NVIDIA's libraries and `triton`; don't leave those out by themselves, since that build does not load without them.",
          "The CPU build computes the same and lacks `torch.cuda` and compiling with Triton. It is on another index, for Linux and Windows: on a Mac keep the plain version by a marker.",
          ...(found.places.length > 0 ? [] : [`${others} bring it: name it yourself, so that its index can be told.`]),
        ].join(" "),
        sources: [
          "https://pytorch.org/get-started/locally/",
          "https://docs.astral.sh/uv/guides/integration/pytorch/",
          "https://github.com/heroku/heroku-buildpack-python/issues/1748",
        ],
        change: {
          ...NO_CHANGE,
          without: [...direct, ...companions(["torch"], CUDA, facts)],
          with: built.map((each) => `${each.name}${pinOf(each)}${each.version === null ? "" : "+cpu"}`),
          indexes: ["https://download.pytorch.org/whl/cpu"],
        },
      },
    ];
  },
};

function isForCuda({ version }: AppDistribution, all: readonly AppDistribution[]): boolean {
  if (version?.includes("+") === true) return version.includes("+cu");
  return all.some(({ name, requiredBy }) => CUDA.test(name) && requiredBy.includes("torch"));
}
