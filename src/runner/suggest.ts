import { shownLines } from "../advise/patch.js";
import { onlyDiff, replacing } from "../advise/suggest.js";
import { UserError } from "../errors.js";
import type { ChangedFile, GitHub } from "../github/github.js";
import { pathInRepository } from "../model/app-path.js";
import type { Advice, DiffStep, Report } from "../model/report.js";
import { publishSuggestions, type Suggestion } from "../publish/suggestions.js";
import { suggestionText } from "../render/advice.js";
import type { Actions } from "./actions.js";
import { logLine } from "./log.js";

/** More would bury what people say about the pull request. */
const MOST = 10;

export interface SuggestRequest {
  readonly pullRequest: number;
  /** The head that was weighed. */
  readonly headSha: string;
  readonly reports: readonly Report[];
}

/**
 * Suggests what the advice would change, on the lines that the pull request itself wrote. A refusal is a warning, never a failure.
 */
export async function suggest(
  { pullRequest, headSha, reports }: SuggestRequest,
  github: GitHub | null,
  actions: Actions,
): Promise<void> {
  const changes = reports.flatMap(changesIn);
  if (changes.length === 0) return;
  if (github === null) {
    actions.warning("Nothing is suggested, as there is no token: leave the input github-token out to use the job's.");
    return;
  }
  try {
    const suggestions = suggestionsOn(await github.changedFiles(pullRequest), changes);
    const made = await publishSuggestions({ pullRequest, headSha, suggestions }, github);
    if (made === null)
      actions.info(logLine(`The head of #${pullRequest} is another commit by now: nothing is suggested.`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    actions.warning(`Changes could not be suggested. ${error.message} ${error.hint}`);
  }
}

interface Change {
  readonly report: Report;
  readonly advice: Advice;
  readonly step: DiffStep;
}

function changesIn(report: Report): Change[] {
  return report.advice.flatMap((advice) => {
    const step = onlyDiff(advice);
    return step === null ? [] : [{ report, advice, step }];
  });
}

/** What can be suggested on a pull request's own lines; of several about the same lines, the first. */
function suggestionsOn(files: readonly ChangedFile[], changes: readonly Change[]): Suggestion[] {
  const wanted = new Set(changes.map(pathOf));
  const shown = new Map(
    files.filter(({ path }) => wanted.has(path)).map(({ path, patch }) => [path, shownLines(patch ?? "")]),
  );
  const suggestions: Suggestion[] = [];
  for (const change of changes) {
    const path = pathOf(change);
    const lines = shown.get(path);
    const place = lines === undefined ? null : replacing(change.step, lines);
    if (place === null) continue;
    const { start, end } = place;
    const text = suggestionText(change.report, change.advice, place.lines);
    const isTaken = suggestions.some((other) => other.path === path && other.start <= end && start <= other.end);
    if (text === null || isTaken) continue;
    const identity = JSON.stringify([change.advice.id, path, change.step.lines]);
    suggestions.push({ identity, path, start, end, text });
    if (suggestions.length === MOST) break;
  }
  return suggestions;
}

function pathOf({ report, step }: Change): string {
  return pathInRepository(report.app, step.file);
}
