import { describe, expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { MIB } from "../../src/model/bytes.js";
import { helpText } from "../../src/config/help.js";
import { fromActionInputs } from "../../src/config/fromActionInputs.js";
import { fromArgv } from "../../src/config/fromArgv.js";
import { fromFile } from "../../src/config/fromFile.js";
import { KEY_NAMES, KEYS, type Given, type KeyName } from "../../src/config/schema.js";
import { thrown } from "./thrown.js";

function givenOf(argv: readonly string[]): Given {
  const invocation = fromArgv(argv);
  if (!("given" in invocation)) throw new Error("not a command that takes settings");
  return invocation.given;
}

function inputs(texts: Readonly<Record<string, string>>): Given {
  return fromActionInputs((name) => texts[name] ?? "");
}

/** One value of every key, as an option, as TOML, and what it means. */
const SAMPLES: Readonly<Record<KeyName, readonly [option: string, toml: string, value: unknown]>> = {
  app: ["./apps/api/", "", ["apps/api"]],
  base: ["main", "", "main"],
  head: ["worktree", "", "worktree"],
  platform: ["heroku-26", `"heroku-26"`, "heroku-26"],
  python: ["3.13", `"3.13"`, "3.13"],
  cutoff: ["2026-11-22T15:03:00+01:00", "2026-11-22T15:03:00+01:00", "2026-11-22T14:03:00Z"],
  builds: ["never", `"never"`, "never"],
  "runtime-archive": ["./python.tar.zst", `"./python.tar.zst"`, "./python.tar.zst"],
  limit: ["600M", `"600M"`, 600 * MIB],
  "warn-at": ["300M,500M", `["300M", "500M"]`, [500 * MIB, 300 * MIB]],
  "max-increase": ["2.5%", `"2.5%"`, { percent: 2.5 }],
  "noise-floor": ["1048576", "1048576", MIB],
  allowance: ["20M", `"20M"`, 20 * MIB],
  "advice-time": ["90", "90", 90_000],
  cache: ["false", "", false],
  comment: ["failure", "", "failure"],
  "comment-key": ["web: 🐍", "", "web: 🐍"],
  suggest: ["true", "", true],
  "override-label": ["bigger is fine", "", "bigger is fine"],
  "history-branch": ["size/history_1.x", "", "size/history_1.x"],
  "github-token": ["ghs_x", "", "ghs_x"],
};

describe("one schema, three doors", () => {
  test.each(KEY_NAMES)("%s means the same through every door it has", (name) => {
    const [option, toml, value] = SAMPLES[name];
    const expected = { [name]: value };
    if (KEYS[name].doors.includes("action")) expect(inputs({ [name]: option })).toEqual(expected);
    if (KEYS[name].doors.includes("cli")) {
      const command = KEYS[name].commands.includes("compare") ? "compare" : "weigh";
      expect(givenOf([command, ...(name === "cache" ? ["--no-cache"] : [`--${name}`, option])])).toEqual(expected);
    }
    if (KEYS[name].doors.includes("file")) {
      const own = fromFile({ pyproject: null, slugdiff: `${name} = ${toml}\n` }, ".");
      const tool = fromFile({ pyproject: `[tool.slugdiff]\n${name} = ${toml}\n`, slugdiff: null }, ".");
      expect(own.given).toEqual(expected);
      expect(tool.given).toEqual(expected);
    }
  });

  test("an empty input is not given", () => {
    expect(inputs({ limit: "  ", app: "" })).toEqual({});
  });

  test("apps: a list or globs, each once, as they are written through either door", () => {
    const apps = ["apps/a", "services/*", "{web,api}/{a,{b,c}}", "."];
    expect(inputs({ app: "apps/a\n services/*/, {web,api}/{a,{b,c}}\n\n./apps/a,." })).toEqual({ app: apps });
    const options = ["--app", "apps/a,services/*", "--app={web,api}/{a,{b,c}}", "--app", "."];
    expect(givenOf(["compare", ...options])).toEqual({ app: apps });
  });

  test("what is done on GitHub with the answer can be said to the action alone", () => {
    for (const key of ["comment", "comment-key", "override-label", "github-token"] as const) {
      expect(thrown(() => fromArgv(["compare", `--${key}`, "x"])).message).toMatch(/no option/);
      expect(() => fromFile({ pyproject: null, slugdiff: `${key} = "x"` }, ".")).toThrow(/can't be set in/);
    }
    expect(() => inputs({ comment: "sometimes" })).toThrow(/can't be "sometimes"/);
    expect(() => inputs({ "comment-key": "x".repeat(101) })).toThrow(/too long/);
    expect(() => inputs({ "comment-key": "a\nb" })).toThrow(/line break/);
  });

  test("a rule is lifted by none", () => {
    expect(givenOf(["compare", "--max-increase=none", "--warn-at", "none"])).toEqual({
      "max-increase": null,
      "warn-at": [],
    });
    expect(fromFile({ pyproject: null, slugdiff: "warn-at = []" }, ".").given).toEqual({ "warn-at": [] });
  });
});

describe("the command line", () => {
  test("the commands of the contract", () => {
    const tree = { depth: 2, top: 10 };
    const run = { repo: ".", format: "text", output: null, cacheDir: null, tree };
    expect(fromArgv(["compare", "--base", "main", "--format=json"])).toEqual({
      command: "compare",
      given: { base: "main" },
      run: { ...run, format: "json" },
    });
    expect(fromArgv(["weigh"])).toEqual({ command: "weigh", revision: null, given: {}, run });
    expect(fromArgv(["weigh", "v1.2", "--repo", "../app", "--output", "r.txt"])).toEqual({
      command: "weigh",
      revision: "v1.2",
      given: {},
      run: { ...run, repo: "../app", output: "r.txt" },
    });
    expect(fromArgv(["--limit", "1G", "weigh", "--", "--odd-branch"])).toMatchObject({
      revision: "--odd-branch",
      given: { limit: 1024 * MIB },
    });
    expect(fromArgv(["why", "numpy", "--no-cache"])).toEqual({
      command: "why",
      name: "numpy",
      given: { cache: false },
      run,
    });
    expect(fromArgv(["history", "main", "--last", "5"])).toEqual({
      command: "history",
      revision: "main",
      last: 5,
      given: {},
      run,
    });
    expect(fromArgv(["history"])).toMatchObject({ revision: null, last: 20 });
    expect(fromArgv(["store", "clear", "--cache-dir", "/c"])).toEqual({
      command: "store",
      action: "clear",
      cacheDir: "/c",
    });
    expect(fromArgv(["--version"])).toEqual({ command: "version" });
    expect(fromArgv(["--help"])).toEqual({ command: "help", of: null });
    expect(fromArgv(["weigh", "--help"])).toEqual({ command: "help", of: "weigh" });
    expect(fromArgv(["weigh", "-h"])).toEqual({ command: "help", of: "weigh" });
    expect(fromArgv(["help", "weigh"])).toEqual({ command: "help", of: "weigh" });
    expect(fromArgv(["help"])).toEqual({ command: "help", of: null });
  });

  test.each<[string, string[], RegExp, RegExp]>([
    ["a misspelt option", ["compare", "--limt", "1G"], /no option --limt/, /--limit/],
    ["an option of nothing we know", ["compare", "--frobnicate"], /no option --frobnicate/, /--help/],
    ["a single dash", ["compare", "-limit", "1G"], /no option -l/, /--help/],
    ["help for nothing we know", ["help", "wiegh"], /no command "wiegh"/, /slugdiff weigh/],
    ["a misspelt command", ["comapre"], /no command "comapre"/, /slugdiff compare/],
    ["another spelling", ["what-if", "--quantize", "m.h5"], /no option --quantize/, /--quantise/],
    ["weights of nothing", ["what-if", "--with", "six", "--weights", "int8"], /there is none/, /--quantise MODEL/],
    ["weights of no type", ["what-if", "--quantise", "m.h5", "--weights", "int4"], /can't be "int4"/, /"int8"/],
    ["no command", [], /No command/, /compare, weigh, why, what-if, history, store/],
    ["a value left out at the end", ["compare", "--limit"], /--limit needs a value/, /--limit SIZE/],
    ["a value left out in the middle", ["compare", "--limit", "--base", "main"], /--limit needs a value/, /SIZE/],
    ["a value for a switch", ["compare", "--no-cache=yes"], /takes no value/, /--no-cache alone/],
    ["an empty value", ["compare", "--base="], /--base is empty/, /value/],
    ["no size", ["compare", "--limit", "big"], /--limit is not a size: "big"/, /20M/],
    ["NaN", ["compare", "--noise-floor=NaN"], /--noise-floor is not a size/, /20M/],
    ["a negative size", ["compare", "--allowance=-1M"], /--allowance is not a size/, /20M/],
    ["neither bytes nor percent", ["compare", "--max-increase", "5 %%"], /--max-increase is neither/, /5%/],
    ["a stack that is near one", ["compare", "--platform", "heroku24"], /--platform can't be/, /"heroku-24"/],
    ["a Python that is none", ["compare", "--python", "2.7"], /--python is not a Python version/, /3\.12/],
    ["a day that is none", ["compare", "--cutoff", "2026-02-30T00:00:00Z"], /--cutoff is not a moment/, /RFC 3339/],
    ["a moment without its offset", ["compare", "--cutoff", "2026-02-03T00:00:00"], /not a moment/, /RFC 3339/],
    ["apps to leave out", ["compare", "--app", "apps/*,!apps/x"], /can't exclude/, /Name the directories/],
    ["no app", ["compare", "--app", " , "], /--app is empty/, /value/],
    ["a glob outside", ["compare", "--app", "apps/../../*"], /outside the repository/, /relative/],
    ["a slug root outside", ["compare", "--app", "../other"], /outside the repository/, /relative/],
    ["a format that is none", ["compare", "--format", "markdwon"], /--format can't be "markdwon"/, /"markdown"/],
    ["no depth", ["weigh", "--depth", "0"], /--depth is no number from 1: "0"/, /"3"/],
    ["half a row", ["why", "six", "--top=2.5"], /--top is no number from 1: "2\.5"/, /"3"/],
    ["a tree that is no text", ["weigh", "--top", "3", "--format", "json"], /--top is about text.*json/, /Leave/],
    ["a tree of what has none", ["compare", "--depth", "3"], /compare has no option --depth/, /weigh, why/],
    [
      "an option of another command",
      ["weigh", "--max-increase", "5%"],
      /weigh has no option --max-increase/,
      /compare/,
    ],
    ["arguments of compare", ["compare", "main", "HEAD"], /compare takes no argument/, /--base and --head/],
    ["two revisions to weigh", ["weigh", "a", "b"], /Too many arguments: "b"/, /weigh \[REV\]/],
    ["no commits to tell of", ["history", "--last", "0"], /--last is no number from 1: "0"/, /whole number/],
    ["why nothing", ["why"], /not told which/, /why NAME/],
    ["store nothing", ["store"], /not told what/, /stats\|clear/],
    ["store something else", ["store", "claer"], /can't be "claer"/, /"clear"/],
  ])("refuses %s", (_, argv, message, hint) => {
    const error = thrown(() => fromArgv(argv));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(`${error.message}${error.hint}`).not.toContain("\n");
  });

  test("how much of a tree is shown", () => {
    const treeOf = (...argv: string[]): unknown => {
      const invocation = fromArgv(argv);
      return "run" in invocation ? invocation.run.tree : null;
    };
    expect(treeOf("weigh")).toEqual({ depth: 2, top: 10 });
    expect(treeOf("why", "six", "--depth", "4", "--top=500")).toEqual({ depth: 4, top: 500 });
    expect(helpText("weigh")).toMatch(/--depth N .*\n?.*\(default: 2\)/);
  });

  test("help names every option of a command, and fits a terminal", () => {
    for (const command of ["compare", "weigh", "why", "store"] as const) {
      const help = helpText(command);
      expect(help).toContain(`Usage: slugdiff ${command}`);
      for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
      for (const name of KEY_NAMES.filter((key) => key !== "cache")) {
        const takes = KEYS[name].commands.some((takesIt) => takesIt === command);
        expect(help.includes(`--${name} `)).toBe(takes);
      }
    }
  });
});

describe("the file", () => {
  test.each<[string, string, RegExp, RegExp]>([
    ["an unknown key", `lmit = "1G"`, /api\/slugdiff\.toml has an unknown key: "lmit"/, /"limit"/],
    ["a key of the options", `base = "main"`, /"base" can't be set in api\/slugdiff\.toml/, /option/],
    ["what is not TOML", `limit = 1G`, /api\/slugdiff\.toml is not TOML: line 1/, /line/],
    ["a list for one value", `limit = ["1G"]`, /"limit" in api\/slugdiff\.toml is a list/, /one value/],
    ["a table for a value", `limit = {a = 1}`, /"limit" in api\/slugdiff\.toml/, /limit = /],
    ["a bad size", `limit = "1T"`, /"limit" in api\/slugdiff\.toml is not a size: "1T"/, /20M/],
    ["a boolean for a size", `limit = true`, /is not a size: "true"/, /20M/],
    ["a section", `[tool.slugdiff]\nlimit = "1G"`, /unknown key: "tool"/, /./],
    ["a moment without its offset", `cutoff = 2026-11-22T14:03:00`, /is not a moment/, /RFC 3339/],
    ["a key that every object has", `constructor = 1`, /unknown key: "constructor"/, /./],
  ])("refuses %s, and says where", (_, slugdiff, message, hint) => {
    const error = thrown(() => fromFile({ pyproject: null, slugdiff }, "api"));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(`${error.message}${error.hint}`).not.toContain("\n");
  });

  test("two files that both speak are refused, two of which one is silent are not", () => {
    const slugdiff = `limit = "1G"`;
    const both = thrown(() => fromFile({ pyproject: "[tool.slugdiff]\n", slugdiff }, "api"));
    expect(both.message).toMatch(/api\/slugdiff\.toml and api\/pyproject\.toml/);
    expect(fromFile({ pyproject: `[project]\nname = "x"\n`, slugdiff }, "api").origin).toBe("api/slugdiff.toml");
    expect(fromFile({ pyproject: `[project]\nname = "x"\n`, slugdiff: null }, "api").origin).toBeNull();
  });
});
