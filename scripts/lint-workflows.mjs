// Lints both action.yml, our own workflows, and every workflow that we show: those in examples/ and in the README, each as if it
// stood in a repository of its own. Needs actionlint, zizmor and check-jsonschema on PATH.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const ACTIONS = ["action.yml", "comment/action.yml"];
const ZIZMOR = ["--offline", "--no-progress", "--quiet", "--config", join(process.cwd(), ".github/zizmor.yml")];

let failed = false;

function run(command, args, cwd = process.cwd()) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) {
    failed = true;
    console.error(`${command} found something.`);
  }
}

/** Fenced YAML blocks that are whole workflows, by a name that says where they start. */
function workflowsIn(markdown) {
  return [...markdown.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)]
    .filter((match) => /^jobs:/m.test(match[1]))
    .map((match) => [`readme-line-${markdown.slice(0, match.index).split("\n").length + 1}.yml`, match[1]]);
}

function examples() {
  const files = readdirSync("examples").filter((file) => /\.ya?ml$/.test(file));
  return files.map((file) => [`example-${basename(file)}`, readFileSync(join("examples", file), "utf8")]);
}

const scratch = mkdtempSync(join(tmpdir(), "slugdiff-lint-"));
try {
  const folder = join(scratch, ".github/workflows");
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(scratch, ".git"));
  for (const action of ACTIONS) {
    const text = readFileSync(action, "utf8");
    const main = join(scratch, dirname(action), /^ {2}main: (.+)$/m.exec(text)[1]);
    mkdirSync(join(scratch, dirname(action)), { recursive: true });
    cpSync(action, join(scratch, action));
    mkdirSync(dirname(main), { recursive: true });
    writeFileSync(main, "");
    run("check-jsonschema", ["--builtin-schema", "vendor.github-actions", action]);
  }
  const inReadme = workflowsIn(readFileSync("README.md", "utf8"));
  if (inReadme.length === 0) throw new Error("README.md shows no workflow");
  const shown = [...inReadme, ...examples()];
  for (const [name, yaml] of shown) {
    // A local action is checked against its action.yml; a released one is not.
    writeFileSync(join(folder, name), yaml.replace(/uses: [\w.-]+\/slugdiff(\/comment)?@\S+/g, "uses: .$1/"));
  }
  run("actionlint", ["-color"], scratch);
  run("zizmor", [...ZIZMOR, folder]);
  run("actionlint", ["-color"]);
  run("zizmor", [...ZIZMOR, ".github/workflows", ...ACTIONS]);
  console.log(
    `${shown.length} workflows in README and examples, ours, both actions: ${failed ? "see above" : "nothing to say"}.`,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
