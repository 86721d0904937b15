import { describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { REPORT_SCHEMA } from "../../src/model/report.js";
import { renderJson } from "../../src/render/json.js";
import { columnsOf, type TextOptions } from "../../src/render/layout.js";
import { renderText } from "../../src/render/text.js";
import { renderWhy, whyIn } from "../../src/render/why.js";
import { UserError } from "../../src/errors.js";
import { makeLayer, makeProblem, makeReport, makeSide, mebibytes, verdict } from "./make-report.js";

const PLAIN = { width: 80, color: false };
const nccl = makeLayer("nvidia-nccl-cu13", 240.1, {
  version: "2.28.9",
  direct: false,
  requiredBy: ["xgboost"],
  why: ["requirements.txt:14", "xgboost"],
});
const xgboost = makeLayer("xgboost", 57.3, {
  version: "3.4.1",
  why: ["requirements.txt:14"],
  retained: mebibytes(297.4),
});
const base = makeSide([makeLayer("flask", 1.2, { version: "3.1.0" })]);
const head = makeSide([makeLayer("flask", 1.3, { version: "3.1.1" }), xgboost, nccl]);

describe("the report on a terminal", () => {
  test("aligned, from the verdict to what is heavy", () => {
    expect(renderText(makeReport(base, head), PLAIN)).toBe(`PASS
Slug +297.5 MiB: 298.7 MiB, 701.3 MiB left

                 base 3f2c1ab                    head      limit   headroom
compressed slug       1.2 MiB  298.7 MiB (+297.5 MiB)  1,000 MiB  701.3 MiB
on disk               3.6 MiB  896.1 MiB (+892.5 MiB)

What changed
                    version        compressed  why
+ nvidia-nccl-cu13  2.28.9         +240.1 MiB  requirements.txt:14 → xgboost
+ xgboost           3.4.1           +57.3 MiB  requirements.txt:14
↑ flask             3.1.0 → 3.1.1    +0.1 MiB  requirements.txt:1

Largest in the slug
                         compressed    on disk   retained  required by
nvidia-nccl-cu13 2.28.9   240.1 MiB  720.3 MiB  240.1 MiB  xgboost
xgboost 3.4.1              57.3 MiB  171.9 MiB  297.4 MiB  requirements.txt:14
flask 3.1.1                 1.3 MiB    3.9 MiB    1.3 MiB  requirements.txt:1
`);
  });

  test("a failed install: what to do, and what the tool said, harmless", () => {
    const text = renderText(
      makeReport(base, makeProblem({ details: ["\u001b[31merror\u001b[0m: no space left"] })),
      PLAIN,
    );
    expect(text).toContain("INDETERMINATE\nSlug: the head could not be weighed, as installing it failed\n");
    expect(text).toContain("Pin a version that has one.\n  | {U+001B}[31merror{U+001B}[0m: no space left\n");
    expect(text).not.toContain("\u001b");
  });

  test("nothing is said twice, and everything is said once", () => {
    const over = verdict("limit", "fail", head, 100);
    const text = renderText(
      makeReport(base, head, {
        verdict: { ...over, findings: [...over.findings, ...verdict("warn-at", "warn", head, 200).findings.slice(1)] },
        notWeighed: [{ what: "collectstatic", why: "only the build runs it" }],
        configChanges: ["slugdiff.toml changes limit."],
        notes: ["runtime.txt is deprecated."],
      }),
      PLAIN,
    );
    for (const sentence of [
      "The warn-at finding.",
      "collectstatic",
      "slugdiff.toml changes limit.",
      "runtime.txt is",
    ]) {
      expect(text.split(sentence)).toHaveLength(2);
    }
    expect(text).not.toContain("The limit finding.");
  });

  test("fits a narrow terminal, whatever the names", () => {
    const wide = makeSide([
      makeLayer(`name-${"x".repeat(100)}`, 12, { why: [`${"deep/".repeat(30)}requirements.txt:1`] }),
      makeLayer("日本語".repeat(20), 3),
    ]);
    const text = renderText(makeReport(base, wide), { width: 70, color: false });
    const tables = text.slice(text.indexOf("What changed"));
    for (const line of tables.split("\n")) expect(columnsOf(line)).toBeLessThanOrEqual(70);
  });

  test("colour only where it is asked for, and it changes no word", () => {
    const report = makeReport(base, head);
    const colored = renderText(report, { width: 80, color: true });
    expect(colored).toContain("\u001b[32mPASS\u001b[0m");
    // eslint-disable-next-line no-control-regex -- it is what the test is about
    expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(renderText(report, PLAIN));
  });
});

describe("why is it there", () => {
  const catboost = makeLayer("catboost", 97, { requiredBy: [], why: ["requirements.txt:3"] });
  const numpy = makeLayer("numpy", 11.84, {
    direct: false,
    requiredBy: ["catboost", "xgboost"],
    why: ["requirements.txt:3", "catboost"],
  });
  const report = makeReport(base, makeSide([catboost, numpy, xgboost, nccl]));

  const why = (name: string, options: TextOptions = PLAIN): string =>
    renderWhy(report, name, { depth: 2, top: 10 }, options);

  test("the way to it, and that it leaves alone", () => {
    expect(why("NVIDIA_nccl.cu13")).toBe(`nvidia-nccl-cu13 2.28.9: 240.1 MiB compressed, 720.3 MiB on disk
Nothing else would leave the slug with it.

Why it is there
xgboost 3.4.1               requirements.txt:14
\`- nvidia-nccl-cu13 2.28.9
`);
  });

  test("every way to it", () => {
    expect(why("numpy", { ...PLAIN, drawing: true })).toContain(`Why it is there
catboost 1.0   requirements.txt:3
└─ numpy 1.0
xgboost 3.4.1  requirements.txt:14
└─ numpy 1.0
`);
    expect(renderWhy(report, "numpy", { depth: 1, top: 1 }, PLAIN)).toContain(`requirements.txt:3
\`- numpy 1.0
1 more way
`);
    expect(whyIn(report, "numpy").paths).toEqual([
      ["catboost", "numpy"],
      ["xgboost", "numpy"],
    ]);
    expect(whyIn(report, "numpy").brings).toEqual([]);
  });

  test("what leaves with it", () => {
    expect(why("xgboost")).toContain(`xgboost 3.4.1: 57.3 MiB compressed, 171.9 MiB on disk
297.4 MiB would leave the slug with it.

Why it is there
xgboost 3.4.1  requirements.txt:14

Leaves with it
                            compressed                share    on disk
xgboost 3.4.1                297.4 MiB  ##########  100.0 %  892.2 MiB
|- nvidia-nccl-cu13 2.28.9   240.1 MiB  ########     80.7 %  720.3 MiB
\`- itself                     57.3 MiB  ##           19.3 %  171.9 MiB
`);
  });

  test("what the buildpack brings", () => {
    const pip = makeLayer("pip", 3.6, { kind: "tool", direct: false, why: [] });
    expect(renderWhy(makeReport(base, makeSide([pip])), "pip", { depth: 2, top: 10 }, PLAIN)).toContain(
      "Why it is there\nAsked for by: the buildpack\n",
    );
  });

  test("what leaves with it is its retained weight", () => {
    const { weight, retained, brings } = whyIn(report, "xgboost");
    const sum = weight.compressed + brings.reduce((total, { compressed }) => total + compressed, 0);
    expect(Math.abs(sum - retained.compressed)).toBeLessThan(MIB / 1000);
  });

  test("a dense graph of requirements, with a circle, has an answer", () => {
    const names = Array.from({ length: 40 }, (_, at) => `d${String(at)}`);
    const dense = names.map((name, at) =>
      makeLayer(name, 1, { direct: at === 0, requiredBy: names.filter((other) => other !== name) }),
    );
    expect(whyIn(makeReport(base, makeSide(dense)), "d39").paths.length).toBeGreaterThan(5);
  });

  test("what is not in the slug is refused, with what is near", () => {
    expect(() => whyIn(report, "nccl")).toThrow(UserError);
    expect(() => whyIn(report, "nccl")).toThrow(expect.objectContaining({ hint: "There is: nvidia-nccl-cu13." }));
  });
});

test("JSON: the same keys in the same order, whatever order the report was made in", () => {
  const report = makeReport(base, head);
  const shuffled = REPORT_SCHEMA.parse(Object.fromEntries(Object.entries(report).reverse()));
  expect(renderJson(shuffled)).toBe(renderJson(report));
  expect(renderJson(report)).toMatch(/^{\n {2}"schemaVersion": 1,\n/);
  expect(renderJson(report).endsWith("}\n")).toBe(true);
  expect(JSON.parse(renderJson(report))).toEqual(report);
});
