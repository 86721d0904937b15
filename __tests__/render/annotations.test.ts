import { describe, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { annotationsOf } from "../../src/render/annotations.js";
import { makeLayer, makeReport, makeSide, verdict } from "./make-report.js";

const flask = makeLayer("flask", 1, { why: ["requirements.txt:1"] });
const xgboost = makeLayer("xgboost", 57.3, { why: ["requirements.txt:14"] });
const nccl = makeLayer("nvidia-nccl-cu13", 240.1, { why: ["requirements.txt:14", "xgboost"], direct: false });

const base = makeSide([flask]);
const head = makeSide([flask, xgboost, nccl]);
const grown = (overrides: Partial<Report> = {}): Report => makeReport(base, head, overrides);

describe("remarks on manifest lines", () => {
  test("a line is blamed for all that it brings along", () => {
    expect(annotationsOf(grown())).toEqual([
      {
        path: "requirements.txt",
        line: 14,
        level: "notice",
        title: "Slug +297.4 MiB",
        message: "This line adds 297.4 MiB to the compressed slug: nvidia-nccl-cu13 +240.1 MiB, xgboost +57.3 MiB.",
      },
    ]);
  });

  test("the verdict is their level", () => {
    expect(annotationsOf(grown({ verdict: verdict("limit", "fail", head, 200) }))[0]?.level).toBe("failure");
    expect(annotationsOf(grown({ verdict: verdict("warn-at", "warn", head, 200) }))[0]?.level).toBe("warning");
  });

  test("in an app below the top, paths are the repository's", () => {
    expect(annotationsOf(grown({ app: "services/web" }))[0]?.path).toBe("services/web/requirements.txt");
  });

  test("what shrinks, what stays within the noise floor and what no line asks for is not remarked on", () => {
    const stray = makeLayer("stray", 5, { why: [] });
    const locked = makeLayer("locked", 5, { why: ["uv.lock"] });
    const quiet = makeReport(
      base,
      makeSide([flask, stray, locked, makeLayer("tiny", 0.01, { why: ["requirements.txt:3"] })]),
    );
    expect(annotationsOf({ ...quiet, config: { ...quiet.config, "noise-floor": "64K" } })).toEqual([]);
    expect(annotationsOf(makeReport(head, base))).toEqual([]);
  });

  test("at most ten, the most costly ones", () => {
    const many = Array.from({ length: 30 }, (_, at) =>
      makeLayer(`lib${String(at)}`, at + 1, { why: [`requirements.txt:${String(at + 2)}`] }),
    );
    const lines = annotationsOf(makeReport(base, makeSide([flask, ...many]))).map(({ line }) => line);
    expect(lines).toEqual([31, 30, 29, 28, 27, 26, 25, 24, 23, 22]);
  });

  test("a name can't change what is read", () => {
    const hostile = makeLayer("a\u202eb\n::error::x", 9, { why: ["requirements.txt:2"] });
    const [remark] = annotationsOf(makeReport(base, makeSide([flask, hostile])));
    expect(remark?.message).toContain("a{U+202E}b ::error::x");
    expect(remark?.message).not.toContain("\n");
  });
});
