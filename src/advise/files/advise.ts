import { KIB } from "../../model/bytes.js";
import type { FileAdvice } from "../../model/file-advice.js";
import { entriesWeight, type Entry } from "../../model/layer.js";
import type { Sniffed } from "../../model/sniffed.js";
import { compareBytes } from "../../model/tree.js";
import { CACHES } from "./caches.js";
import { DATA } from "./data.js";
import { DEVELOPMENT } from "./development.js";
import { ENVIRONMENTS } from "./environments.js";
import { take, type Group } from "./group.js";
import { ignoreLines } from "./ignore-lines.js";
import { LFS } from "./lfs.js";
import { MODELS } from "./models.js";
import { modelFacts } from "./predict.js";
import type { FileRule, Found } from "./rule.js";

/** The first that takes an entry has it. */
const RULES: readonly FileRule[] = [...LFS, ...ENVIRONMENTS, ...CACHES, ...DEVELOPMENT, ...MODELS, ...DATA];

export interface FileAdviceOptions {
  /** Compressed bytes below which nothing is advised. */
  readonly noiseFloor?: number;
}

/**
 * What of an app's own files need not be in its slug. Warnings first, then by what they add to the slug, largest first.
 * Nothing for an app with nothing wrong.
 * @param entries of the app's layer, as they were weighed
 * @param sniffed what looking into them found; without it, names alone decide
 */
export function adviseOnFiles(
  entries: readonly Entry[],
  sniffed: Sniffed,
  { noiseFloor = 64 * KIB }: FileAdviceOptions = {},
): FileAdvice[] {
  const advice: FileAdvice[] = [];
  let pool = entries;
  for (const rule of RULES) {
    const { groups, rest } = take(rule, pool, sniffed, Math.max(noiseFloor, rule.least ?? noiseFloor));
    pool = rest;
    for (const group of groups) advice.push(...adviseOn(rule, group, entries, sniffed, noiseFloor));
  }
  const urgency = ({ level }: FileAdvice): number => (level === "warning" ? 0 : 1);
  return advice.sort(
    (a, b) =>
      urgency(a) - urgency(b) || b.saving.compressed - a.saving.compressed || compareBytes(a.subject, b.subject),
  );
}

function adviseOn(
  rule: FileRule,
  group: Group,
  all: readonly Entry[],
  sniffed: Sniffed,
  noiseFloor: number,
): FileAdvice[] {
  const weight = entriesWeight(group.entries);
  const least = Math.max(noiseFloor, rule.least ?? 0);
  if (rule.level !== "warning" && weight.compressed < least) return [];
  const model = rule.framework === undefined ? null : modelFacts(rule.framework, group.entries, sniffed);
  const found: Found = {
    subject: group.subject,
    name: codeSpan(group.subject),
    count: weight.files === 1 ? "1 file" : `${weight.files.toLocaleString("en-US")} files`,
    entries: group.entries,
    weight,
    sniffed,
    model,
  };
  if (rule.worth?.(found) === false) return [];
  const kind = rule.match.by;
  const ignore = rule.ignore === "never" ? [] : ignoreLines(group.paths, kind, rule.ignore === "names", all);
  return [
    {
      id: rule.id,
      level: rule.level,
      subject: group.subject,
      title: rule.title(found),
      detail: rule.detail(found),
      sources: rule.sources,
      ...(rule.saves?.(found) ?? { saving: weight, error: 0 }),
      ignore,
      files: weight.files,
      ...(model === null ? {} : { model }),
    },
  ];
}

/** A path may hold a backtick; then no code span holds it. */
function codeSpan(subject: string): string {
  return subject.includes("`") ? `"${subject}"` : `\`${subject}\``;
}
