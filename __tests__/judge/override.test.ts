import { describe, expect, test } from "@jest/globals";
import { withoutOverride, withOverride, type Approval } from "../../src/judge/override.js";
import { MIB } from "../../src/model/bytes.js";
import type { Report } from "../../src/model/report.js";
import { checkReport } from "../../src/report/check-report.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";

/** A change of +40 MiB that the rules refuse. */
function refused(): Report {
  const flask = makeLayer("flask", 100);
  const report = makeReport(makeSide([flask]), makeSide([flask, makeLayer("torch", 40)]));
  const finding = {
    rule: "max-increase",
    status: "fail",
    message: "Too much.",
    value: 40 * MIB,
    limit: 20 * MIB,
  } as const;
  return {
    ...report,
    config: { ...report.config, "noise-floor": "64K" },
    verdict: { status: "fail", findings: [...report.verdict.findings, finding] },
  };
}

const approval = (delta: number | null, more: Partial<Approval> = {}): Approval => ({
  label: "slug-size-approved",
  by: "octocat",
  mayWrite: true,
  sizes: { ".": { compressed: 140 * MIB, delta } },
  ...more,
});

describe("the override label", () => {
  test("without it, nothing changes", () => {
    const report = refused();
    expect(withOverride(report, null)).toBe(report);
  });

  test("lets through what was approved, as a warning that names who did", () => {
    const { verdict, override } = withOverride(refused(), approval(40 * MIB));
    expect(verdict.status).toBe("warn");
    expect(override).toMatchObject({ state: "in-force", by: "octocat", lifts: ["max-increase"] });
    expect(verdict.findings.at(-1)?.message).toContain("octocat");
  });

  test.each<[string, Approval | null]>([
    ["in force", approval(40 * MIB)],
    ["void", approval(1 * MIB)],
    ["refused", approval(40 * MIB, { mayWrite: false })],
    ["not there", null],
  ])("taken away again, when it was %s, leaves the report as it was measured", (_case, given) => {
    expect(withoutOverride(withOverride(refused(), given))).toEqual(refused());
  });

  test.each([
    ["the noise floor is still approved", 64 * 1024, "in-force", "warn"],
    ["a byte beyond it is not", 64 * 1024 + 1, "void", "fail"],
  ] as const)("growth since then: %s", (_case, growth, state, status) => {
    const report = withOverride(refused(), approval(40 * MIB - growth));
    expect(report.override?.state).toBe(state);
    expect(report.verdict.status).toBe(status);
  });

  test("what others merged meanwhile does not void it", () => {
    const sizes = { ".": { compressed: 1 * MIB, delta: 40 * MIB } };
    expect(withOverride(refused(), approval(null, { sizes })).override?.state).toBe("in-force");
  });

  test("where the delta was unknown, the slug's size counts", () => {
    const sizes = (compressed: number): Partial<Approval> => ({ sizes: { ".": { compressed, delta: null } } });
    expect(withOverride(refused(), approval(null, sizes(140 * MIB))).override?.state).toBe("in-force");
    expect(withOverride(refused(), approval(null, sizes(139 * MIB))).override?.state).toBe("void");
  });

  test.each([
    ["somebody who may not write", { mayWrite: false }, "refused"],
    ["somebody who is not known any more", { by: null }, "refused"],
    ["somebody before anything was weighed", { sizes: {} }, "void"],
    ["somebody who saw other apps only", { sizes: { web: { compressed: 1, delta: 1 } } }, "void"],
    [
      "somebody, for an app called as a method of objects",
      { sizes: Object.create({ ".": {} }) as Approval["sizes"] },
      "void",
    ],
  ] as const)("applied by %s approves nothing", (_case, more, state) => {
    const report = withOverride(refused(), approval(40 * MIB, more));
    expect(report.override?.state).toBe(state);
    expect(report.verdict.status).toBe("fail");
  });

  test("what could not be weighed can't be approved", () => {
    const report = refused();
    const finding = { rule: "weighed", status: "indeterminate", message: "No.", value: null, limit: null } as const;
    const unsure = {
      ...report,
      verdict: { status: "indeterminate" as const, findings: [finding, ...report.verdict.findings] },
    };
    expect(withOverride(unsure, approval(40 * MIB)).verdict.status).toBe("indeterminate");
  });

  test("where there is nothing to let through, nothing is said of it", () => {
    const green = { ...refused(), verdict: makeReport(makeSide([]), makeSide([])).verdict };
    expect(withOverride(green, approval(1, { mayWrite: false }))).toBe(green);
  });

  test("the report still adds up", () => {
    expect(() => {
      checkReport(withOverride(refused(), approval(40 * MIB)));
    }).not.toThrow();
  });
});
