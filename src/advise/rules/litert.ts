import { NO_CHANGE, type AppUses, type Rule } from "../../model/advice.js";
import { companions, isLoose } from "../replace.js";

const TENSORFLOW = ["tensorflow", "tensorflow-cpu"];

/** What TensorFlow alone requires, as a frozen list names it. */
const BROUGHT =
  /^(?:absl-py|astunparse|flatbuffers|gast|google-pasta|grpcio|h5py|keras|libclang|markdown|ml-dtypes|namex|nvidia-[\w-]+|opt-einsum|optree|tensorboard(?:-data-server)?|tensorflow-(?:estimator|io-gcs-filesystem)|termcolor|werkzeug|wrapt)$/;

/** TensorFlow of which only the interpreter of converted models is used. */
export const litert: Rule = {
  family: "inference only",
  propose: (facts) => {
    if (!usesOnlyInterpreter(facts.uses) || facts.distributions.has("ai-edge-litert")) return [];
    const found = TENSORFLOW.flatMap((name) => facts.distributions.get(name) ?? []);
    const [tensorflow] = found;
    if (tensorflow === undefined || !found.every(isLoose)) return [];
    const names = found.map(({ name }) => name);
    const own = new Set([...(facts.uses.imports ?? [])].map((name) => name.split(".", 1)[0] ?? name));
    const brought = companions(names, BROUGHT, facts).filter((name) => !own.has(name.replaceAll("-", "_")));
    return [
      {
        id: "ai-edge-litert",
        subject: tensorflow.name,
        title: `Replace \`${tensorflow.name}\` by \`ai-edge-litert\``,
        detail:
          "The app imports nothing of TensorFlow but `tensorflow.lite`, which LiteRT has by itself: import `Interpreter` from `ai_edge_litert.interpreter`. It runs converted models (`.tflite`) only: converting, training, Keras and operators outside LiteRT's own (Select TF ops) are lost.",
        sources: ["https://ai.google.dev/edge/litert", "https://github.com/google-ai-edge/LiteRT"],
        change: { ...NO_CHANGE, without: [...names, ...brought], with: ["ai-edge-litert"] },
      },
    ];
  },
};

/** `import tensorflow` by itself does not say what of it is used, and counts as all of it. */
function usesOnlyInterpreter({ imports }: AppUses): boolean {
  if (imports === null) return false;
  const used = [...imports].filter((name) => /^(?:tensorflow|keras|tf_keras|tflite_runtime)(?:\.|$)/.test(name));
  return used.length > 0 && used.every((name) => /^(?:tensorflow\.lite|tflite_runtime)(?:\.|$)/.test(name));
}
