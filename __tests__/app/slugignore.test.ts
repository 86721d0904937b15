import { describe, expect, test } from "@jest/globals";
import { ignoredPaths, parseSlugignore, slugignoreNotes } from "../../src/app/slugignore.js";
import { tree } from "./fixtures.js";

const FILES = [
  ".env",
  ".hidden/tests/a.py",
  "a b",
  "app.py",
  "art.psd",
  "docs/guide/a.pdf",
  "pkg/art.psd",
  "pkg/docs/guide/b.pdf",
  "pkg/tests/test_b.py",
  "tests/.secret",
  "tests/test_a.py",
  "x#y",
];
const ENTRIES = tree(Object.fromEntries(FILES.map((path) => [path, "12345"])));

/** Files that a `.slugignore` leaves out of `FILES`. */
function leftOut(text: string): string[] {
  const ignored = ignoredPaths(parseSlugignore(text), ENTRIES);
  return FILES.filter((path) => ignored.has(path));
}

describe("a pattern leaves out", () => {
  test.each<[string, string, string[]]>([
    ["a wildcard, at any depth", "*.psd", ["art.psd", "pkg/art.psd"]],
    ["a name, at any depth, with all below", "tests", ["pkg/tests/test_b.py", "tests/.secret", "tests/test_a.py"]],
    ["with a slash before it, at the top only", "/tests", ["tests/.secret", "tests/test_a.py"]],
    ["with a slash in it, at the top only", "docs/guide", ["docs/guide/a.pdf"]],
    ["with a slash after it, a directory at the top", "tests/", ["tests/.secret", "tests/test_a.py"]],
    ["with a slash after it, no file", "app.py/", []],
    ["`**/`, any number of directories", "pkg/**/*.p*", ["pkg/art.psd", "pkg/docs/guide/b.pdf", "pkg/tests/test_b.py"]],
    ["`**` at the end, as one star", "/tests/**", ["tests/test_a.py"]],
    ["no leading dot for a star", "*env", []],
    ["nothing in hidden directories", "a.py", []],
    ["a leading dot that is written", ".env", [".env"]],
    ["a hidden directory that is written", "/.hidden/tests", [".hidden/tests/a.py"]],
    ["braces", "*.{psd,pdf}", ["art.psd", "docs/guide/a.pdf", "pkg/art.psd", "pkg/docs/guide/b.pdf"]],
    ["a set", "[a-b]*.psd", ["art.psd", "pkg/art.psd"]],
    ["a set that is negated", "[^b].pdf", ["docs/guide/a.pdf"]],
    ["one character", "?pp.py", ["app.py"]],
    ["an escaped star as a star", "\\*.psd", []],
    ["spaces separate patterns", "app.py art.psd", ["app.py", "art.psd", "pkg/art.psd"]],
    ["so a name with a space can't be written", "a b", []],
    ["a comment after a pattern does not count", "app.py # tests", ["app.py"]],
    ["nor within one", "x#y", []],
    ["comments and blank lines do not count", "# tests\n  # docs\n\n   \n#app.py", []],
    ["line ends of Windows", "app.py\r\nart.psd\r\n", ["app.py", "art.psd", "pkg/art.psd"]],
    ["no negation", "*.psd\n!art.psd", ["art.psd", "pkg/art.psd"]],
    ["`./` is the top", "./app.py", ["app.py"]],
    ["the root itself can't be left out", "/\n.\n./\n//", []],
    ["nothing outside", "../app.py\n/../tests", []],
    ["malformed patterns match nothing", "[a-\napp.py", ["app.py"]],
  ])("%s: %p", (_, text, files) => {
    expect(leftOut(text)).toEqual(files);
  });
});

describe("what is worth saying", () => {
  test("nothing where known programs agree", () => {
    expect(slugignoreNotes("# art\n*.psd\n/tests\ndocs\n", ENTRIES)).toEqual([]);
  });

  test("that there is no negation", () => {
    expect(slugignoreNotes("*.psd\n!art.psd", ENTRIES)).toEqual([
      '.slugignore:2: Heroku knows no negation; "!art.psd" brings nothing back.',
    ]);
  });

  test("that a pattern is malformed", () => {
    expect(slugignoreNotes("[a", ENTRIES)).toEqual(['.slugignore:1: "[a" is malformed and matches nothing.']);
  });

  test("what another reading would leave out", () => {
    expect(slugignoreNotes("docs/guide\ntests/", ENTRIES)).toEqual([
      expect.stringMatching(/^\.slugignore was taken to keep \.hidden\/tests\/a\.py and 2 more \(15 B on disk\); /),
    ]);
  });

  test("what another reading would keep", () => {
    expect(slugignoreNotes("app.py # entry", ENTRIES)).toEqual([
      expect.stringMatching(/^\.slugignore was taken to leave out app\.py \(5 B on disk\); /),
    ]);
  });
});

test("a hostile pattern costs no more than a plain one", () => {
  const name = "a".repeat(250);
  const entries = tree({ [`${name}/${name}/${name}`]: "" });
  const hostile = [`${"*a".repeat(40)}b`, `${"**/".repeat(40)}b`, "{a,b}".repeat(40), "{".repeat(10_000)].join("\n");
  expect(ignoredPaths(parseSlugignore(hostile), entries).size).toBe(0);
});
