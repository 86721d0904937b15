import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CUTOFF, PYTHON, TARGET, type Files, type Lab } from "./lab.js";

/** One distribution at two versions. */
export interface Change {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A real app: what it requires, and what its pull requests change. */
export interface App {
  readonly name: string;
  /** Text of its requirements file. */
  readonly requirements: string;
  readonly small: Change;
  readonly largest: Change;
}

function app(name: string, small: Change, largest: Change): App {
  const requirements = readFileSync(fileURLToPath(new URL(`apps/${name}.txt`, import.meta.url)), "utf8");
  return { name, requirements, small, largest };
}

export const APPS: readonly App[] = [
  app("flask", { name: "python-dotenv", from: "1.0.1", to: "1.1.1" }, { name: "Werkzeug", from: "3.1.2", to: "3.1.3" }),
  app("django", { name: "requests", from: "2.32.3", to: "2.32.5" }, { name: "scipy", from: "1.16.1", to: "1.16.2" }),
  app(
    "tensorflow",
    { name: "requests", from: "2.32.3", to: "2.32.5" },
    { name: "tensorflow", from: "2.18.0", to: "2.18.1" },
  ),
];

/** Requirements with one distribution at its new version. */
export function changed(requirements: string, { name, from, to }: Change): string {
  const text = requirements.replace(`${name}==${from}\n`, `${name}==${to}\n`);
  if (text === requirements) throw new Error(`${name}==${from} is not required`);
  return text;
}

/** The branches of an app's repository. */
export type Branch = "main" | "app-file" | "small" | "largest" | "uv" | "uv-app-file" | "hashed" | "hashed-app-file";

/**
 * The app's repository. `app-file` changes one of its own files, `small` and `largest` one of its requirements; `uv` and `hashed` have
 * everything pinned, in uv's lock and in a requirements file with hashes.
 */
export async function repositoryOf({ requirements, small, largest }: App, lab: Lab): Promise<string> {
  const source = (number: number): Files => ({ "app.py": `ANSWER = ${String(number)}\n` });
  const main = {
    ".python-version": `${PYTHON}\n`,
    Procfile: "web: gunicorn app\n",
    "requirements.txt": requirements,
    ...source(0),
  };
  const uv = await lockedByUv(requirements, lab);
  const hashed = { "requirements.txt": await pinned(requirements, lab, "--generate-hashes") };
  const revisions: Record<Branch, Files> = {
    main,
    "app-file": source(1),
    small: { "requirements.txt": changed(requirements, small) },
    largest: { "requirements.txt": changed(requirements, largest) },
    uv,
    "uv-app-file": { ...uv, ...source(1) },
    hashed,
    "hashed-app-file": { ...hashed, ...source(1) },
  };
  return lab.repository(revisions);
}

/** The requirements with all that they bring along, pinned. */
export async function pinned(requirements: string, lab: Lab, ...options: readonly string[]): Promise<string> {
  const args = ["pip", "compile", "-", ...TARGET, "--python", lab.python.path, "--exclude-newer", CUTOFF];
  const output = ["--no-header", "--no-annotate", "--quiet"];
  return lab.start(lab.uv, [...args, ...output, ...options], { input: requirements });
}

async function lockedByUv(requirements: string, lab: Lab): Promise<Files> {
  const lines = requirements.trim().split("\n");
  const manifest = `[project]
name = "site"
version = "1"
requires-python = "==${PYTHON}.*"
dependencies = [
${lines.map((line) => `  ${JSON.stringify(line)},\n`).join("")}]

[tool.uv]
exclude-newer = "${CUTOFF}"

[[tool.uv.index]]
url = "${lab.index.url}"
default = true
`;
  const repository = lab.repository({ main: { "pyproject.toml": manifest } });
  await lab.start(lab.uv, ["lock", "--quiet", "--python", lab.python.path, "--project", repository]);
  const lock = readFileSync(`${repository}/uv.lock`, "utf8");
  return { "requirements.txt": null, "pyproject.toml": manifest, "uv.lock": lock };
}
