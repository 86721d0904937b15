import type { TreeBounds } from "../model/options.js";
import { WEIGHT_TYPES } from "../model/quantisation.js";
import { PACKAGE_MANAGERS } from "../model/resolution.js";
import { KEY_NAMES, KEYS, WEIGHING_COMMANDS, type KeyName } from "./schema.js";

export const COMMAND_NAMES = [...WEIGHING_COMMANDS, "store"] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** The forms that a result can be written in. */
export const FORMATS = ["text", "markdown", "json", "html", "badge"] as const;
export type Format = (typeof FORMATS)[number];

interface Command {
  /** Its arguments. */
  readonly usage: string;
  readonly help: string;
  readonly formats: readonly Format[];
}

export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  compare: {
    usage: "compare [options]",
    help: "weigh the slugs of one or more apps at two revisions and compare them",
    formats: FORMATS,
  },
  weigh: {
    usage: "weigh [REV] [options]",
    help: "weigh the slugs of one or more apps at one revision (default: HEAD)",
    formats: FORMATS,
  },
  why: {
    usage: "why NAME [options]",
    help: "say why a distribution is in the slug, and what leaves with it",
    formats: ["text", "json"],
  },
  "what-if": {
    usage: "what-if [options]",
    help: "compare an app as it is with what it would be",
    formats: FORMATS,
  },
  history: {
    usage: "history [REV] [options]",
    help: "tell what an app weighed at the last commits that changed it (up to REV, default: HEAD), each as of its own date",
    formats: ["text", "markdown", "json"],
  },
  store: { usage: "store stats|clear [options]", help: "show or empty the store of what was weighed", formats: [] },
};

/** A long option of the command line. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What stands for its value in help; null if it takes none. */
  readonly value: string | null;
  readonly help: string;
  readonly byDefault: string | null;
  readonly commands: readonly CommandName[];
  /** The key it gives a value to; null if it is about the run, not about what is weighed. */
  readonly key: KeyName | null;
}

const FORMATTING: readonly CommandName[] = WEIGHING_COMMANDS;

/** Commits that `history` tells of unless it is told otherwise. */
export const DEFAULT_LAST = 20;

/** Commands that show a tree, as text. */
const TREES: readonly CommandName[] = ["weigh", "why"];

/** How much of a tree is shown where nothing else is said. */
export const TREE: TreeBounds = { depth: 2, top: 10 };

const WHAT_IF: readonly CommandName[] = ["what-if"];

/** What would be otherwise. `--python` is a key: for what-if it is the version that would be. */
const WISHES: readonly Option[] = [
  {
    name: "replace",
    value: "NAME=REQ",
    help: "put another requirement in the place of one, in the same version if it names none; may be repeated",
    byDefault: null,
    commands: WHAT_IF,
    key: null,
  },
  {
    name: "without",
    value: "NAME",
    help: "take a requirement out, with uv also what only others require; may be repeated",
    byDefault: null,
    commands: WHAT_IF,
    key: null,
  },
  {
    name: "with",
    value: "REQ",
    help: "add a requirement; may be repeated",
    byDefault: null,
    commands: WHAT_IF,
    key: null,
  },
  {
    name: "package-manager",
    value: "NAME",
    help: `install with another package manager: ${PACKAGE_MANAGERS.join(", ")}`,
    byDefault: null,
    commands: WHAT_IF,
    key: null,
  },
  {
    name: "quantise",
    value: "MODEL",
    help: "convert a Keras, TensorFlow or LiteRT model of the app, by its path from the slug root, to a LiteRT one with smaller weights; this runs code of the model; may be repeated",
    byDefault: null,
    commands: WHAT_IF,
    key: null,
  },
  {
    name: "weights",
    value: "TYPE",
    help: `how --quantise stores weights: ${WEIGHT_TYPES.join(", ")}`,
    byDefault: WEIGHT_TYPES[0],
    commands: WHAT_IF,
    key: null,
  },
];

/** Options of the terminal alone: they don't change the answer, so they are no keys and stand in no file. */
const RUN_OPTIONS: readonly Option[] = [
  {
    name: "repo",
    value: "DIR",
    help: "repository to read",
    byDefault: "the current directory",
    commands: FORMATTING,
    key: null,
  },
  {
    name: "format",
    value: "FORMAT",
    help: "how the result is written: text, markdown, json (an array of reports for a list or glob of apps), html (a page), badge (an SVG, of one app); for why text or json",
    byDefault: "text",
    commands: FORMATTING,
    key: null,
  },
  {
    name: "output",
    value: "FILE",
    help: "write the result to a file too: as JSON, Markdown, a page or a badge if it ends in .json, .md, .html or .svg",
    byDefault: null,
    commands: FORMATTING,
    key: null,
  },
  {
    name: "depth",
    value: "N",
    help: "levels of the tree that are shown; text only",
    byDefault: String(TREE.depth),
    commands: TREES,
    key: null,
  },
  {
    name: "top",
    value: "N",
    help: "rows that are shown under one row of the tree, the rest folded into one more; text only",
    byDefault: String(TREE.top),
    commands: TREES,
    key: null,
  },
  {
    name: "last",
    value: "N",
    help: "commits to tell of",
    byDefault: String(DEFAULT_LAST),
    commands: ["history"],
    key: null,
  },
  {
    name: "cache-dir",
    value: "DIR",
    help: "where what was weighed is kept",
    byDefault: "the user's cache directory",
    commands: COMMAND_NAMES,
    key: null,
  },
];

const ABOUT: readonly Option[] = [
  { name: "help", value: null, help: "show this help", byDefault: null, commands: COMMAND_NAMES, key: null },
  { name: "version", value: null, help: "show the version", byDefault: null, commands: COMMAND_NAMES, key: null },
];

/** Every option, in the order help shows them. */
export const OPTIONS: readonly Option[] = [
  ...KEY_NAMES.filter((name) => KEYS[name].doors.includes("cli")).map((name) => optionOf(name)),
  ...WISHES,
  ...RUN_OPTIONS,
  ...ABOUT,
];

function optionOf(key: KeyName): Option {
  const { value, help, byDefault, commands } = KEYS[key];
  // The cache is on unless it is switched off.
  if (key === "cache") {
    return {
      name: "no-cache",
      value: null,
      help: "keep nothing, and use nothing kept",
      byDefault: null,
      commands,
      key,
    };
  }
  return { name: key, value, help, byDefault, commands, key };
}
