import { NO_CHANGE, type AdviceFacts, type Candidate, type Rule } from "../../model/advice.js";
import { companions, departureOf, listed, pinOf } from "../replace.js";

interface Module {
  readonly module: string;
  /** Distributions that own it; of those that are there the first is to stay. */
  readonly owners: readonly string[];
  /** What comes in the place of one that would stay. */
  readonly better?: Readonly<Record<string, string>>;
  readonly drops?: RegExp;
  readonly lost: string;
  readonly sources: readonly string[];
}

const MODULES: readonly Module[] = [
  {
    module: "tensorflow",
    owners: ["tensorflow-cpu", "tensorflow", "tensorflow-gpu"],
    drops: /^nvidia-/,
    lost: "`tensorflow-cpu` can't compute on a GPU, which a dyno does not have.",
    sources: ["https://www.tensorflow.org/install/pip#package_location"],
  },
  {
    module: "xgboost",
    owners: ["xgboost-cpu", "xgboost"],
    drops: /^nvidia-/,
    lost: "`xgboost-cpu` can't compute on a GPU, which a dyno does not have.",
    sources: ["https://xgboost.readthedocs.io/en/stable/install.html"],
  },
  {
    module: "onnxruntime",
    owners: ["onnxruntime", "onnxruntime-gpu"],
    drops: /^nvidia-/,
    lost: "`onnxruntime` can't compute on a GPU, which a dyno does not have.",
    sources: ["https://onnxruntime.ai/docs/install/#python-installs"],
  },
  {
    module: "faiss",
    owners: ["faiss-cpu", "faiss-gpu"],
    lost: "`faiss-cpu` can't compute on a GPU, which a dyno does not have.",
    sources: ["https://github.com/facebookresearch/faiss/wiki/Installing-Faiss"],
  },
  {
    module: "cv2",
    owners: [
      ...["opencv-contrib-python-headless", "opencv-contrib-python"],
      ...["opencv-python-headless", "opencv-python"],
    ],
    better: { "opencv-contrib-python": "opencv-contrib-python-headless" },
    lost: "The headless builds have no windows, which a dyno can't show.",
    sources: ["https://github.com/opencv/opencv-python#installation-and-usage"],
  },
  {
    module: "psycopg2",
    owners: ["psycopg2", "psycopg2-binary"],
    lost: "`psycopg2` is built against the stack's own libpq, as its authors advise for production.",
    sources: ["https://www.psycopg.org/docs/install.html#psycopg-vs-psycopg-binary"],
  },
];

/** Two distributions that install the same files over each other. */
export const sameModule: Rule = {
  family: "one module, several distributions",
  propose: (facts) => MODULES.flatMap((row) => propose(row, facts)),
};

function propose({ module, owners, better = {}, drops, lost, sources }: Module, facts: AdviceFacts): Candidate[] {
  const there = owners.flatMap((name) => facts.distributions.get(name) ?? []);
  const [first, ...others] = there;
  if (first === undefined || others.length === 0) return [];
  const comes = better[first.name];
  // What can't leave would be installed over what comes in its place: then nothing is won by it.
  const departures = (comes === undefined ? others : there).map((each) => departureOf(each, facts));
  const possible = departures.filter((each) => each !== null);
  if (possible.length < departures.length) return [];
  const without = possible.flatMap((each) => each.without);
  const exclude = possible.flatMap((each) => each.exclude);
  const gone = [...new Set([...without, ...exclude])];
  const [subject] = gone;
  if (subject === undefined) return [];
  // What stays only because something requires it, or not at all, is no less there.
  const dropped = drops === undefined ? [] : companions(gone, drops, facts);
  return [
    {
      id: `one-${module}`,
      subject,
      title:
        comes === undefined
          ? `Remove ${listed(gone)}: \`${first.name}\` has the same module`
          : `Replace ${listed(gone)} by \`${comes}\``,
      detail: `${listed(there.map(({ name }) => name))} all install the module \`${module}\` into the same directory: which of them the app gets depends on their order, and the files of both are shipped. ${lost}`,
      sources,
      change: {
        ...NO_CHANGE,
        without: [...without, ...dropped],
        with: comes === undefined ? [] : [`${comes}${pinOf(first)}`],
        exclude,
      },
    },
  ];
}
