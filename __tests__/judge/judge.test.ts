import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareSides } from "../../src/compare/compare.js";
import { judge, requireOneSide } from "../../src/judge/judge.js";
import { KIB, MIB } from "../../src/model/bytes.js";
import type { Budget } from "../../src/model/options.js";
import type { Side } from "../../src/model/slug.js";
import { STATUSES, type Finding, type Occasion, type RuleName, type Status } from "../../src/model/verdict.js";
import { absentSide, brokenSide, file, part, slug, slugOf, weighedSide } from "../slugs.js";

const BUDGET: Budget = {
  limit: 1000 * MIB,
  warnAt: [500 * MIB, 300 * MIB],
  maxIncrease: null,
  noiseFloor: 64 * KIB,
  allowance: 0,
};

function verdict(base: Side, head: Side, budget: Partial<Budget> = {}, occasion: Occasion = "comparison") {
  return judge(base, head, compareSides(base, head), { ...BUDGET, ...budget }, occasion);
}

/** Status by rule. */
function statuses(...of: Parameters<typeof verdict>): Partial<Record<RuleName, Status>> {
  return Object.fromEntries(verdict(...of).findings.map(({ rule, status }) => [rule, status]));
}

function finding(rule: RuleName, ...of: Parameters<typeof verdict>): Finding | undefined {
  return verdict(...of).findings.find((each) => each.rule === rule);
}

/** A side of so many bytes, the base's runtime and the head's being different layers if they are not the same size. */
const side = (bytes: number, error = 0): Side => weighedSide(slugOf(bytes, error));

/** A side whose runtime is known to within `error` and is the same everywhere; `bytes` in all. */
const sameRuntime = (bytes: number, error: number): Side =>
  weighedSide(
    slug([
      part("runtime", "python", [file("python", 100 * MIB)], { error }),
      part("app", "app", [file("app", bytes - 100 * MIB)]),
    ]),
  );

describe("sides and verdicts", () => {
  const small = side(200 * MIB);
  const absent = absentSide("main");
  const huge = side(1001 * MIB);

  const rows: [string, Side, Side, Status, Partial<Record<RuleName, Status>>][] = [
    [
      "weighed | weighed: all rules",
      small,
      small,
      "pass",
      { weighed: "pass", base: "pass", limit: "pass", "warn-at": "pass", "max-increase": "pass" },
    ],
    [
      "weighed | absent: absolute rules",
      absent,
      small,
      "pass",
      { weighed: "pass", base: "pass", limit: "pass", "warn-at": "pass" },
    ],
    [
      "weighed | absent, over the limit",
      absent,
      huge,
      "fail",
      { weighed: "pass", base: "pass", limit: "fail", "warn-at": "warn" },
    ],
    [
      "weighed | invalid: a warning, absolute rules",
      brokenSide("invalid"),
      small,
      "warn",
      { weighed: "pass", base: "warn", limit: "pass", "warn-at": "pass" },
    ],
    [
      "weighed | unweighable: likewise",
      brokenSide("unweighable"),
      small,
      "warn",
      { weighed: "pass", base: "warn", limit: "pass", "warn-at": "pass" },
    ],
    [
      "weighed | unweighable, over the limit",
      brokenSide("unweighable"),
      huge,
      "fail",
      { weighed: "pass", base: "warn", limit: "fail", "warn-at": "warn" },
    ],
    ["absent | weighed: pass", small, absent, "pass", { weighed: "pass", base: "pass" }],
    ["absent | weighed over the limit: pass", huge, absent, "pass", { weighed: "pass", base: "pass" }],
    ["absent | invalid: a warning", brokenSide("invalid"), absent, "warn", { weighed: "pass", base: "warn" }],
    ["invalid | weighed", small, brokenSide("invalid"), "indeterminate", { weighed: "indeterminate" }],
    ["unweighable | weighed", small, brokenSide("unweighable"), "indeterminate", { weighed: "indeterminate" }],
    ["invalid | absent", absent, brokenSide("invalid"), "indeterminate", { weighed: "indeterminate", base: "pass" }],
    [
      "unweighable | invalid",
      brokenSide("invalid"),
      brokenSide("unweighable"),
      "indeterminate",
      { weighed: "indeterminate", base: "warn" },
    ],
  ];

  test.each(rows)("%s", (_row, base, head, status, findings) => {
    const budget = { maxIncrease: { bytes: MIB } };
    expect(verdict(base, head, budget).status).toBe(status);
    expect(statuses(base, head, budget)).toEqual(findings);
  });

  test("absent | absent is a mistake", () => {
    expect(() => {
      requireOneSide("ap", absentSide("main"), absentSide("HEAD"));
    }).toThrow('There is no Python app in "ap" at HEAD or main.');
    expect(() => {
      requireOneSide("ap", absentSide("HEAD"), absentSide("HEAD"));
    }).toThrow('There is no Python app in "ap" at HEAD.');
    requireOneSide("ap", absentSide("main"), small);
    requireOneSide("ap", brokenSide(), absentSide("HEAD"));
  });

  test("of a base that was not asked for, nothing is said", () => {
    expect(statuses(absentSide(null), small, {}, "push")).toEqual({
      weighed: "pass",
      limit: "pass",
      "warn-at": "pass",
    });
  });
});

describe("limit", () => {
  const L = BUDGET.limit;
  const floor = BUDGET.noiseFloor;

  test.each<[string, Side, Side, Status]>([
    ["exactly at the limit", side(L - MIB), side(L), "pass"],
    ["one byte over, grown", side(L - MIB), side(L + 1), "fail"],
    ["over, grown by the noise floor exactly", side(L + 1), side(L + 1 + floor), "warn"],
    ["over, grown by a byte more than that", side(L + 1), side(L + 2 + floor), "fail"],
    ["over, shrunk", side(L + 2 * MIB), side(L + MIB), "warn"],
    ["over, unchanged", side(L + MIB), side(L + MIB), "warn"],
    ["the band ends at the limit", side(L - MIB), sameRuntime(L - 10, 10), "pass"],
    ["the band reaches over the limit", side(L - MIB), sameRuntime(L - 10, 11), "indeterminate"],
    ["the band reaches down to the limit", sameRuntime(L - MIB, 10), sameRuntime(L + 10, 10), "indeterminate"],
    ["the band is just over the limit", sameRuntime(L - MIB, 10), sameRuntime(L + 11, 10), "fail"],
    ["may be over, but not by this change", sameRuntime(L, 10), sameRuntime(L, 10), "warn"],
    [
      "over, and the growth is within the band of two runtimes",
      side(L + MIB, floor),
      side(L + MIB + 1, floor),
      "indeterminate",
    ],
    ["over, and the growth is clear of that band", side(L - 9 * MIB, floor), side(L + MIB, floor), "fail"],
    ["over, and clearly shrunk", side(L + 9 * MIB, floor), side(L + MIB, floor), "warn"],
  ])("%s", (_case, base, head, status) => {
    expect(finding("limit", base, head)?.status).toBe(status);
  });

  test.each<[string, Side, Status]>([
    ["exactly at the limit", side(L), "pass"],
    ["over", side(L + 1), "fail"],
    ["may be over", side(L, 1), "indeterminate"],
  ])("on a push it always applies: %s", (_case, head, status) => {
    expect(finding("limit", head, head, {}, "push")?.status).toBe(status);
    expect(finding("limit", absentSide(null), head, {}, "push")?.status).toBe(status);
  });

  test("the allowance counts", () => {
    const found = finding("limit", side(900 * MIB), side(990 * MIB), { allowance: 11 * MIB });
    expect(found).toEqual({
      rule: "limit",
      status: "fail",
      message:
        "The slug with its allowance of 11 MiB is 1.0 MiB over the limit of 1,000 MiB; this change adds 90.0 MiB.",
      value: 1001 * MIB,
      limit: L,
    });
    expect(finding("limit", side(900 * MIB), side(989 * MIB), { allowance: 11 * MIB })?.status).toBe("pass");
  });

  test.each<[string, Side, Side, Occasion, string]>([
    [
      "headroom",
      side(700 * MIB),
      side(748 * MIB),
      "comparison",
      "The slug leaves 252.0 MiB under the limit of 1,000 MiB.",
    ],
    [
      "a byte is not rounded away",
      side(L - MIB),
      side(L + 1),
      "comparison",
      "The slug is 1 B over the limit of 1,000 MiB; this change adds 1.0 MiB.",
    ],
    [
      "inherited",
      side(L + MIB),
      side(L + MIB + KIB),
      "comparison",
      "The slug is 1.0 MiB over the limit of 1,000 MiB, inherited: this change adds no more than 64 KiB.",
    ],
    [
      "inherited and smaller",
      side(L + 2 * MIB),
      side(L + MIB),
      "comparison",
      "The slug is 1.0 MiB over the limit of 1,000 MiB, inherited: this change removes 1.0 MiB.",
    ],
    [
      "unknown cause",
      brokenSide(),
      side(L + MIB),
      "comparison",
      "The slug is 1.0 MiB over the limit of 1,000 MiB, and nothing shows that this change is not the cause.",
    ],
    ["push", side(L), side(L + MIB), "push", "The slug is 1.0 MiB over the limit of 1,000 MiB."],
    [
      "uncertain",
      sameRuntime(L - MIB, MIB),
      sameRuntime(L, MIB),
      "comparison",
      "The slug may be over the limit of 1,000 MiB: it weighs 1,000.0 MiB, give or take 1.0 MiB.",
    ],
  ])("says it in one sentence: %s", (_case, base, head, occasion, message) => {
    expect(finding("limit", base, head, {}, occasion)?.message).toBe(message);
  });
});

describe("warn-at", () => {
  const low = 300 * MIB;
  const high = 500 * MIB;

  test.each<[string, Side, Side, Status, number]>([
    ["below", side(low - 9), side(low), "pass", low],
    ["crosses the lower level", side(low), side(low + 1), "warn", low],
    ["was over the lower level before", side(low + 1), side(low + 9 * MIB), "pass", low],
    ["crosses the higher level", side(low + 1), side(high + 1), "warn", high],
    ["crosses both: the higher speaks", side(1), side(high + 1), "warn", high],
    ["falls back below the higher level", side(high + 1), side(high), "pass", low],
    ["an app that is new crosses what it is over", absentSide("main"), side(low + 1), "warn", low],
    ["an unknown base does not hide the level", brokenSide(), side(low + 1), "warn", low],
    ["an estimate that hovers around a level is silent", sameRuntime(low, MIB), sameRuntime(low, MIB), "pass", low],
  ])("%s", (_case, base, head, status, limit) => {
    expect(finding("warn-at", base, head)).toMatchObject({ status, limit });
  });

  test("on a push it speaks whenever the slug is over", () => {
    expect(finding("warn-at", side(low + 1), side(low + 1), {}, "push")?.status).toBe("warn");
    expect(finding("warn-at", side(low), side(low), {}, "push")?.status).toBe("pass");
  });

  test("the allowance counts on both sides", () => {
    const allowance = 10 * MIB;
    expect(finding("warn-at", side(low - 11 * MIB), side(low - 9 * MIB), { allowance })?.status).toBe("warn");
    expect(finding("warn-at", side(low - 9 * MIB), side(low - 8 * MIB), { allowance })?.status).toBe("pass");
  });

  test("without levels there is nothing to say", () => {
    expect(finding("warn-at", side(1), side(high), { warnAt: [] })).toBeUndefined();
  });
});

describe("max-increase", () => {
  const from = side(400 * MIB);
  const bytes = { maxIncrease: { bytes: 20 * MIB } };
  const percent = { maxIncrease: { percent: 5 } };

  test.each<[string, Partial<Budget>, Side, Side, Status]>([
    ["exactly as much", bytes, from, side(420 * MIB), "pass"],
    ["one byte more", bytes, from, side(420 * MIB + 1), "fail"],
    ["exactly as many percent", percent, from, side(420 * MIB), "pass"],
    ["a byte more than that", percent, from, side(420 * MIB + 1), "fail"],
    ["shrinking", bytes, from, side(MIB), "pass"],
    [
      "nothing allowed, growth of the noise floor",
      { maxIncrease: { bytes: 0 } },
      from,
      side(400 * MIB + 64 * KIB),
      "pass",
    ],
    ["nothing allowed, a byte more", { maxIncrease: { bytes: 0 } }, from, side(400 * MIB + 64 * KIB + 1), "fail"],
    ["percent of an empty base", percent, side(0), side(MIB), "fail"],
    ["percent of an empty base, within the noise floor", percent, side(0), side(KIB), "pass"],
    ["the band is not clear", bytes, side(400 * MIB, 2), side(420 * MIB - 3, 2), "indeterminate"],
    ["the band ends at what is allowed", bytes, side(400 * MIB, 2), side(420 * MIB - 4, 2), "pass"],
    [
      "the band of an unchanged runtime does not matter",
      bytes,
      sameRuntime(400 * MIB, MIB),
      sameRuntime(420 * MIB, MIB),
      "pass",
    ],
  ])("%s", (_case, budget, base, head, status) => {
    const found = finding("max-increase", base, head, budget);
    expect(found?.status).toBe(status);
    expect(Number.isSafeInteger(found?.limit) && Number.isSafeInteger(found?.value)).toBe(true);
  });

  test("needs a base, and a change", () => {
    expect(finding("max-increase", absentSide("main"), from, bytes)).toBeUndefined();
    expect(finding("max-increase", brokenSide(), from, bytes)).toBeUndefined();
    expect(finding("base", brokenSide(), from, bytes)?.message).toBe(
      "The base could not be weighed, so the delta is unknown and max-increase is not judged: Two manifests.",
    );
    expect(finding("max-increase", side(1), from, bytes, "push")).toBeUndefined();
  });

  test("the allowance is nobody's increase", () => {
    expect(finding("max-increase", from, side(420 * MIB), { ...bytes, allowance: 50 * MIB })?.status).toBe("pass");
  });

  test("says by how much", () => {
    expect(finding("max-increase", from, side(430 * MIB), bytes)?.message).toBe(
      "This change adds 30.0 MiB, 10.0 MiB more than the 20 MiB that a change may add.",
    );
  });
});

test("in the merge queue only the absolute rules hold", () => {
  const [before, after] = [side(200 * MIB), side(260 * MIB)];
  const strict = { maxIncrease: { bytes: MIB }, limit: 250 * MIB };
  expect(statuses(before, after, strict, "comparison")).toMatchObject({ "max-increase": "fail", limit: "fail" });
  expect(statuses(before, after, strict, "queue")).toEqual({
    weighed: "pass",
    base: "pass",
    limit: "fail",
    "warn-at": "pass",
  });
  expect(statuses(after, after, strict, "queue").limit).toBe("warn"); // Inherited.
  expect(statuses(after, after, strict, "push").limit).toBe("fail");
});

describe("laws", () => {
  const size = fc.integer({ min: 0, max: 4000 });
  const error = fc.constantFrom(0, 0, 1, 64, 500);
  const anySide = fc.oneof(
    fc.tuple(size, error).map(([bytes, band]) => side(bytes, band)),
    fc.constantFrom(absentSide("x"), absentSide(null), brokenSide("invalid"), brokenSide("unweighable")),
  );
  const anyBudget = fc.record<Budget>({
    limit: size,
    warnAt: fc.array(size, { maxLength: 3 }),
    maxIncrease: fc.option(fc.oneof(fc.record({ bytes: size }), fc.record({ percent: fc.nat(200) }))),
    noiseFloor: fc.constantFrom(0, 64),
    allowance: fc.constantFrom(0, 100),
  });
  const occasion = fc.constantFrom<Occasion>("comparison", "queue", "push");

  test("the worst finding decides, each rule speaks once, and every number is a whole one", () => {
    fc.assert(
      fc.property(anySide, anySide, anyBudget, occasion, (base, head, budget, on) => {
        const { status, findings } = judge(base, head, compareSides(base, head), budget, on);
        expect(STATUSES.indexOf(status)).toBe(Math.max(...findings.map((each) => STATUSES.indexOf(each.status))));
        expect(new Set(findings.map(({ rule }) => rule)).size).toBe(findings.length);
        for (const { value, limit, message } of findings) {
          expect([value, limit].every((number) => number === null || Number.isSafeInteger(number))).toBe(true);
          expect(message).toMatch(/^[A-Z][^\n]*[^.]\.$/);
          expect(message).not.toMatch(/NaN|undefined|null/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("nothing unmeasured passes: without a head there is no verdict, without a base there is a warning at least", () => {
    fc.assert(
      fc.property(anySide, anySide, anyBudget, occasion, (base, head, budget, on) => {
        const { status } = judge(base, head, compareSides(base, head), budget, on);
        const broken = (of: Side): boolean => of.state === "invalid" || of.state === "unweighable";
        if (broken(head)) expect(status).toBe("indeterminate");
        else if (broken(base)) expect(status).not.toBe("pass");
      }),
    );
  });

  test("what is inside its band can be anything, and the verdict on it holds for all of it", () => {
    fc.assert(
      fc.property(size, error, fc.integer({ min: -500, max: 500 }), size, (bytes, band, off, limit) => {
        fc.pre(Math.abs(off) <= band && bytes + off >= 0);
        const budget = { ...BUDGET, limit, noiseFloor: 0, warnAt: [] };
        const guessed = finding("limit", absentSide("x"), side(bytes, band), budget)?.status;
        const real = finding("limit", absentSide("x"), side(bytes + off), budget)?.status;
        if (guessed !== "indeterminate") expect(real).toBe(guessed);
      }),
    );
  });
});
