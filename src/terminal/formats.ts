import { COMMANDS, type CommandName, type Format } from "../config/commands.js";
import type { Run } from "../config/fromArgv.js";
import { UserError } from "../errors.js";

/** The form of a result on standard output, and in the file that it is written to as well. */
export interface Formats {
  readonly shown: Format;
  readonly written: Format;
}

/**
 * The forms that a command's result is to have. A file has the one that its name asks for, if the command knows that; else the
 * same as standard output. A page is nothing to read on a terminal: where a file gets it, the terminal gets text.
 * @throws UserError if a page is asked for on a terminal alone
 */
export function formatsOf(command: CommandName, { format, output }: Run, isTTY: boolean): Formats {
  const named = ENDINGS.get(/\.\w+$/.exec(output ?? "")?.[0] ?? "");
  const written = named !== undefined && COMMANDS[command].formats.includes(named) ? named : format;
  if (format !== "html" || !isTTY) return { shown: format, written };
  if (output === null) {
    throw new UserError("A page can't be shown on a terminal.", "Write it to a file: --output report.html.");
  }
  return { shown: "text", written };
}

/** Whether a form is asked for anywhere. */
export function has({ shown, written }: Formats, format: Format): boolean {
  return shown === format || written === format;
}

const ENDINGS = new Map<string, Format>([
  [".json", "json"],
  [".md", "markdown"],
  [".html", "html"],
  [".svg", "badge"],
]);
