// Fills the README's tables of inputs and outputs from the action.yml files: between `<!-- inputs PATH -->` or `<!-- outputs PATH -->`
// and `<!-- end -->`. With --check it only says whether they are up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";

const README = "README.md";

/**
 * The entries of a mapping of an action.yml: `[name, { description, default }]`. Reads what these files are made of, entries
 * with values on one line, plain or in double quotes, and refuses any other YAML.
 */
function entriesOf(path, section) {
  const body = new RegExp(`^${section}:\n((?: .*\n)+)`, "m").exec(readFileSync(path, "utf8"))?.[1];
  if (body === undefined) throw new Error(`${path} has no ${section}`);
  const entries = [];
  for (const line of body.trimEnd().split("\n")) {
    const [, name] = /^ {2}([\w-]+):$/.exec(line) ?? [];
    const [, key, value] = /^ {4}(description|default): (.+)$/.exec(line) ?? [];
    if (name !== undefined) entries.push([name, {}]);
    else if (key !== undefined && entries.length > 0) entries.at(-1)[1][key] = scalar(value, path);
    else throw new Error(`${path}: not understood: ${line}`);
  }
  return entries;
}

function scalar(text, path) {
  if (text.startsWith('"')) return JSON.parse(text);
  if (/^[^\w$]|: | #|^(?:true|false|null|\d[\d.]*)$/.test(text)) throw new Error(`${path}: put quotes around ${text}`);
  return text;
}

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("*", "\\*").replaceAll("<", "\\<");

/** A description may end in its default, in words. */
function row([name, { description, default: value = "" }]) {
  const [, what, words] = /^(.*?)(?: Default: (.+)\.)?$/s.exec(description);
  const byDefault = words === undefined ? value && `\`${value}\`` : cell(words);
  return [`\`${name}\``, cell(what.replace(/\.$/, "")), byDefault];
}

function table(kind, path) {
  const columns = kind === "inputs" ? ["input", "meaning", "default"] : ["output", "meaning"];
  const rows = entriesOf(path, kind).map((entry) => row(entry).slice(0, columns.length));
  return [columns, columns.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

const before = readFileSync(README, "utf8");
let count = 0;
const filled = before.replaceAll(
  /^(<!-- (inputs|outputs) (\S+) -->\n)[\s\S]*?(?=^<!-- end -->$)/gm,
  (_, start, kind, path) => {
    count++;
    return `${start}\n${table(kind, path)}\n`;
  },
);
if (count === 0) throw new Error(`${README} has no place for a table`);
const after = await format(filled, { ...(await resolveConfig(README)), filepath: README });

if (after === before) console.log(`${count} tables in ${README} are up to date.`);
else if (process.argv.includes("--check")) {
  console.error(`${README} does not say what the action.yml files say. Run: node scripts/readme-tables.mjs`);
  process.exitCode = 1;
} else {
  writeFileSync(README, after);
  console.log(`${count} tables in ${README} filled.`);
}
