import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

const SCRIPT = fileURLToPath(new URL("../../scripts/refresh-platforms.mjs", import.meta.url));

/** A buildpack of the future, as far as the script reads it. */
const FILES = {
  "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [v400] - 2028-01-01\n\n## [v399] - 2027-12-01\n",
  "lib/python_version.sh": `
LATEST_PYTHON_3_14="3.14.20"
LATEST_PYTHON_3_15="3.15.4"
OLDEST_SUPPORTED_PYTHON_3_MINOR_VERSION=14
NEWEST_SUPPORTED_PYTHON_3_MINOR_VERSION=15
DEFAULT_PYTHON_FULL_VERSION="\${LATEST_PYTHON_3_15}"
MISSPELLED_PYTHON_VERSION_FILE_NAMES=(
\t"python-version "
\t"'x'"
)
\tif [[ "\${requested_major_version}" == "3.14" ]]; then
`,
  "lib/python.sh": `
S3_BASE_URL="https://example.org"
\t\tlocal python_url="\${S3_BASE_URL}/python-\${python_full_version}-ubuntu-\${ubuntu_version}-\${arch}.tar.zst"
`,
  "lib/pip.sh": `
SETUPTOOLS_VERSION='70.3.0'
\tif [[ "\${python_major_version}" == +(3.10|3.11) ]]; then
`,
  "requirements/pip.txt": "pip==30.0\n",
  "requirements/pipenv.txt": "pipenv==2028.0.0\n",
  "requirements/poetry.txt": "poetry==3.0.0\n",
  "requirements/uv.txt": "uv==1.0.0\n",
};

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "slugdiff-buildpack-"));
});
afterEach(() => {
  rmSync(checkout, { recursive: true });
});

function refresh(files: Record<string, string>): { status: number | null; stderr: string; data: () => unknown } {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  }
  const output = join(checkout, "buildpack.json");
  const { status, stderr } = spawnSync("node", [SCRIPT, checkout, output], { encoding: "utf8" });
  return { status, stderr, data: () => JSON.parse(readFileSync(output, "utf8")) as unknown };
}

describe("refresh-platforms", () => {
  test("reads a new release of the buildpack", () => {
    expect(refresh(FILES).data()).toEqual({
      release: "v400",
      python: {
        default: "3.15",
        deprecated: ["3.14"],
        latest: { "3.14": "3.14.20", "3.15": "3.15.4" },
        misspelt: ["python-version ", "'x'"],
      },
      runtimeArchive: "https://example.org/python-{python}-ubuntu-{ubuntu}-amd64.tar.zst",
      setuptools: { version: "70.3.0", pythons: ["3.10", "3.11"] },
      tools: { pip: "30.0", pipenv: "2028.0.0", poetry: "3.0.0", uv: "1.0.0" },
    });
  });

  test.each([
    ["lib/pip.sh", "", /setuptools: 0 matches/],
    ["lib/python_version.sh", FILES["lib/python_version.sh"].replace("=14", "=13"), /not those of the range/],
    ["lib/python.sh", FILES["lib/python.sh"].replace("{arch}", "{flavour}"), /unknown part/],
    ["requirements/uv.txt", "uv>=1\n", /uv: 0 matches/],
  ])("writes nothing if %s has changed shape", (path, text, message) => {
    const { status, stderr, data } = refresh({ ...FILES, [path]: text });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
    expect(data).toThrow(/ENOENT/);
  });
});
