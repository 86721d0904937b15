import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { changedFiles } from "../../src/advise/lines/lines.js";
import { diffHunks } from "../../src/advise/lines/diff.js";
import { UNCLEAR } from "../../src/advise/lines/edited.js";
import { remedyFor } from "../../src/advise/remedy.js";
import { NO_CHANGE, type ManifestChange } from "../../src/model/advice.js";
import type { Remedy } from "../../src/model/report.js";
import type { PackageManagerName } from "../../src/model/resolution.js";
import { directOf } from "./manifest.js";

const FILES = { pip: "requirements.txt", uv: "pyproject.toml", poetry: "pyproject.toml", pipenv: "Pipfile" } as const;
const CPU = "https://download.pytorch.org/whl/cpu";
const XGBOOST: Partial<ManifestChange> = { without: ["xgboost"], with: ["xgboost-cpu==3.4.1"] };
const TORCH: Partial<ManifestChange> = { without: ["torch"], with: ["torch==2.9.0+cpu"], indexes: [CPU] };
const BROUGHT_TORCH: Partial<ManifestChange> = { with: ["torch==2.9.0+cpu"], indexes: [CPU] };

function remedy(manager: PackageManagerName, text: string, change: Partial<ManifestChange>): Remedy {
  const file = FILES[manager];
  return remedyFor({ ...NO_CHANGE, ...change }, manager, directOf(file, text), new Map([[file, text]]));
}

function diff(manager: PackageManagerName, text: string, change: Partial<ManifestChange>): readonly string[] {
  const [step] = remedy(manager, text, change).steps;
  if (step?.kind !== "diff") throw new Error(`no diff, but ${JSON.stringify(step)}`);
  return step.lines;
}

const project = (...dependencies: readonly string[]): string =>
  `[project]\nname = "app"\ndependencies = [\n${dependencies.map((each) => `  ${each}\n`).join("")}]\n`;
const legacy = (...rows: readonly string[]): string =>
  [
    "[tool.poetry.dependencies]",
    'python = "^3.12"',
    ...rows,
    "",
    "[tool.poetry.group.dev.dependencies]",
    'pytest = "*"',
    "",
  ].join("\n");
const pipfile = (...rows: readonly string[]): string =>
  [
    "[[source]]",
    'name = "pypi"',
    'url = "https://index.example/simple"',
    "",
    "[packages]",
    ...rows,
    "",
    "[dev-packages]",
    "",
  ].join("\n");

describe("a requirement in the place of another", () => {
  test.each<[PackageManagerName, string, readonly string[]]>([
    ["pip", "flask\nxgboost==3.4.1\n", ["-xgboost==3.4.1", "+xgboost-cpu==3.4.1"]],
    [
      "pip",
      "  XGBoost [dask] >= 3 ; python_version > '3' # trees\nsix\n",
      ["-  XGBoost [dask] >= 3 ; python_version > '3' # trees", "+  xgboost-cpu==3.4.1 ; python_version > '3' # trees"],
    ],
    ["pip", "xgboost>=3,\\\n  <4\nsix", ["-xgboost>=3,\\", "-  <4", "+xgboost-cpu==3.4.1"]],
    [
      "pip",
      "xgboost @ https://files.example/a;b/xgboost.whl#sha256=0 ; os_name == 'posix'\n",
      [
        "-xgboost @ https://files.example/a;b/xgboost.whl#sha256=0 ; os_name == 'posix'",
        "+xgboost-cpu==3.4.1 ; os_name == 'posix'",
      ],
    ],
    ["uv", project('"flask",', '"xgboost>=3",'), ['-  "xgboost>=3",', '+  "xgboost-cpu==3.4.1",']],
    ["uv", project('"xgboost==3.4.1" # trees'), ['-  "xgboost==3.4.1" # trees', '+  "xgboost-cpu==3.4.1" # trees']],
    [
      "uv",
      `[project]\ndependencies = ["flask", 'xgboost[dask]>=3; sys_platform == "linux"', "six"]\n`,
      [
        `-dependencies = ["flask", 'xgboost[dask]>=3; sys_platform == "linux"', "six"]`,
        `+dependencies = ["flask", 'xgboost-cpu==3.4.1; sys_platform == "linux"', "six"]`,
      ],
    ],
    ["poetry", project('"xgboost (>=3,<4)",'), ['-  "xgboost (>=3,<4)",', '+  "xgboost-cpu==3.4.1",']],
    ["poetry", legacy('xgboost = "^3.0" # trees'), ['-xgboost = "^3.0" # trees', '+xgboost-cpu = "3.4.1"  # trees']],
    [
      "poetry",
      legacy(`xgboost = { version = "^3", extras = ["dask"], markers = "os_name == 'posix'", source = "own" }`),
      [
        `-xgboost = { version = "^3", extras = ["dask"], markers = "os_name == 'posix'", source = "own" }`,
        `+xgboost-cpu = { version = "3.4.1", markers = "os_name == 'posix'", source = "own" }`,
      ],
    ],
    [
      "poetry",
      legacy("", "[tool.poetry.dependencies.xgboost]", 'version = "^3"', "optional = true"),
      [
        "-[tool.poetry.dependencies.xgboost]",
        '-version = "^3"',
        "+[tool.poetry.dependencies.xgboost-cpu]",
        '+version = "3.4.1"',
      ],
    ],
    ["pipenv", pipfile('"XGBoost" = "*"'), ['-"XGBoost" = "*"', '+xgboost-cpu = "==3.4.1"']],
    [
      "pipenv",
      pipfile(`xgboost = {version = ">=3", sys_platform = "== 'linux'"}`),
      [
        `-xgboost = {version = ">=3", sys_platform = "== 'linux'"}`,
        `+xgboost-cpu = { version = "==3.4.1", sys_platform = "== 'linux'" }`,
      ],
    ],
  ])("%s: %j", (manager, text, lines) => {
    expect(diff(manager, text, XGBOOST)).toEqual(lines);
  });
});

describe("what goes along leaves its own line", () => {
  const change = { without: ["xgboost", "nvidia-nccl-cu13"], with: ["xgboost-cpu==3.4.1"] };
  test.each<[PackageManagerName, string, readonly string[]]>([
    [
      "pip",
      "nvidia-nccl-cu13==2.29\n    # via xgboost\nsix\nxgboost==3.4.1\n    # via -r requirements.in\n",
      ["-nvidia-nccl-cu13==2.29", "-    # via xgboost", "-xgboost==3.4.1", "+xgboost-cpu==3.4.1"],
    ],
    [
      "uv",
      project('"nvidia_nccl.cu13==2.29",', '"xgboost==3.4.1"'),
      ['-  "nvidia_nccl.cu13==2.29",', '-  "xgboost==3.4.1"', '+  "xgboost-cpu==3.4.1"'],
    ],
    [
      "uv",
      '[project]\ndependencies = ["xgboost==3.4.1", "nvidia-nccl-cu13==2.29"]\n',
      ['-dependencies = ["xgboost==3.4.1", "nvidia-nccl-cu13==2.29"]', '+dependencies = ["xgboost-cpu==3.4.1"]'],
    ],
    [
      "poetry",
      legacy('nvidia-nccl-cu13 = "2.29"', 'xgboost = "3.4.1"'),
      ['-nvidia-nccl-cu13 = "2.29"', '-xgboost = "3.4.1"', '+xgboost-cpu = "3.4.1"'],
    ],
    [
      "pipenv",
      pipfile('xgboost = "==3.4.1"', 'nvidia-nccl-cu13 = "==2.29"'),
      ['-xgboost = "==3.4.1"', '-nvidia-nccl-cu13 = "==2.29"', '+xgboost-cpu = "==3.4.1"'],
    ],
  ])("%s: %j", (manager, text, lines) => {
    expect(diff(manager, text, change)).toEqual(lines);
  });

  test("the only one leaves an empty list", () => {
    const text = '[project]\ndependencies = ["xgboost"]\n';
    expect(diff("uv", text, { without: ["xgboost"] })).toEqual(['-dependencies = ["xgboost"]', "+dependencies = []"]);
  });
});

describe("an index that has only what comes from it", () => {
  const SOURCE = ["+[[tool.poetry.source]]", '+name = "pytorch-cpu"', `+url = "${CPU}"`, '+priority = "explicit"'];
  const INDEX = ["+[[tool.uv.index]]", '+name = "pytorch-cpu"', `+url = "${CPU}"`, "+explicit = true"];
  test.each<[string, PackageManagerName, string, Partial<ManifestChange>, readonly string[]]>([
    [
      "above what it is for",
      "pip",
      "# app\nflask\ntorch==2.9.0\n",
      TORCH,
      [" # app", `+--extra-index-url ${CPU}`, "-torch==2.9.0", "+torch==2.9.0+cpu"],
    ],
    ["once only", "pip", `--extra-index-url ${CPU}/\ntorch>=2\n`, TORCH, ["-torch>=2", "+torch==2.9.0+cpu"]],
    [
      "at the end, for what is not there",
      "pip",
      "embed\n",
      BROUGHT_TORCH,
      [`+--extra-index-url ${CPU}`, " embed", "+torch==2.9.0+cpu"],
    ],
    [
      "not before one that takes it back",
      "pip",
      "six\n-i https://index.example/simple\ntorch==2.9.0\n",
      TORCH,
      ["-torch==2.9.0", `+--extra-index-url ${CPU}`, "+torch==2.9.0+cpu"],
    ],
    [
      "in tables of its own",
      "uv",
      project('"torch>=2",'),
      TORCH,
      [
        ...['-  "torch>=2",', '+  "torch==2.9.0+cpu",', " ]", "+", "+[tool.uv.sources]"],
        ...['+torch = { index = "pytorch-cpu" }', "+", ...INDEX],
      ],
    ],
    [
      "in tables that are there",
      "uv",
      `${project('"embed"')}\n[tool.uv.sources]\nlocal = { path = "local" }\n\n[[tool.uv.index]]\nname = "cpu"\nurl = "${CPU}"\nexplicit = true\n`,
      BROUGHT_TORCH,
      [
        ...['-  "embed"', '+  "embed",', '+  "torch==2.9.0+cpu",'],
        ...[' local = { path = "local" }', '+torch = { index = "cpu" }'],
      ],
    ],
    [
      "in the place of another",
      "uv",
      `${project('"torch==2.9.0+cu128",')}\n[tool.uv.sources]\ntorch = { index = "cuda" }\n\n[[tool.uv.index]]\nname = "cuda"\nurl = "https://download.pytorch.org/whl/cu128"\nexplicit = true\n`,
      TORCH,
      [
        ...['-  "torch==2.9.0+cu128",', '+  "torch==2.9.0+cpu",'],
        ...['-torch = { index = "cuda" }', '+torch = { index = "pytorch-cpu" }', " explicit = true", "+", ...INDEX],
      ],
    ],
    [
      "which [project] can't say",
      "poetry",
      project('"torch==2.9.0",'),
      TORCH,
      [
        ...['-  "torch==2.9.0",', '+  "torch==2.9.0+cpu",', " ]", "+", "+[tool.poetry.dependencies]"],
        ...['+torch = { source = "pytorch-cpu" }', "+", ...SOURCE],
      ],
    ],
    [
      "named in the row",
      "poetry",
      legacy('embed = "*"'),
      BROUGHT_TORCH,
      [
        ...[' embed = "*"', '+torch = { version = "2.9.0+cpu", source = "pytorch-cpu" }'],
        ...[' pytest = "*"', "+", ...SOURCE],
      ],
    ],
    [
      "behind the first source",
      "pipenv",
      pipfile('torch = "==2.9.0"'),
      TORCH,
      [
        ...[' url = "https://index.example/simple"', "+", "+[[source]]", '+name = "pytorch-cpu"', `+url = "${CPU}"`],
        ...["+verify_ssl = true", '-torch = "==2.9.0"', '+torch = { version = "==2.9.0+cpu", index = "pytorch-cpu" }'],
      ],
    ],
  ])("%s (%s)", (_, manager, text, change, lines) => {
    expect(diff(manager, text, change)).toEqual(lines);
  });

  test("is not made the first source of a Pipfile without one", () => {
    expect(remedy("pipenv", '[packages]\ntorch = "*"\n', TORCH)).toMatchObject({ possible: false, steps: [] });
  });
});

describe("leaving out what something requires", () => {
  const change = { exclude: ["libclang"] };

  test.each([
    ["pip", "tensorflow-cpu\n"],
    ["poetry", project('"tensorflow-cpu",')],
    ["pipenv", pipfile('tensorflow-cpu = "*"')],
  ] as const)("is not possible with %s, which says why", (manager, text) => {
    const { possible, because, steps } = remedy(manager, text, change);
    expect({ possible, steps }).toEqual({ possible: false, steps: [] });
    expect(because?.toLowerCase()).toMatch(new RegExp(`^not possible with ${manager}, because `));
  });

  const app = project('"tensorflow-cpu",');
  test.each([
    ["in a table of its own", app, [" ]", "+", "+[tool.uv]", '+exclude-dependencies = ["libclang"]']],
    [
      "in the table that is there",
      `[tool.uv]\npackage = false\n\n${app}`,
      [" package = false", '+exclude-dependencies = ["libclang"]'],
    ],
    [
      "beside what is left out already",
      `[tool.uv]\nexclude-dependencies = ["six"] # old\n\n${app}`,
      ['-exclude-dependencies = ["six"] # old', '+exclude-dependencies = ["libclang", "six"] # old'],
    ],
    [
      "in a list over several lines",
      `[tool.uv]\nexclude-dependencies = [\n  "six",\n]\n\n${app}`,
      ["-exclude-dependencies = [", '+exclude-dependencies = ["libclang",'],
    ],
  ])("with uv, %s", (_, text, lines) => {
    expect(diff("uv", text, change)).toEqual(lines);
  });
});

describe("what there is to know besides", () => {
  test.each([
    ["uv", project('"xgboost==3.4.1",'), ["uv lock"]],
    ["poetry", legacy('xgboost = "3.4.1"'), ["poetry lock"]],
    ["pipenv", pipfile('xgboost = "==3.4.1"'), ["pipenv lock"]],
    ["pip", "xgboost==3.4.1\n", undefined],
  ] as const)("%s: the lock is brought up to date", (manager, text, lines) => {
    expect(remedy(manager, text, XGBOOST).steps[1]?.lines).toEqual(lines);
  });

  test("a range that becomes a pin", () => {
    expect(remedy("uv", project('"xgboost>=3",'), XGBOOST).steps[0]?.note).toMatch(/a range will do/);
    expect(remedy("uv", project('"xgboost==3.4.1",'), XGBOOST).steps[0]?.note).toBeNull();
  });

  test("a file with hashes, or one that a tool writes", () => {
    const hashed = "xgboost==3.4.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nsix==1 --hash=sha256:cc\n";
    expect(remedy("pip", hashed, XGBOOST).steps).toMatchObject([
      {
        lines: ["-xgboost==3.4.1 \\", "-    --hash=sha256:aa \\", "-    --hash=sha256:bb", "+xgboost-cpu==3.4.1"],
        note: expect.stringMatching(/hashes/) as unknown,
      },
    ]);
    const written = `# This file was made by\n#    uv pip compile --generate-hashes requirements.in\n${hashed}`;
    expect(remedy("pip", written, XGBOOST).steps[0]?.note).toContain(
      "`uv pip compile --generate-hashes requirements.in`",
    );
  });

  test("nested files change where the requirement stands", () => {
    const texts = new Map([
      ["requirements.txt", "-r base/all.txt\nflask\n"],
      ["base/all.txt", "six\nxgboost==3.4.1\n"],
    ]);
    const direct = [
      ...directOf("base/all.txt", texts.get("base/all.txt") ?? ""),
      ...directOf("requirements.txt", "\nflask"),
    ];
    const { steps } = remedyFor({ ...NO_CHANGE, ...XGBOOST }, "pip", direct, texts);
    expect(steps).toMatchObject([{ file: "base/all.txt", lines: ["-xgboost==3.4.1", "+xgboost-cpu==3.4.1"] }]);
  });

  test("line ends stay as they are", () => {
    const text = "six\r\nxgboost==3.4.1\r\nflask\r\n";
    const edited = changedFiles(
      { ...NO_CHANGE, ...XGBOOST },
      "pip",
      directOf("requirements.txt", text),
      new Map([["requirements.txt", text]]),
    );
    expect(edited).toMatchObject({ texts: new Map([["requirements.txt", "six\r\nxgboost-cpu==3.4.1\r\nflask\r\n"]]) });
    expect(diff("pip", text, XGBOOST)).toEqual(["-xgboost==3.4.1", "+xgboost-cpu==3.4.1"]);
  });
});

describe("where the lines can't be told, it is said in words", () => {
  const unclear = (manager: PackageManagerName, text: string, line: number | null, name = "xgboost"): void => {
    const file = FILES[manager];
    const direct = [{ name, location: { file, line } }];
    const edited = changedFiles({ ...NO_CHANGE, ...XGBOOST }, manager, direct, new Map([[file, text]]));
    expect(edited).toBe(UNCLEAR);
    const { steps } = remedyFor({ ...NO_CHANGE, ...XGBOOST }, manager, direct, new Map([[file, text]]));
    expect(steps).toMatchObject([
      { kind: "text", file: null, lines: ["without: xgboost", "with: xgboost-cpu==3.4.1"] },
    ]);
  };

  test("no line, another name on it, a name that only begins alike, no such requirement", () => {
    unclear("pip", "xgboost\n", null);
    unclear("pip", "six\n", 1);
    unclear("pip", "xgboost-ray==1\n", 1);
    unclear("pip", "", 9);
    unclear("uv", project('"xgboost-ray",'), 4);
    unclear("pip", "six\n", 1, "six");
  });

  test("values that go on over several lines, dotted keys", () => {
    unclear("poetry", legacy("xgboost = [", '  { version = "3", python = ">3.12" },', "]"), 3);
    unclear("poetry", legacy('xgboost.version = "3"'), 3);
  });

  test("a file that is not at hand", () => {
    const direct = [{ name: "xgboost", location: { file: "https://files.example/all.txt", line: 1 } }];
    expect(changedFiles({ ...NO_CHANGE, ...XGBOOST }, "pip", direct, new Map())).toBe(UNCLEAR);
  });
});

describe("a diff", () => {
  const anyText = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
  const take = (text: string, sign: string, lines: readonly string[]): string[] => {
    const rest = text.split("\n");
    for (const line of lines.filter((each) => each.startsWith(sign))) rest.splice(rest.indexOf(line.slice(1)), 1);
    return rest.sort();
  };

  test("has what goes and what comes, and leaves the same", () => {
    fc.assert(
      fc.property(anyText, anyText, (before, after) => {
        const lines = diffHunks(before, after).flatMap((hunk) => hunk.lines);
        expect(take(before, "-", lines)).toEqual(take(after, "+", lines));
        if (before === after) expect(lines).toEqual([]);
      }),
    );
  });
});
