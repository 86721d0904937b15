import type { Rule } from "../../model/advice.js";
import { proposeFrom, type Replacement } from "./replacement.js";

const NO_GPU = "A dyno has no GPU.";
const PYTORCH_CPU = "https://download.pytorch.org/whl/cpu";

/** Builds with code for GPUs, and those without. */
const BUILDS: readonly Replacement[] = [
  {
    id: "tensorflow-cpu",
    from: "tensorflow",
    to: "tensorflow-cpu",
    detail: `${NO_GPU} It is the same version and API without code for one. On a Mac \`tensorflow-cpu\` has no wheel: keep \`tensorflow\` there by a marker.`,
    sources: ["https://www.tensorflow.org/install/pip"],
  },
  {
    id: "xgboost-cpu",
    from: "xgboost",
    to: "xgboost-cpu",
    detail: `${NO_GPU} It is the same version and API without GPU algorithms and federated learning.`,
    sources: ["https://xgboost.readthedocs.io/en/stable/install.html"],
  },
  {
    id: "onnxruntime",
    from: "onnxruntime-gpu",
    to: "onnxruntime",
    detail: `${NO_GPU} Take CUDA out of \`providers=[…]\`. Both hold the same module, so never have the two.`,
    sources: ["https://onnxruntime.ai/docs/install/"],
  },
  {
    id: "torch-cpu",
    from: "torch",
    to: "torch",
    alongside: /^nvidia-/,
    build: "+cpu",
    index: PYTORCH_CPU,
    detail: `${NO_GPU} The wheel for Linux is built for CUDA, and brings its libraries; PyTorch has CPU builds on an index of its own.`,
    sources: ["https://pytorch.org/get-started/locally/"],
  },
  {
    id: "jax-cpu",
    from: "jax",
    to: "jax",
    extras: /^cuda/,
    detail: `${NO_GPU} Without the extra it runs on the CPU.`,
    sources: ["https://docs.jax.dev/en/latest/installation.html"],
  },
];

export const gpuBuilds: Rule = { family: "GPU builds", propose: (facts) => proposeFrom(BUILDS, facts) };

/** Distributions that do nothing without a GPU. */
const GPU_ONLY = /^(?:cupy-cuda\w+|cudf-cu\d+|cuml-cu\d+|rmm-cu\d+|nvidia-[\w-]+)$/;

export const gpuOnly: Rule = {
  family: "GPU libraries",
  propose: (facts) =>
    proposeFrom(
      [...facts.distributions.keys()].flatMap((name): Replacement[] =>
        GPU_ONLY.test(name)
          ? [
              {
                id: "gpu-only",
                from: name,
                to: null,
                detail: `${NO_GPU} It can't work there: where the code imports it, let that be optional.`,
                sources: ["https://devcenter.heroku.com/articles/dyno-types"],
              },
            ]
          : [],
      ),
      facts,
    ),
};
