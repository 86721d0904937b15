import { COMMAND_NAMES, COMMANDS, OPTIONS, type CommandName } from "./commands.js";

const WIDTH = 80;
/** Where the second column starts. */
const INDENT = 28;

/**
 * The help of one command, or of all, for a terminal of 80 columns; ends with a line break.
 * @param of null for the program's own help
 */
export function helpText(of: CommandName | null): string {
  const lines: string[] = [];
  if (of === null) {
    lines.push("Weighs the Heroku slug of a Python app at two git revisions and compares them.", "");
    lines.push("Usage: slugdiff COMMAND [options]", "", "Commands:");
    for (const name of COMMAND_NAMES) {
      lines.push(...columns(COMMANDS[name].usage.replace(" [options]", ""), COMMANDS[name].help));
    }
  } else {
    lines.push(`Usage: slugdiff ${COMMANDS[of].usage}`, "", ...wrap(`${sentence(COMMANDS[of].help)}.`, WIDTH));
  }
  lines.push("", "Options:");
  for (const { name, value, help, byDefault, commands } of OPTIONS) {
    if (of !== null && !commands.includes(of)) continue;
    const left = value === null ? `--${name}` : `--${name} ${value}`;
    lines.push(...columns(left, byDefault === null ? help : `${help} (default: ${byDefault})`));
  }
  if (of !== "store") {
    lines.push(
      "",
      ...wrap(
        "Sizes are binary, as Heroku's: 64K, 20M, 1G. Most options can also stand as keys in [tool.slugdiff] of pyproject.toml, or in slugdiff.toml, at the slug root.",
        WIDTH,
      ),
    );
  }
  lines.push("", "Exit status: 0 pass or warning, 1 fail, 2 could not be weighed or wrong usage.");
  return `${lines.join("\n")}\n`;
}

function columns(left: string, right: string): string[] {
  const [first = "", ...rest] = wrap(right, WIDTH - INDENT);
  const head = `  ${left}`;
  const lines = head.length < INDENT - 1 ? [head.padEnd(INDENT) + first] : [head, " ".repeat(INDENT) + first];
  return [...lines, ...rest.map((line) => " ".repeat(INDENT) + line)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
