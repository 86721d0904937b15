import { readFile } from "node:fs/promises";
import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { z } from "zod";
import { REPORT_SCHEMA, type Report } from "../../src/model/report.js";
import type { Side } from "../../src/model/slug.js";
import { ZERO } from "../../src/model/weight.js";
import { checkReport } from "../../src/report/check-report.js";
import { absentSide, anySlug, brokenSide, file, graph, part, slug, tree, weighedSide } from "../slugs.js";
import { reportOf } from "./report-of.js";

const report = (base: Side, head: Side): Report =>
  reportOf(base, head, {
    configChanges: ["slugdiff.toml changes limit."],
    notes: ["Two files are Git LFS pointers."],
    timings: { resolve: 1.5 },
  });

const anySide = fc.oneof(
  { weight: 4, arbitrary: anySlug.map((of) => weighedSide(of)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(absentSide("main"), absentSide(null), brokenSide(), brokenSide("unweighable")),
  },
);
const anyReport = fc.tuple(anySide, anySide).map(([base, head]) => report(base, head));

describe("laws", () => {
  test("every report adds up and is what its schema says, as JSON and back", () => {
    fc.assert(
      fc.property(anyReport, (of) => {
        checkReport(of);
        expect(REPORT_SCHEMA.parse(JSON.parse(JSON.stringify(of)))).toEqual(of);
      }),
    );
  });

  test("every report is valid by the published JSON Schema, and is not with a key more or less", async () => {
    const published: unknown = JSON.parse(
      await readFile(new URL("../../docs/report.schema.json", import.meta.url), "utf8"),
    );
    const validate = new Ajv2020({ strict: true, validateFormats: false }).compile(
      z.record(z.string(), z.unknown()).parse(published),
    );
    fc.assert(
      fc.property(anyReport, (of) => {
        expect(validate(of) || validate.errors).toBe(true);
        expect(validate({ ...of, more: 1 })).toBe(false);
        expect(validate({ ...of, verdict: { status: "pass" } })).toBe(false);
        expect(validate({ ...of, head: { ...of.head, layers: 0 } })).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  test("a report that does not add up is a bug that names what is wrong", () => {
    const side = (size: number): Side =>
      weighedSide(
        slug(
          [part("app", "app", [file("a", 2 * size)]), part("distribution", "d", [file("d", size)])],
          graph(["requirements.txt:1 d"], []),
        ),
      );
    const [base, head] = [side(5), side(9)];
    const right = report(base, head);
    const off = (change: (copy: Draft) => void): Report => {
      const copy = structuredClone(right) as unknown as Draft;
      change(copy);
      return copy as unknown as Report;
    };
    checkReport(right);
    const wrong: [(copy: Draft) => void, string][] = [
      [(copy) => (copy.head.total.compressed += 1), "the layers of head"],
      [(copy) => (copy.base.total.error += 1), "the error bands of base"],
      [(copy) => copy.base.layers.push(...copy.base.layers), "base has a layer twice"],
      [(copy) => (copy.head.layers[0].largestFiles[0].weight.disk += 1), "in head"],
      [(copy) => (copy.head.layers[0].retained.compressed -= 1), "retains in head"],
      [(copy) => (copy.diff.total.files += 1), "the delta of the sides"],
      [(copy) => (copy.diff.layers[0].delta.compressed += 1), "the rows of the delta; the row of app"],
      [(copy) => copy.diff.layers.pop(), "the delta lacks a layer"],
      [(copy) => (copy.diff.updates[0].delta.disk += 1), "the update of d"],
      [(copy) => copy.diff.updates.pop(), "the updates lack a distribution"],
      [(copy) => copy.diff.files.pop(), "the files of the app"],
      [(copy) => (copy.diff.filesFolded.delta.disk += 1), "the files of the app"],
      [(copy) => (copy.verdict.status = "warn"), "the verdict is not its worst finding"],
    ];
    for (const [change, message] of wrong) {
      expect(() => {
        checkReport(off(change));
      }).toThrow(message);
    }
    const unknown = report(brokenSide(), head);
    expect(() => {
      checkReport({ ...right, diff: unknown.diff });
    }).toThrow("the delta is called unknown");
    expect(() => {
      checkReport({ ...unknown, diff: right.diff });
    }).toThrow("the delta is called known");
  });
});

test("docs/report.schema.json is the schema in src/model/report.ts (else run scripts/report-schema.mjs)", async () => {
  const published: unknown = JSON.parse(
    await readFile(new URL("../../docs/report.schema.json", import.meta.url), "utf8"),
  );
  expect(published).toEqual(z.toJSONSchema(REPORT_SCHEMA));
});

describe("what readers find", () => {
  const asked = graph(["requirements.txt:14 xgboost"], ["xgboost nvidia-nccl-cu13", "xgboost numpy"]);
  const distribution = (name: string, compressed: number) =>
    part("distribution", name, [file(`${name}.so`, compressed)]);
  const before = weighedSide(
    slug([distribution("numpy", 20), distribution("pandas", 9)], graph(["base.in:2 pandas"], ["pandas numpy"])),
  );
  const after = weighedSide(
    slug([distribution("numpy", 20), distribution("xgboost", 57), distribution("nvidia-nccl-cu13", 240)], asked),
  );

  test("why a layer is there, what requires it and what would leave with it", () => {
    const { layers } = report(before, after).head;
    expect(
      layers.map(({ name, direct, requiredBy, why, retained }) => [name, direct, requiredBy, why, retained.compressed]),
    ).toEqual([
      ["numpy", false, ["xgboost"], ["requirements.txt:14", "xgboost"], 20],
      ["nvidia-nccl-cu13", false, ["xgboost"], ["requirements.txt:14", "xgboost"], 240],
      ["xgboost", true, [], ["requirements.txt:14"], 317],
    ]);
  });

  test("the row of a layer that is gone says why it was there", () => {
    const rows = report(before, after).diff.layers.map(({ name, change, why }) => [name, change, why]);
    expect(rows).toEqual([
      ["nvidia-nccl-cu13", "added", ["requirements.txt:14", "xgboost"]],
      ["xgboost", "added", ["requirements.txt:14"]],
      ["pandas", "removed", ["base.in:2"]],
      ["numpy", "unchanged", ["requirements.txt:14", "xgboost"]],
    ]);
  });

  test("two thousand changed files: the thousand largest, and the rest in one row", () => {
    const files = Array.from({ length: 2000 }, (_, at) => file(`f${at}`, at + 1));
    const { diff } = report(weighedSide(slug([])), weighedSide(slug([part("app", "app", tree(files))])));
    expect(diff.files).toHaveLength(1000);
    expect(diff.files.at(-1)?.delta.compressed).toBe(1001);
    expect(diff.filesFolded).toEqual({ count: 1000, delta: { files: 1000, disk: 1_501_500, compressed: 500_500 } });
  });

  test("overlaps are told by who is involved, with examples", () => {
    const cv2 = Array.from({ length: 30 }, (_, at) => file(`cv2/${at}.so`));
    const parts = [part("distribution", "opencv-python", cv2), part("distribution", "opencv-python-headless", cv2)];
    const { overlaps } = report(absentSide("main"), weighedSide(slug(parts))).head;
    expect(overlaps).toMatchObject([{ owner: "opencv-python-headless", others: ["opencv-python"], files: 30 }]);
    expect(overlaps[0]?.examples).toHaveLength(10);
  });

  test("a side that could not be weighed has its problem, and no figures that look like nothing", () => {
    const { base, head, diff } = report(brokenSide(), after);
    expect(base).toMatchObject({
      state: "invalid",
      total: null,
      problem: { message: "Two manifests.", hint: "Remove one." },
    });
    expect(diff).toMatchObject({ state: "unknown", total: null });
    expect(head.problem).toBeNull();
  });

  test("an absent side weighs nothing", () => {
    const { base, diff } = report(absentSide("main"), after);
    expect(base).toMatchObject({ state: "absent", total: { ...ZERO, error: 0 }, layers: [] });
    expect(diff.total?.compressed).toBe(317);
  });
});

/** A report with holes for the test to tear. */
interface Draft {
  base: DraftSide;
  head: DraftSide;
  diff: {
    total: DraftWeight;
    layers: [{ delta: DraftWeight }, ...unknown[]];
    updates: [{ delta: DraftWeight }, ...unknown[]];
    files: unknown[];
    filesFolded: { delta: DraftWeight };
  };
  verdict: { status: string };
}
interface DraftWeight {
  files: number;
  disk: number;
  compressed: number;
}
interface DraftSide {
  total: DraftWeight & { error: number };
  layers: [{ retained: DraftWeight; largestFiles: [{ weight: DraftWeight }] }, ...unknown[]];
}
