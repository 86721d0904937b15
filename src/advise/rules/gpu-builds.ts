import type { Rule } from "../../model/advice.js";
import { proposeFrom, type Replacement } from "../replace.js";

const NO_GPU = "A dyno has no GPU.";
const MAC = "On a Mac there is no `tensorflow-cpu`: keep `tensorflow` there by a marker.";

/** Libraries that a build for GPUs brings along. */
const CUDA = /^(?:nvidia-(?!ml-py$)|cuda-|jax-cuda|triton$)/;

/** Builds with code for GPUs, and those without. */
const BUILDS: readonly Replacement[] = [
  {
    id: "tensorflow-cpu",
    when: "tensorflow",
    replace: "tensorflow-cpu",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} \`tensorflow-cpu\` has the same API, without code for one. ${MAC}`,
    sources: [
      "https://www.tensorflow.org/install/pip#package_location",
      "https://github.com/heroku/heroku-buildpack-python/issues/1343",
    ],
  },
  {
    id: "tensorflow-cpu",
    when: "tensorflow-gpu",
    replace: "tensorflow-cpu",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} \`tensorflow-cpu\` has the same API, without code for one. ${MAC}`,
    sources: ["https://www.tensorflow.org/install/pip#package_location"],
  },
  {
    id: "xgboost-cpu",
    when: "xgboost",
    since: "2.1",
    replace: "xgboost-cpu",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} \`xgboost-cpu\` has the same API; GPU algorithms and federated learning are lost, and NVIDIA's NCCL does not come along.`,
    sources: ["https://xgboost.readthedocs.io/en/stable/install.html", "https://github.com/dmlc/xgboost/issues/10596"],
  },
  {
    id: "onnxruntime",
    when: "onnxruntime-gpu",
    replace: "onnxruntime",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} Take CUDA and TensorRT out of \`providers=[…]\`: \`onnxruntime\` has neither.`,
    sources: ["https://onnxruntime.ai/docs/install/#python-installs"],
  },
  {
    id: "jax-cpu",
    when: "jax",
    extra: /^cuda|^tpu|^rocm/,
    replace: "jax",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} Without that extra JAX computes on the CPU; code that asks for a GPU by name has to change.`,
    sources: ["https://docs.jax.dev/en/latest/installation.html"],
  },
  ...["faiss-gpu", "faiss-gpu-cu11", "faiss-gpu-cu12"].map((when): Replacement => ({
    id: "faiss-cpu",
    when,
    replace: "faiss-cpu",
    version: "",
    drops: CUDA,
    detail: `${NO_GPU} \`faiss-cpu\` has the same module; the classes for GPUs are lost.`,
    sources: ["https://github.com/facebookresearch/faiss/wiki/Installing-Faiss"],
  })),
  {
    id: "paddlepaddle",
    when: "paddlepaddle-gpu",
    replace: "paddlepaddle",
    version: "same",
    drops: CUDA,
    detail: `${NO_GPU} \`paddlepaddle\` is the build for CPUs; code that asks for a GPU by name has to change.`,
    sources: ["https://github.com/PaddlePaddle/Paddle#installation"],
  },
];

/** Builds that hold code for GPUs, where there is one without it under a name of its own. */
export const gpuBuilds: Rule = { family: "GPU builds", propose: (facts) => proposeFrom(BUILDS, facts) };
