import { NO_CHANGE, type AdviceFacts, type AppDistribution, type Candidate, type Rule } from "../../model/advice.js";
import { companions, isImported, isLoose } from "../replace.js";
import { isBefore } from "../versions.js";

const TENSORFLOW = /^tensorflow(?:-cpu|-gpu|-intel)?$/;

/** What TensorFlow requires, and a server does not need. */
export const tensorflowExtras: Rule = {
  family: "TensorFlow's extras",
  propose: (facts) => [...withoutLibclang(facts), ...withoutTensorboard(facts)],
};

function withoutLibclang(facts: AdviceFacts): Candidate[] {
  const found = broughtByTensorflow("libclang", facts);
  // It is declared: only uv can leave it out.
  if (found === null || facts.packageManager !== "uv" || isImported("clang", facts.uses) === true) return [];
  return [
    {
      id: "without-libclang",
      subject: "libclang",
      title: "Leave out `libclang`",
      detail:
        "TensorFlow requires it, and does not import it: importing TensorFlow and running a Keras model work without it. Code that parses C with `clang.cindex` would miss it.",
      sources: [
        "https://github.com/tensorflow/tensorflow/blob/v2.19.0/tensorflow/tools/pip_package/setup.py.tpl",
        "https://docs.astral.sh/uv/concepts/resolution/#dependency-exclusions",
      ],
      change: leftOut(found),
    },
  ];
}

function withoutTensorboard(facts: AdviceFacts): Candidate[] {
  const found = broughtByTensorflow("tensorboard", facts);
  if (found === null || isImported("tensorboard", facts.uses) === true) return [];
  const common = {
    subject: "tensorboard",
    sources: ["https://github.com/tensorflow/tensorflow/pull/110709"],
  };
  if (facts.packageManager === "uv") {
    return [
      {
        ...common,
        id: "without-tensorboard",
        title: "Leave out `tensorboard`",
        detail:
          "It shows how training goes, and a server does not train. TensorFlow requires it before 2.21, and only warns where it is missing: writing summaries (`tf.summary`, the TensorBoard callback) is lost.",
        change: leftOut(found),
      },
    ];
  }
  const [tensorflow] = found.requiredBy.flatMap((name) => facts.distributions.get(name) ?? []);
  if (tensorflow === undefined || !isLoose(tensorflow) || !isBefore(tensorflow.version, "2.21")) return [];
  return [
    {
      ...common,
      id: "tensorflow-without-tensorboard",
      title: `Upgrade \`${tensorflow.name}\` to 2.21 or later`,
      detail:
        "From 2.21 on TensorFlow does not require `tensorboard` any more, which shows how training goes. It is another version of TensorFlow, with all that this brings: run your tests, and load your models, before you deploy it.",
      change: {
        ...NO_CHANGE,
        without: [tensorflow.name, ...companions([tensorflow.name], /^tensorboard/, facts)],
        with: [`${tensorflow.name}>=2.21`],
      },
    },
  ];
}

/** A distribution that is there only because TensorFlow requires it; null if it is not. */
function broughtByTensorflow(name: string, { distributions }: AdviceFacts): AppDistribution | null {
  const found = distributions.get(name);
  if (found === undefined || found.requiredBy.length === 0) return null;
  return found.requiredBy.every((other) => TENSORFLOW.test(other)) ? found : null;
}

function leftOut({ name, places }: AppDistribution): Candidate["change"] {
  return { ...NO_CHANGE, without: places.length > 0 ? [name] : [], exclude: [name] };
}
