import { SLUG_COMPILER, type FileRule } from "./rule.js";

/** What tools leave behind. */
export const CACHES: readonly FileRule[] = [
  {
    id: "caches",
    level: "advice",
    match: {
      by: "folder",
      name: /^(?:__pycache__|\.(?:pytest_cache|mypy_cache|ruff_cache|ipynb_checkpoints|tox|nox|hypothesis|pytype|eggs)|htmlcov)$/,
      evidence: null,
    },
    group: "all",
    least: null,
    ignore: "names",
    title: ({ name }) => `Remove caches from the repository: ${name}`,
    detail: () =>
      "Tools make them anew wherever they run. Remove them with `git rm -r --cached`, and add them to `.gitignore`.",
    sources: [SLUG_COMPILER],
  },
  {
    id: "training-records",
    level: "advice",
    match: {
      by: "folder",
      name: /^(?:wandb|mlruns|lightning_logs|runs|logs|tb_logs)$/,
      evidence: /(?:^|\/)(?:events\.out\.tfevents\.[^/]*|run-[^/]+\.wandb|meta\.yaml|hparams\.yaml)$/,
      unless: /^__init__\.py$/,
    },
    group: "each",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove the records of training in ${name} from the repository`,
    detail: () =>
      "They tell how a model came to be. If the app loads a model from among them, keep that one, or better fetch it from object storage.",
    sources: [],
  },
  {
    id: "download-caches",
    level: "advice",
    match: {
      by: "folder",
      name: /^(?:\.cache|nltk_data)$/,
      evidence: /^(?:huggingface|torch|pip|uv|corpora|tokenizers|taggers|models)\//,
    },
    group: "each",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove the downloads in ${name} from the repository`,
    detail: () =>
      "A library put them there. Name the few that the app needs: by revision when the dyno starts, or in `nltk.txt` for NLTK.",
    sources: ["https://devcenter.heroku.com/articles/python-nltk"],
  },
  {
    id: "collected-static-files",
    level: "advice",
    match: {
      by: "folder",
      name: /^(?:staticfiles|static_root|collected_static)$/,
      evidence: /^(?:staticfiles\.json|admin\/css\/base\.css(?:\.gz)?)$/,
    },
    group: "each",
    least: null,
    ignore: "never",
    title: ({ name }) => `Remove Django's collected static files, ${name}, from the repository`,
    detail: () =>
      "The buildpack runs `collectstatic`, which makes the same files again. If `DISABLE_COLLECTSTATIC` is set, unset it with this change.",
    sources: ["https://devcenter.heroku.com/articles/django-assets"],
  },
];
