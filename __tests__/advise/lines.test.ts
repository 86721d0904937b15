import { describe, expect, test } from "@jest/globals";
import { changedLines } from "../../src/advise/lines.js";
import type { PackageManagerName } from "../../src/model/resolution.js";

const change = (without: string[], added: string[]): { without: string[]; with: string[] } => ({
  without,
  with: added,
});
const at = (name: string, file: string, line: number) => ({ name, location: { file, line } });

describe.each<[PackageManagerName, string, string, string[]]>([
  ["pip", "requirements.txt", "xgboost==3.0.5", ["xgboost-cpu==3.0.5"]],
  [
    "pip",
    "requirements.txt",
    "  XGBoost [dask] >= 3 ; python_version > '3' # trees",
    ["  xgboost-cpu==3.0.5 ; python_version > '3' # trees"],
  ],
  ["uv", "pyproject.toml", '  "xgboost>=3",', ['  "xgboost-cpu==3.0.5",']],
  [
    "uv",
    "pyproject.toml",
    `dependencies = ["flask", 'xgboost[dask]>=3; sys_platform == \\'linux\\'', "six"]`.replaceAll("\\'", '"'),
    [`dependencies = ["flask", 'xgboost-cpu==3.0.5; sys_platform == "linux"', "six"]`],
  ],
  ["poetry", "pyproject.toml", 'xgboost = "^3.0"', ['xgboost-cpu = "3.0.5"']],
  ["pipenv", "Pipfile", 'xgboost = {version = "==3.0.5", extras = ["dask"]}', ['xgboost-cpu = "==3.0.5"']],
])("with %s, %s", (manager, file, before, after) => {
  test(`${before} becomes ${after.join()}`, () => {
    const found = changedLines(
      change(["xgboost"], ["xgboost-cpu==3.0.5"]),
      manager,
      [at("xgboost", file, 2)],
      new Map([[file, `first\n${before}\nlast\n`]]),
    );
    expect(found).toEqual([{ file, line: 2, before: [before], after }]);
  });
});

test("what goes with it leaves its own line; a name that only begins alike is another", () => {
  const texts = new Map([["requirements.txt", "nvidia-nccl-cu12==2.29.3\nxgboost==3.0.5\nxgboost-ray==1\n"]]);
  const direct = [at("nvidia-nccl-cu12", "requirements.txt", 1), at("xgboost", "requirements.txt", 2)];
  expect(changedLines(change(["xgboost", "nvidia-nccl-cu12"], ["xgboost-cpu==3.0.5"]), "pip", direct, texts)).toEqual([
    { file: "requirements.txt", line: 2, before: ["xgboost==3.0.5"], after: ["xgboost-cpu==3.0.5"] },
    { file: "requirements.txt", line: 1, before: ["nvidia-nccl-cu12==2.29.3"], after: [] },
  ]);
  expect(changedLines(change(["xgboost"], []), "pip", [at("xgboost", "requirements.txt", 3)], texts)).toBeNull();
});

test("hashes go with their requirement", () => {
  const texts = new Map([
    ["requirements.txt", "xgboost==3.0.5 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nsix==1\n"],
  ]);
  const found = changedLines(change(["xgboost"], []), "pip", [at("xgboost", "requirements.txt", 1)], texts);
  expect(found?.[0]?.before).toEqual(["xgboost==3.0.5 \\", "    --hash=sha256:aa \\", "    --hash=sha256:bb"]);
});

test("what stands on no known line has no lines to change", () => {
  const nowhere = [{ name: "xgboost", location: { file: "requirements.txt", line: null } }];
  expect(changedLines(change(["xgboost"], []), "pip", nowhere, new Map([["requirements.txt", "xgboost"]]))).toBeNull();
  expect(changedLines(change(["xgboost"], []), "pip", [], new Map())).toBeNull();
});
