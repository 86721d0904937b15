import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formatRecord, parseRecord } from "../../src/install/record.js";
import { makeDirectory } from "../../src/system/make-directory.js";
import { redact } from "../../src/system/redact.js";
import { lastLines } from "../../src/system/run.js";

describe("a RECORD", () => {
  const row = fc.record({
    path: fc.string({ unit: fc.constantFrom("a", "/", '"', ",", "\n", "\r", "é"), minLength: 1 }),
    hash: fc.constantFrom("", "sha256=abc"),
    size: fc.option(fc.nat(), { nil: null }),
  });

  test("is read as it is written", () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        expect(parseRecord(formatRecord(rows))).toEqual(rows);
      }),
    );
  });

  test("may be anything at all", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r") }), (text) => {
        expect(parseRecord(text).every(({ path }) => path !== "")).toBe(true);
      }),
    );
  });
});

test("a directory that the system denies is an error, not an endless attempt", async () => {
  await expect(makeDirectory("/proc/slugdiff/tools")).rejects.toThrow(/ENOENT/);
});

test.each([
  ["https://user:s3cret@host/x", "https://host/x"],
  ["at https://token@host/x: 404", "at https://host/x: 404"],
  ["https://host/x?X-Amz-Credential=s3cret&v=1", "https://host/x?X-Amz-Credential=***&v=1"],
  ["https://host/x?v=1&sig=s3cret#x", "https://host/x?v=1&sig=***#x"],
  ["https://host/x?author=me&design=1", "https://host/x?author=me&design=1"],
])("of %s no credential is shown", (text, shown) => {
  expect(redact(text)).toBe(shown);
});

test("of a tool's trace of its stack only what it ends with is shown", () => {
  const output = [
    "Locking…",
    "      Traceback (most recent call last):",
    '        File "/x/cli.py", line 3, in main',
    "          run()",
    "          ~~~^^",
    '        File "/x/run.py", line 4, in run',
    "      OSError: no space left",
    "",
  ];
  expect(lastLines(output.join("\n"))).toEqual(["Locking…", "      OSError: no space left"]);
});
