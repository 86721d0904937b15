import type { UserError } from "../errors.js";
import { GIB, KIB, MIB } from "../model/bytes.js";
import type { Budget, Increase, TargetOptions } from "../model/options.js";
import { redact } from "../system/redact.js";
import { NO_FILE, type FileConfig } from "./fromFile.js";
import { KEY_NAMES, KEYS, type Given, type KeyName } from "./schema.js";
import { wholeSeconds } from "./values.js";

/** What the base has to say. `no-app`: there is no such slug root at the base, so nobody there set any rules. */
export type BaseFile =
  | { readonly state: "read"; readonly file: FileConfig }
  | { readonly state: "unreadable"; readonly problem: UserError }
  | { readonly state: "no-app" };

export interface Sources {
  /** From the action's inputs or the command line. */
  readonly options: Given;
  /** Of the head; `NO_FILE` if the app is absent there. */
  readonly head: FileConfig;
  /** Null if the head's rules are in force: nothing is compared, or the head is merged already (a push). */
  readonly base: BaseFile | null;
  /** The run's one moment, the default cut-off. */
  readonly now: Date;
}

/** What the platform's data say where nobody else does. Bytes. */
export interface PlatformLimits {
  readonly limit: number;
  readonly warnAt: readonly number[];
}

/** The settings in force for one app. */
export interface EffectiveConfig {
  /** Rules and run, by one file for both sides. */
  readonly settings: Given;
  /** What the sides' own files say of the app itself; options are over both. */
  readonly base: Pick<Given, "platform" | "python">;
  readonly head: Pick<Given, "platform" | "python">;
  /** Resolve as of this moment, RFC 3339 with `Z`. */
  readonly cutoff: string;
  /** Sentences about rules that the head changes and that are not in force yet. */
  readonly notes: readonly string[];
}

/**
 * Settles which value of each key is in force: option over file over default. The rules (limits, cut-off, builds,
 * runtime archive) come from the base's file, so that a pull request can't bend them for itself; what
 * describes the app (platform, Python) from each side's own, as `.python-version` does.
 */
export function effectiveConfig({ options, head, base, now }: Sources): EffectiveConfig {
  const notes: string[] = [];
  const rules = rulesFile(head, base, notes);
  if (rules !== head) notes.push(...proposals(options, rules, head));
  const baseOwn = base?.state === "read" ? base.file : NO_FILE;
  const settings = { ...rules.given, ...options };
  return {
    settings,
    base: { ...ofSide(baseOwn.given), ...ofSide(options) },
    head: { ...ofSide(head.given), ...ofSide(options) },
    cutoff: settings.cutoff ?? wholeSeconds(now),
    notes,
  };
}

function rulesFile(head: FileConfig, base: BaseFile | null, notes: string[]): FileConfig {
  if (base === null) return head;
  switch (base.state) {
    case "read":
      return base.file;
    case "no-app":
      if (head.origin !== null) notes.push(`The app is new: its rules are those of its own ${head.origin}.`);
      return head;
    case "unreadable":
      notes.push(`The base's configuration can't be read, so its rules are not in force: ${base.problem.message}`);
      return NO_FILE;
  }
}

function proposals(options: Given, rules: FileConfig, head: FileConfig): string[] {
  const origin = head.origin ?? rules.origin;
  if (origin === null) return [];
  return KEY_NAMES.filter((name) => KEYS[name].decidedBy === "base" && options[name] === undefined).flatMap((name) => {
    const [from, to] = [inWords(name, rules.given), inWords(name, head.given)];
    if (from === to) return [];
    return [`${origin} changes ${name} from ${from} to ${to}: in force once it is in the base.`];
  });
}

function inWords(name: KeyName, given: Given): string {
  if (given[name] === undefined) return "its default";
  const value = asWritten(given)[name] ?? null;
  if (value === null) return "none";
  return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}

function ofSide(given: Given): Pick<Given, "platform" | "python"> {
  return {
    ...(given.platform === undefined ? {} : { platform: given.platform }),
    ...(given.python === undefined ? {} : { python: given.python }),
  };
}

/** 64 KiB: what compression alone moves when a few files change. */
const NOISE_FLOOR = 64 * 1024;

/** The rules' limits, the platform's where none are set. */
export function budgetOf({ settings }: EffectiveConfig, platform: PlatformLimits): Budget {
  return {
    limit: settings.limit ?? platform.limit,
    warnAt: settings["warn-at"] ?? platform.warnAt,
    maxIncrease: settings["max-increase"] ?? null,
    noiseFloor: settings["noise-floor"] ?? NOISE_FLOOR,
    allowance: settings.allowance ?? 0,
  };
}

/** A minute: no check that people wait for should take longer for advice. Milliseconds. */
const ADVICE_TIME = 60_000;

/** How much may be spent on advice, in milliseconds, and what is too little to speak of, in bytes. */
export function adviceBudgetOf(
  config: EffectiveConfig,
  platform: PlatformLimits,
): { readonly time: number; readonly noiseFloor: number } {
  const { noiseFloor } = budgetOf(config, platform);
  return { time: config.settings["advice-time"] ?? ADVICE_TIME, noiseFloor };
}

/** What one side is weighed for, where its own files do not decide. */
export function targetOptionsOf(config: EffectiveConfig, side: "base" | "head"): TargetOptions {
  const own = config[side];
  return {
    stack: own.platform ?? null,
    python: own.python ?? null,
    runtimeArchive: config.settings["runtime-archive"] ?? null,
    builds: config.settings.builds ?? "auto",
    cutoff: config.cutoff,
  };
}

/** A key's value as its users write it; null for none. */
export type ConfigValue = string | readonly string[] | null;

/**
 * The effective configuration for the report, by key, written as its users write it: what decides the answer, as
 * the head is weighed. Without where things are kept or written, which change nothing, and without credentials. A
 * `cutoff` of null is the moment of the run, which the report has elsewhere.
 */
export function reportedConfig(config: EffectiveConfig, platform: PlatformLimits): Record<string, ConfigValue> {
  const budget = budgetOf(config, platform);
  const written = asWritten({
    ...config.settings,
    builds: config.settings.builds ?? "auto",
    limit: budget.limit,
    "warn-at": budget.warnAt,
    "max-increase": budget.maxIncrease,
    "noise-floor": budget.noiseFloor,
    allowance: budget.allowance,
    "advice-time": adviceBudgetOf(config, platform).time,
  });
  return { ...written, platform: config.head.platform ?? null, python: config.head.python ?? null };
}

function asWritten(given: Given): Record<string, ConfigValue> {
  const size = (bytes: number | undefined): string | null => (bytes === undefined ? null : sizeText(bytes));
  const archive = given["runtime-archive"];
  return {
    platform: given.platform ?? null,
    python: given.python ?? null,
    cutoff: given.cutoff ?? null,
    builds: given.builds ?? null,
    "runtime-archive": archive === undefined ? null : redact(archive),
    limit: size(given.limit),
    "warn-at": given["warn-at"]?.map(sizeText) ?? null,
    "max-increase": increaseText(given["max-increase"] ?? null),
    "noise-floor": size(given["noise-floor"]),
    allowance: size(given.allowance),
    "advice-time": given["advice-time"] === undefined ? null : String(given["advice-time"] / 1000),
  };
}

function increaseText(value: Increase | null): string | null {
  if (value === null) return null;
  return "percent" in value ? `${String(value.percent)}%` : sizeText(value.bytes);
}

/** The shortest way to write a size that `parseSize` reads back exactly. */
function sizeText(bytes: number): string {
  for (const [unit, letter] of [
    [GIB, "G"],
    [MIB, "M"],
    [KIB, "K"],
  ] as const) {
    if (bytes !== 0 && bytes % unit === 0) return `${String(bytes / unit)}${letter}`;
  }
  return String(bytes);
}
