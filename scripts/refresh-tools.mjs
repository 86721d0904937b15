// Rewrites src/tools/*.txt: the package managers at the versions of src/platforms/buildpack.json and what else we run at those of
// src/tools/own.json, with all they need, each file by its hash; and preinstalled.json beside them: of those that Heroku puts into
// the slug the wheels, for each Python.
// Needs uv on PATH, any recent version. What is pinned stays if it still fits; to take newer dependencies, delete the
// file first.
// usage: node scripts/refresh-tools.mjs [DIRECTORY OF THE FILES]
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "smol-toml";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const { tools, python } = read("../src/platforms/buildpack.json");
const own = read("../src/tools/own.json");
const directory = resolve(process.argv[2] ?? fileURLToPath(new URL("../src/tools", import.meta.url)));

/** Valid on every system for every Python that Heroku supports, and without the name of the index it came from. */
const options = ["--generate-hashes", "--universal", "--python-version", "3.10", "--no-emit-index-url"];
const plugins = { poetry: ["poetry-plugin-export"] };

/** Runs `uv pip compile` on the requirements. */
function compile(requirements, ...args) {
  const { status, error, stdout } = spawnSync("uv", ["pip", "compile", "-", ...args, "--no-annotate", "--no-header"], {
    cwd: tmpdir(),
    env: { ...process.env, UV_PYTHON_DOWNLOADS: "never" },
    input: requirements,
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  return stdout.toString("utf8");
}

for (const [tool, version] of Object.entries({ ...tools, ...own })) {
  const file = join(directory, `${tool}.txt`);
  compile([`${tool}==${version}`, ...(plugins[tool] ?? [])].join("\n"), ...options, "--quiet", "--output-file", file);
  console.log(`${tool} ${version}`);
}

/** The wheels of a tool for a minor version of Python, all of them pure. */
function wheelsOf(tool, minor) {
  const pins = readFileSync(join(directory, `${tool}.txt`), "utf8");
  const only = [
    "--no-deps",
    "--only-binary",
    ":all:",
    "--python-version",
    minor,
    "--python-platform",
    "x86_64-manylinux_2_35",
  ];
  const { packages } = parse(compile(pins, "--quiet", "--format", "pylock.toml", ...only));
  return packages.map(({ name, version, wheels: [{ url, hashes, size }] }) => {
    return { name, version, filename: url.split("/").at(-1), sha256: hashes.sha256, size };
  });
}

const minors = Object.keys(python.latest);
const preinstalled = Object.fromEntries(
  ["pip", "setuptools", "pipenv"].map((tool) => [
    tool,
    Object.fromEntries(minors.map((minor) => [minor, wheelsOf(tool, minor)])),
  ]),
);
writeFileSync(join(directory, "preinstalled.json"), `${JSON.stringify(preinstalled, null, 2)}\n`);
