import { parseArgs } from "node:util";
import { UserError } from "../errors.js";
import type { TreeBounds } from "../model/options.js";
import {
  COMMAND_NAMES,
  COMMANDS,
  DEFAULT_LAST,
  OPTIONS,
  TREE,
  type CommandName,
  type Format,
  type Option,
} from "./commands.js";
import { nearest } from "./nearest.js";
import { readSettings, type Given, type KeyName } from "./schema.js";
import { count, oneOf, word } from "./values.js";
import { readWish, type Wish } from "./wish.js";

/** Where a run on a terminal reads and writes. */
export interface Run {
  /** Directory of the repository. */
  readonly repo: string;
  readonly format: Format;
  /** File that the result is written to, besides standard output; null for none. */
  readonly output: string | null;
  /** Directory of the layer store; null for the user's cache directory. */
  readonly cacheDir: string | null;
  /** How much of a tree is shown, by the commands that show one. */
  readonly tree: TreeBounds;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly command: "help"; readonly of: CommandName | null }
  | { readonly command: "version" }
  | { readonly command: "compare"; readonly given: Given; readonly run: Run }
  /** `revision`: null for HEAD. */
  | { readonly command: "weigh"; readonly revision: string | null; readonly given: Given; readonly run: Run }
  | { readonly command: "why"; readonly name: string; readonly given: Given; readonly run: Run }
  | { readonly command: "what-if"; readonly wish: Wish; readonly given: Given; readonly run: Run }
  /** `revision`: null for HEAD. `last`: how many commits. */
  | {
      readonly command: "history";
      readonly revision: string | null;
      readonly last: number;
      readonly given: Given;
      readonly run: Run;
    }
  | { readonly command: "store"; readonly action: "stats" | "clear"; readonly cacheDir: string | null };

/** The one option that people try by a letter of its own. */
const HELP = "help";

const STORE_ACTIONS = ["stats", "clear"] as const;

interface Words {
  readonly positionals: readonly string[];
  /** Texts by option name; an option without a value has none. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the command line.
 * @param argv the arguments after the program's own name
 * @throws UserError if it is not one that help describes, with a hint that names the nearest option or command
 */
export function fromArgv(argv: readonly string[]): Invocation {
  const { positionals, options } = wordsOf(argv);
  if (options.has("version")) return { command: "version" };
  const [first, ...operands] = positionals;
  const asksForHelp = options.has("help") || first === "help";
  const [about] = first === "help" ? operands : positionals;
  if (asksForHelp) return { command: "help", of: about === undefined ? null : commandCalled(about) };
  const command = commandCalled(first);
  for (const name of options.keys()) refuseMisplaced(name, command);

  const value = (name: string): string | null => {
    const texts = options.get(name);
    return texts === undefined ? null : word(texts, `--${name}`);
  };
  const cacheDir = value("cache-dir");
  const operand = (): string | null => {
    if (operands.length > 1) throw new UserError(`Too many arguments: "${operands[1] ?? ""}".`, usage(command));
    return operands[0] ?? null;
  };
  if (command === "store") {
    const action = operand();
    if (action === null) throw new UserError("store was not told what to do.", usage(command));
    return { command, action: oneOf(STORE_ACTIONS)([action], "The argument of store"), cacheDir };
  }

  const format = value("format");
  const given = settings(options);
  const run: Run = {
    repo: value("repo") ?? ".",
    format: format === null ? "text" : oneOf(COMMANDS[command].formats)([format], "--format"),
    output: value("output"),
    cacheDir,
    tree: treeBounds(options, format ?? "text"),
  };
  switch (command) {
    case "compare":
      if (operands[0] !== undefined) {
        throw new UserError(
          `compare takes no argument, but got "${operands[0]}".`,
          "Name revisions by --base and --head.",
        );
      }
      return { command, given, run };
    case "weigh":
      return { command, revision: operand(), given, run };
    case "why": {
      const name = operand();
      if (name === null) throw new UserError("why was not told which distribution.", usage(command));
      return { command, name, given, run };
    }
    case "history": {
      const last = options.get("last");
      const most = last === undefined ? DEFAULT_LAST : count(last, "--last");
      return { command, revision: operand(), last: most, given, run };
    }
    case "what-if": {
      if (operands[0] !== undefined) {
        throw new UserError(
          `what-if takes no argument, but got "${operands[0]}".`,
          "Name the revision by --head, and what would be otherwise by --replace, --without or --with.",
        );
      }
      const { python = null, ...others } = given;
      const texts = (name: string): readonly string[] => options.get(name) ?? [];
      const wish = readWish({
        replace: texts("replace"),
        without: texts("without"),
        with: texts("with"),
        python,
        packageManager: value("package-manager"),
        quantise: texts("quantise"),
        weights: value("weights"),
      });
      return { command, wish, given: others, run };
    }
  }
}

/** The arguments, split by `parseArgs`; its own errors are long-winded, so it only splits and this judges. */
function wordsOf(argv: readonly string[]): Words {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      OPTIONS.map(({ name, value }) => {
        const short = name === HELP ? { short: "h" } : {};
        return [name, { type: value === null ? "boolean" : "string", ...short } as const];
      }),
    ),
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const options = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const option = OPTIONS.find(({ name }) => name === token.name);
    const isKnown = token.rawName === `--${token.name}` || token.rawName === "-h";
    if (option === undefined || !isKnown) throw unknownOption(token.rawName);
    const texts = options.get(option.name) ?? [];
    options.set(option.name, texts);
    if (option.value === null) {
      if (token.value !== undefined) {
        throw new UserError(
          `--${option.name} takes no value, but got "${token.value}".`,
          `Write --${option.name} alone.`,
        );
      }
      continue;
    }
    // A value that looks like an option is most likely a forgotten value; one that looks like a number is judged as one.
    if (token.value === undefined || (!token.inlineValue && /^-[^\d]/.test(token.value))) {
      throw new UserError(`--${option.name} needs a value.`, `Write --${option.name} ${option.value}: ${option.help}.`);
    }
    texts.push(token.value);
  }
  return { positionals, options };
}

/** @throws UserError for a format that has no tree */
function treeBounds(options: Words["options"], format: string): TreeBounds {
  const read = (name: keyof TreeBounds): number => {
    const texts = options.get(name);
    if (texts === undefined) return TREE[name];
    if (format !== "text") {
      throw new UserError(`--${name} is about text, but --format is ${format}.`, "Leave one of them out.");
    }
    return count(texts, `--${name}`);
  };
  return { depth: read("depth"), top: read("top") };
}

function settings(options: ReadonlyMap<string, readonly string[]>): Given {
  const texts = new Map<KeyName, readonly string[]>();
  for (const { name, key, value } of OPTIONS) {
    const given = options.get(name);
    if (key !== null && given !== undefined) texts.set(key, value === null ? ["false"] : given);
  }
  return readSettings(texts, (name) => `--${name}`);
}

function commandCalled(name: string | undefined): CommandName {
  if (name === undefined)
    throw new UserError("No command is given.", `Write one of: ${COMMAND_NAMES.join(", ")}; or --help.`);
  const found = COMMAND_NAMES.find((command) => command === name);
  if (found !== undefined) return found;
  const meant = nearest(name, COMMAND_NAMES);
  throw new UserError(
    `There is no command "${name}".`,
    meant === null ? `Write one of: ${COMMAND_NAMES.join(", ")}; or --help.` : `Did you mean "slugdiff ${meant}"?`,
  );
}

function unknownOption(rawName: string): UserError {
  const meant = nearest(
    rawName.replace(/^-+/, ""),
    OPTIONS.map(({ name }) => name),
  );
  return new UserError(
    `There is no option ${rawName}.`,
    meant === null ? "slugdiff --help lists the options." : `Did you mean --${meant}?`,
  );
}

function refuseMisplaced(name: string, command: CommandName): void {
  const option = OPTIONS.find((candidate): candidate is Option => candidate.name === name);
  if (option === undefined || option.commands.includes(command)) return;
  throw new UserError(
    `${command} has no option --${name}.`,
    `--${name} belongs to ${option.commands.join(", ")}; slugdiff ${command} --help lists its own.`,
  );
}

function usage(command: CommandName): string {
  return `Usage: slugdiff ${COMMANDS[command].usage}`;
}
