// Rewrites src/tools/*.txt: the package managers at the versions of src/platforms/buildpack.json with all they need,
// each file by its hash. Needs uv on PATH, any recent version. What is pinned stays if it still fits; to take newer
// dependencies, delete the file first.
// usage: node scripts/refresh-tools.mjs [DIRECTORY OF THE FILES]
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const { tools } = JSON.parse(readFileSync(new URL("../src/platforms/buildpack.json", import.meta.url), "utf8"));
const directory = resolve(process.argv[2] ?? fileURLToPath(new URL("../src/tools", import.meta.url)));

/** Valid on every system for every Python that Heroku supports, and without the name of the index it came from. */
const options = ["--generate-hashes", "--universal", "--python-version", "3.10", "--no-emit-index-url", "--no-header"];
const plugins = { poetry: ["poetry-plugin-export"] };

for (const [tool, version] of Object.entries(tools)) {
  const { status, error } = spawnSync(
    "uv",
    ["pip", "compile", "-", ...options, "--no-annotate", "--quiet", "--output-file", join(directory, `${tool}.txt`)],
    {
      cwd: tmpdir(),
      env: { ...process.env, UV_PYTHON_DOWNLOADS: "never" },
      input: [`${tool}==${version}`, ...(plugins[tool] ?? [])].join("\n"),
      stdio: ["pipe", "ignore", "inherit"],
    },
  );
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  console.log(`${tool} ${version}`);
}
