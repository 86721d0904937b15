import { UserError } from "../errors.js";
import type { Progress } from "../ports.js";
import { visibleLine } from "../render/visible.js";
import { watchForEnd, type SignalSource } from "../system/signals.js";
import type { Actions } from "./actions.js";

/** A line from outside in the job's log, where none of it is taken for a command to the runner. */
export function logLine(line: string): string {
  return `| ${oneLine(line)}`;
}

/** Without the runner's older commands, `##[command]`, which count anywhere; `::command::` counts at the start alone. */
function oneLine(line: string): string {
  return visibleLine(line).replaceAll("##[", "## [");
}

/** Progress as lines of the job's log. */
export function progressIn(actions: Actions): Progress {
  return {
    start: (title) => {
      // It is our own line, but may start with an app's name.
      const line = oneLine(title);
      actions.info(line.trimStart().startsWith("::") ? logLine(line) : line);
      return { advance: () => undefined, end: () => undefined };
    },
    note: (text) => {
      actions.notice(text);
    },
  };
}

/**
 * Does the work of an action, and has the job fail where it fails: what a user can mend as one line with its hint, the
 * tool's own last lines above it. A bug keeps its stack.
 */
export async function runJob(
  actions: Actions,
  signals: SignalSource,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ending = watchForEnd(signals);
  try {
    await work(ending.signal);
  } catch (error) {
    const signal = ending.received();
    if (signal !== null) {
      actions.setFailed(`Ended by ${signal} before it was done.`);
      return;
    }
    if (!(error instanceof UserError)) throw error;
    for (const line of error.details) actions.info(logLine(line));
    actions.setFailed(`${error.message} ${error.hint}`);
  } finally {
    ending.unwatch();
  }
}
