// Rewrites src/platforms/buildpack.json from Heroku's Python buildpack.
// usage: node scripts/refresh-platforms.mjs [CHECKOUT | URL OF ITS RAW FILES] [OUTPUT]
// Follow it with scripts/refresh-tools.mjs when the version of a package manager has changed.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const [from = "https://raw.githubusercontent.com/heroku/heroku-buildpack-python/main", output] = process.argv.slice(2);
const target = output ?? fileURLToPath(new URL("../src/platforms/buildpack.json", import.meta.url));

async function read(path) {
  if (!/^https?:/.test(from)) return readFile(join(from, path), "utf8");
  const response = await fetch(`${from}/${path}`);
  if (!response.ok) throw new Error(`${from}/${path}: ${response.status}`);
  return response.text();
}

/** The groups of the one place that matches: a buildpack that has changed shape must not go unnoticed. */
function only(text, pattern, what) {
  const matches = [...text.matchAll(new RegExp(pattern, "gm"))];
  if (matches.length !== 1) throw new Error(`${what}: ${matches.length} matches, where one was expected.`);
  return matches[0].slice(1);
}

const files = ["CHANGELOG.md", "lib/python_version.sh", "lib/python.sh", "lib/pip.sh"];
const [changelog, versions, runtime, pip] = await Promise.all(files.map(read));

const release = /^## \[(v\d+)\]/m.exec(changelog)?.[1];
if (release === undefined) throw new Error("CHANGELOG.md names no release.");

const latest = Object.fromEntries(
  [...versions.matchAll(/^LATEST_PYTHON_3_(\d+)="(3\.\d+\.\d+)"$/gm)]
    .sort((a, b) => Number(a[1]) - Number(b[1]))
    .map(([, minor, full]) => [`3.${minor}`, full]),
);
const [oldest] = only(versions, /^OLDEST_SUPPORTED_PYTHON_3_MINOR_VERSION=(\d+)$/, "oldest minor version");
const [newest] = only(versions, /^NEWEST_SUPPORTED_PYTHON_3_MINOR_VERSION=(\d+)$/, "newest minor version");
const range = Array.from({ length: newest - oldest + 1 }, (_, index) => `3.${Number(oldest) + index}`);
if (range.join() !== Object.keys(latest).join()) {
  throw new Error(`The patches known (${Object.keys(latest).join()}) are not those of the range ${range.join()}.`);
}
const [defaultMinor] = only(versions, /^DEFAULT_PYTHON_FULL_VERSION="\$\{LATEST_PYTHON_3_(\d+)\}"$/, "default version");
const [misspelt] = only(versions, /^MISSPELLED_PYTHON_VERSION_FILE_NAMES=\(\n([^)]*)\n\)$/, "misspelt names");

const [bucket] = only(runtime, /^S3_BASE_URL="([^"]+)"$/, "bucket of the runtimes");
const [archive] = only(runtime, /^\t*local python_url="\$\{S3_BASE_URL\}([^"]+)"$/, "URL of a runtime");
const runtimeArchive = `${bucket}${archive}`
  .replace("${python_full_version}", "{python}")
  .replace("${ubuntu_version}", "{ubuntu}")
  .replace("${arch}", "amd64");
if (runtimeArchive.includes("$")) throw new Error(`URL of a runtime: ${runtimeArchive} has an unknown part.`);

const [setuptools] = only(pip, /^SETUPTOOLS_VERSION='([^']+)'$/, "setuptools");
const [withSetuptools] = only(pip, /"\$\{python_major_version\}" == \+\(([\d.|]+)\)/, "setuptools' versions of Python");

const tools = {};
for (const tool of ["pip", "pipenv", "poetry", "uv"]) {
  [tools[tool]] = only(await read(`requirements/${tool}.txt`), new RegExp(`^${tool}==([\\w.]+)$`), tool);
}

const data = {
  release,
  python: {
    default: `3.${defaultMinor}`,
    deprecated: [...versions.matchAll(/"\$\{requested_major_version\}" == "(3\.\d+)"/g)].map(([, minor]) => minor),
    latest,
    misspelt: [...misspelt.matchAll(/^\s*"([^"]+)"$/gm)].map(([, name]) => name),
  },
  runtimeArchive,
  setuptools: { version: setuptools, pythons: withSetuptools.split("|") },
  tools,
};
await writeFile(target, await format(JSON.stringify(data, null, 2), { parser: "json", printWidth: 120 }));
console.log(`Buildpack ${release}: Python ${Object.values(latest).join(", ")}; ${JSON.stringify(tools)}`);
