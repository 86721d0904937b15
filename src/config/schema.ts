import type { Increase } from "../model/options.js";
import { STACKS, type StackName } from "../model/target.js";
import {
  appPatterns,
  branchName,
  duration,
  flag,
  increase,
  moment,
  oneOf,
  pythonVersion,
  shortText,
  size,
  sizes,
  word,
  type Read,
} from "./values.js";

/** Where a key can be given: as an input of the action, as a long option, in the app's own file. */
export type Door = "action" | "cli" | "file";

/** Commands that take settings, in the order help shows them. */
export const WEIGHING_COMMANDS = ["compare", "weigh", "why", "what-if", "history"] as const;
export type WeighingCommand = (typeof WEIGHING_COMMANDS)[number];

/** When the action writes a comment; one that is there is kept true in any case. */
export const COMMENT_MODES = ["always", "changes", "failure", "never"] as const;
export type CommentMode = (typeof COMMENT_MODES)[number];

/** What every key holds, once parsed. Sizes are in bytes of the compressed slug. */
export interface Settings {
  /** Directories relative to the repository, and globs for them. */
  readonly app: readonly string[];
  readonly base: string;
  readonly head: string;
  readonly platform: StackName;
  readonly python: string;
  readonly cutoff: string;
  readonly builds: "auto" | "never";
  readonly "runtime-archive": string;
  readonly limit: number;
  readonly "warn-at": readonly number[];
  readonly "max-increase": Increase | null;
  readonly "noise-floor": number;
  readonly allowance: number;
  /** Milliseconds. */
  readonly "advice-time": number;
  readonly cache: boolean;
  readonly comment: CommentMode;
  readonly "comment-key": string;
  readonly suggest: boolean;
  readonly "override-label": string;
  readonly "history-branch": string;
  /** A secret. */
  readonly "github-token": string;
}

export type KeyName = keyof Settings;

/** The settings that one door was given. */
export type Given = Partial<Settings>;

export interface Key<T> {
  readonly read: Read<T>;
  /** What stands for the value in help. */
  readonly value: string;
  /** One line, without a full stop. */
  readonly help: string;
  /** The default in words, for help; null where there is none. */
  readonly byDefault: string | null;
  readonly doors: readonly Door[];
  /** The commands whose answer it can change. */
  readonly commands: readonly WeighingCommand[];
  /**
   * Whose file decides when two revisions are compared. `base`: a rule of the repository, which a pull request can
   * propose to change but not bend for itself. `side`: it describes the app, and each side's own file describes it.
   */
  readonly decidedBy: "base" | "side";
}

const EVERYWHERE: readonly Door[] = ["action", "cli", "file"];
// The file lies in the slug root and at a revision: it can't say which ones.
const OPTIONS_ONLY: readonly Door[] = ["action", "cli"];
// About what is done on GitHub with the answer.
const ACTION_ONLY: readonly Door[] = ["action"];
const ALL = WEIGHING_COMMANDS;
const JUDGING: readonly WeighingCommand[] = ["compare", "weigh", "what-if"];
const COMPARING: readonly WeighingCommand[] = ["compare"];

/** Every key there is: the one place that the readers, the help text and the documentation are made from. */
export const KEYS: { readonly [K in KeyName]: Key<Settings[K]> } = {
  app: {
    read: appPatterns,
    value: "DIR",
    help: "slug root, relative to the repository; several: repeated, separated by commas, or as a glob",
    byDefault: ".",
    doors: OPTIONS_ONLY,
    commands: ALL,
    decidedBy: "side",
  },
  base: {
    read: word,
    value: "REV",
    help: "revision to compare with",
    byDefault: "from the event; on a terminal the merge base with the default branch",
    doors: OPTIONS_ONLY,
    commands: COMPARING,
    decidedBy: "side",
  },
  head: {
    read: word,
    value: "REV",
    help: 'revision to weigh, or "worktree"',
    byDefault: "from the event; on a terminal HEAD",
    doors: OPTIONS_ONLY,
    commands: ["compare", "why", "what-if"],
    decidedBy: "side",
  },
  platform: {
    read: oneOf(STACKS),
    value: "STACK",
    help: `stack to weigh for: ${STACKS.join(", ")}`,
    byDefault: "app.json's stack, else heroku-24",
    doors: EVERYWHERE,
    commands: ALL,
    decidedBy: "side",
  },
  python: {
    read: pythonVersion,
    value: "VERSION",
    help: "Python version instead of the one found",
    byDefault: "as the buildpack finds it",
    doors: EVERYWHERE,
    commands: ALL,
    decidedBy: "side",
  },
  cutoff: {
    read: moment,
    value: "TIME",
    help: "resolve as of this moment (RFC 3339)",
    byDefault: "now; for history each commit's own date",
    doors: EVERYWHERE,
    commands: ALL,
    decidedBy: "base",
  },
  builds: {
    read: oneOf(["auto", "never"]),
    value: "WHEN",
    help: "may distributions without a usable wheel be built: auto, never",
    byDefault: "auto",
    doors: EVERYWHERE,
    commands: ALL,
    decidedBy: "base",
  },
  "runtime-archive": {
    read: word,
    value: "FILE|URL",
    help: "Python archive instead of Heroku's",
    byDefault: null,
    doors: EVERYWHERE,
    commands: ALL,
    decidedBy: "base",
  },
  limit: {
    read: size,
    value: "SIZE",
    help: "largest slug that may be shipped",
    byDefault: "1000M, the platform's",
    doors: EVERYWHERE,
    commands: JUDGING,
    decidedBy: "base",
  },
  "warn-at": {
    read: sizes,
    value: "SIZES",
    help: 'sizes to warn at, or "none"',
    byDefault: "500M, 300M, the platform's",
    doors: EVERYWHERE,
    commands: JUDGING,
    decidedBy: "base",
  },
  "max-increase": {
    read: increase,
    value: "SIZE|%",
    help: 'most that one pull request may add: a size, a share of the base, or "none"',
    byDefault: "none",
    doors: EVERYWHERE,
    commands: COMPARING,
    decidedBy: "base",
  },
  "noise-floor": {
    read: size,
    value: "SIZE",
    help: "growth up to this size is not held against a pull request",
    byDefault: "64K",
    doors: EVERYWHERE,
    commands: COMPARING,
    decidedBy: "base",
  },
  allowance: {
    read: size,
    value: "SIZE",
    help: "added for what only a real build can know",
    byDefault: "0",
    doors: EVERYWHERE,
    commands: JUDGING,
    decidedBy: "base",
  },
  "advice-time": {
    read: duration,
    value: "SECONDS",
    help: "most time for trying what would make the slug smaller; 0 for no advice",
    byDefault: "60",
    doors: EVERYWHERE,
    commands: ["compare", "weigh"],
    decidedBy: "base",
  },
  cache: {
    read: flag,
    value: "BOOLEAN",
    help: "keep what was weighed for the next run",
    byDefault: "true",
    doors: OPTIONS_ONLY,
    commands: ALL,
    decidedBy: "side",
  },
  comment: {
    read: oneOf(COMMENT_MODES),
    value: "WHEN",
    help: `when to comment: ${COMMENT_MODES.join(", ")}`,
    byDefault: "changes",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
  "comment-key": {
    read: shortText(100),
    value: "TEXT",
    help: "tells this comment from those of other jobs",
    byDefault: "app, as it is written",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
  suggest: {
    read: flag,
    value: "BOOLEAN",
    help: "suggest changes of the lines that the pull request wrote",
    byDefault: "false",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
  "override-label": {
    read: shortText(100),
    value: "LABEL",
    help: "label that lets an increase through",
    byDefault: "slug-size-approved",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
  "history-branch": {
    read: branchName,
    value: "BRANCH",
    help: "branch of its own to keep what the default branch weighed on",
    byDefault: "none; the Actions cache",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
  "github-token": {
    read: word,
    value: "TOKEN",
    help: "token for GitHub's API and for fetching",
    byDefault: "the job's",
    doors: ACTION_ONLY,
    commands: [],
    decidedBy: "side",
  },
};

/** The keys, in the order of the table. */
export const KEY_NAMES: readonly KeyName[] = Object.keys(KEYS).filter((name) => isKey(name));

/** Whether there is a key of this name. */
export function isKey(name: string): name is KeyName {
  return Object.hasOwn(KEYS, name);
}

/** Names of the keys that can be given at a door. */
export function keysAt(door: Door): readonly KeyName[] {
  return KEY_NAMES.filter((name) => KEYS[name].doors.includes(door));
}

/**
 * Reads the texts that a door was given into settings, in the table's order.
 * @param texts the texts of each key; a key without an entry is not given
 * @param called how the door writes a key's name, for errors
 * @throws UserError if a text is not a value of its key
 */
export function readSettings(texts: ReadonlyMap<KeyName, readonly string[]>, called: (name: KeyName) => string): Given {
  const given: { -readonly [K in KeyName]?: Settings[K] } = {};
  for (const name of KEY_NAMES) {
    const value = texts.get(name);
    if (value !== undefined) readInto(given, name, value, called(name));
  }
  return given;
}

function readInto<K extends KeyName>(
  given: { -readonly [P in K]?: Settings[P] },
  name: K,
  texts: readonly string[],
  of: string,
): void {
  given[name] = KEYS[name].read(texts, of);
}
