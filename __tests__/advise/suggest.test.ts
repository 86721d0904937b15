import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { diffHunks } from "../../src/advise/lines/diff.js";
import { shownLines } from "../../src/advise/patch.js";
import { onlyDiff, replacing, type Replacing } from "../../src/advise/suggest.js";
import type { DiffStep } from "../../src/model/report.js";
import { makeAdvice, makeSide } from "../render/make-report.js";

/** The step of a remedy that makes one text of another. */
function stepOf(before: string, after: string): DiffStep {
  const hunks = diffHunks(before, after);
  return {
    kind: "diff",
    file: "requirements.txt",
    lines: hunks.flatMap(({ lines }) => lines),
    hunks: hunks.map(({ line, lines }) => ({ line, lines: lines.length })),
    note: null,
  };
}

/** A text once a suggestion was committed. */
function committed(text: string, { start, end, lines }: Replacing): string {
  const all = text.split("\n");
  return [...all.slice(0, start - 1), ...lines, ...all.slice(end)].join("\n");
}

/** A patch that shows all of a text, with these lines (from 1) as the pull request's own. */
function patchOf(text: string, own: readonly number[]): string {
  const lines = text.split("\n");
  const old = lines.length - own.length;
  const shown = lines.map((line, at) => (own.includes(at + 1) ? `+${line}` : ` ${line}`));
  return [`@@ -${old === 0 ? 0 : 1},${old} +1,${lines.length} @@`, ...shown].join("\n");
}

const suggested = (before: string, after: string, patch: string): Replacing | null =>
  replacing(stepOf(before, after), shownLines(patch));

describe("a suggestion", () => {
  const anyLines = fc.array(fc.constantFrom("a", "b", "c", "d", ""), { minLength: 1, maxLength: 10 });

  test("once committed, leaves exactly what the advice makes of the file, and never takes a line that the pull request did not write", () => {
    let made = 0;
    const arbitrary = fc.tuple(anyLines, anyLines, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }));
    fc.assert(
      fc.property(arbitrary, ([from, to, isOwn]) => {
        const [before, after] = [from.join("\n"), to.join("\n")];
        const own = from.flatMap((_, at) => (isOwn[at] === true ? [at + 1] : []));
        const found = suggested(before, after, patchOf(before, own));
        if (found === null) return;
        made++;
        expect(committed(before, found)).toBe(after);
        const gone = stepOf(before, after).lines.filter((line) => line.startsWith("-"));
        expect(gone.length).toBeLessThanOrEqual(own.length);
      }),
      { numRuns: 2000 },
    );
    expect(made).toBeGreaterThan(100);
  });

  const OLD = "flask==3.1.0\nopencv-python==4.12.0.88\nrequests==2.32.5\n";
  const NEW = OLD.replace("opencv-python", "opencv-python-headless");

  test("is on the one line that is changed", () => {
    expect(suggested(OLD, NEW, patchOf(OLD, [2]))).toEqual({
      start: 2,
      end: 2,
      lines: ["opencv-python-headless==4.12.0.88"],
    });
  });

  test("goes over several lines where what stands between is shown as well", () => {
    const old = "--index-url https://a.example/\nflask\ntorch==2.9.0\n";
    const after = "--index-url https://a.example/\n--extra-index-url https://b.example/\nflask\ntorch==2.9.0+cpu\n";
    const lines = after.split("\n").slice(0, 4);
    expect(suggested(old, after, patchOf(old, [3]))).toEqual({ start: 1, end: 3, lines });
    expect(suggested(old, after, "@@ -2 +2,2 @@\n flask\n+torch==2.9.0")).toBeNull();
    const inTwo = "@@ -1,1 +1,2 @@\n --index-url https://a.example/\n+flask\n@@ -9,0 +3,1 @@\n+torch==2.9.0";
    expect(suggested(old, after, inTwo)).toBeNull();
  });

  test("may only take lines away", () => {
    expect(suggested(OLD, OLD.replace(/^opencv.*\n/m, ""), patchOf(OLD, [2]))).toEqual({ start: 2, end: 2, lines: [] });
  });

  test("is none where the line was there before, says something else, or has another number", () => {
    expect(suggested(OLD, NEW, patchOf(OLD, []))).toBeNull();
    expect(suggested(OLD, NEW, patchOf(OLD, [1, 3]))).toBeNull();
    expect(suggested(OLD, NEW, patchOf(OLD.replace("4.12", "4.11"), [2]))).toBeNull();
    expect(suggested(OLD, NEW, patchOf(`gunicorn\n${OLD}`, [3]))).toBeNull();
    expect(suggested(OLD, NEW, patchOf(OLD.replaceAll("\n", "\r\n"), [2]))).toBeNull();
  });

  test("is none for a report without places, or whose places are nonsense", () => {
    const { hunks: _hunks, ...without } = stepOf(OLD, NEW);
    const shown = shownLines(patchOf(OLD, [1, 2, 3]));
    expect(replacing(without, shown)).toBeNull();
    const nonsense = [
      [{ line: 2, lines: 1 }],
      [{ line: 2, lines: 3 }],
      [{ line: Number.MAX_SAFE_INTEGER, lines: 2 }],
      [
        { line: 1, lines: 1 },
        { line: Number.MAX_SAFE_INTEGER, lines: 1 },
      ],
      [
        { line: 2, lines: 1 },
        { line: 2, lines: 1 },
      ],
    ];
    for (const hunks of nonsense) expect(replacing({ ...without, hunks }, shown)).toBeNull();
  });

  test("is none where a requirement would lose its hashes, or more than one file changes", () => {
    const step = stepOf("a==1 \\\n    --hash=sha256:0\n", "b==1\n");
    const advice = (...steps: readonly DiffStep[]) =>
      makeAdvice(makeSide([]), 0, 0, { remedy: { possible: true, because: null, steps: [...steps] } });
    expect(onlyDiff(advice(step))).toBeNull();
    const removal = stepOf("a==1 \\\n    --hash=sha256:0\n", "");
    expect(onlyDiff(advice(removal))).toBe(removal);
    const plain = stepOf(OLD, NEW);
    expect(onlyDiff(advice(plain))).toBe(plain);
    expect(onlyDiff(advice(plain, { ...plain, file: "other.txt" }))).toBeNull();
  });

  test("is none for a patch that GitHub left out, or that has no lines", () => {
    for (const patch of ["", "Binary files differ"]) expect(suggested(OLD, NEW, patch)).toBeNull();
  });
});
