import { describe, expect, test } from "@jest/globals";
import { code, fenced, plainName, plainVersion, prose, sentences } from "../../src/render/escape.js";
import { visible, visibleLine } from "../../src/render/visible.js";
import { versionStep } from "../../src/render/versions.js";

describe("a sentence from outside", () => {
  test.each([
    ["a *b* `c` [d](e)", "a &#42;b&#42; &#96;c&#96; &#91;d&#93;(e)"],
    ["<img src=x>", "&#60;img src=x&#62;"],
    ["a | b", "a &#124; b"],
    ["snake_case and _emphasis_", "snake_case and &#95;emphasis&#95;"],
    ["# heading", "&#35; heading"],
    ["1. item", "1&#46; item"],
    ["- item", "&#45; item"],
    ["one\n\ntwo\ttabs", "one two tabs"],
    ["&amp;", "&#38;amp;"],
    ["No wheel for CPython 3.12.", "No wheel for CPython 3.12."],
  ])("%j reads as it stands", (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });

  test.each([
    "ask @maintainer",
    "fixes #12",
    "see GH-12",
    "https://evil.example",
    "www.evil.example",
    "me@evil.example",
  ])("%j calls nobody and links nowhere", (text) => {
    expect(prose(text)).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www\./);
    expect(prose(text).replaceAll("\u200b", "")).toBe(text);
  });
});

describe("sentences with code spans", () => {
  test.each([
    ["Replace `a_b` by `*c*`: done.", "Replace `a_b` by `*c*`: done."],
    ["no `end | here", "no &#96;end &#124; here"],
    ["``a`b`` and `c``d`", "``a`b`` and ```c``d```"],
    ["`a|b`", "<code>a&#124;b</code>"],
    ["\\`a` <b> @x `</details>`", "&#92;`a` &#60;b&#62; @\u200bx `</details>`"],
    ["`a\n\n# b`", "`a # b`"],
  ])("%j", (text, markdown) => {
    expect(sentences(text)).toBe(markdown);
  });
});

describe("a code span", () => {
  test.each([
    ["requirements.txt:14", "`requirements.txt:14`"],
    ["a`b", "``a`b``"],
    ["`a``", "``` `a`` ```"],
    ["a|b", "<code>a&#124;b</code>"],
    ["a\\|<b>", "<code>a&#92;&#124;&#60;b&#62;</code>"],
    ["", ""],
  ])("%j", (text, markdown) => {
    expect(code(text)).toBe(markdown);
  });

  test("a name or a version is plain only if nothing can be read into it", () => {
    expect([plainName("nvidia-nccl-cu13"), plainName("deadbeef"), plainName("gh-12"), plainName("@x")]).toEqual([
      "nvidia-nccl-cu13",
      "`deadbeef`",
      "`gh-12`",
      "`@x`",
    ]);
    expect([plainVersion("3.4.1+cpu"), plainVersion("www.x.org"), plainVersion("1 | 2")]).toEqual([
      "3.4.1+cpu",
      "`www.x.org`",
      "<code>1 &#124; 2</code>",
    ]);
  });

  test("no line of a program's output ends its block", () => {
    expect(fenced(["```", "````x"])).toBe("`````\n```\n````x\n`````");
  });
});

describe("every character can be seen", () => {
  test("controls and direction marks show their number", () => {
    expect(visible("a\u001b[31mb")).toBe("a{U+001B}[31mb");
    expect(visible("txt\u202egpj.exe\u200b\ud800")).toBe("txt{U+202E}gpj.exe{U+200B}{U+D800}");
    expect(visible("\uffff\ufdd0")).toBe("{U+FFFF}{U+FDD0}");
    expect(visibleLine("\tat x\r")).toBe("    at x{U+000D}");
  });

  test("what is too long loses its middle, whole characters at a time", () => {
    expect(visible("a".repeat(1_000_000), 10)).toBe("aaaaaa…aaa");
    expect(visible("💾".repeat(20), 10)).toBe(`${"💾".repeat(6)}…${"💾".repeat(3)}`);
  });
});

describe("which version is later (PEP 440)", () => {
  test.each<[string, string, -1 | 0 | 1]>([
    ["1.9", "1.10", 1],
    ["2.0", "1.99.1", -1],
    ["1.0", "1.0.0", 0],
    ["1.0rc1", "1.0", 1],
    ["1.0a2", "1.0b1", 1],
    ["1.0.dev1", "1.0a1", 1],
    ["1.0a1.dev1", "1.0a1", 1],
    ["1.0", "1.0.post1", 1],
    ["1!1.0", "2.0", -1],
    ["2.1.0+cpu", "2.1.0+cu121", 0],
    ["not a version", "1.0", 0],
  ])("%s, %s: %d", (from, to, step) => {
    expect(versionStep(from, to)).toBe(step);
    expect(versionStep(to, from) + step).toBe(0);
  });
});
