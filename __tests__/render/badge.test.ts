import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { z } from "zod";
import type { Report } from "../../src/model/report.js";
import { renderBadge } from "../../src/render/badge.js";
import { titleOf } from "../../src/render/gathered.js";
import { ABSENT, makeLayer, makeProblem, makeReport, makeSide, verdict } from "./make-report.js";

const NOBODY = { ...ABSENT, revision: null };
const weighing = (mib: number, overrides: Partial<Report> = {}): Report =>
  makeReport(NOBODY, makeSide([makeLayer("torch", mib)]), overrides);

const ELEMENT = z.strictObject({ name: z.string(), attributes: z.record(z.string(), z.string()), text: z.string() });
type Element = z.infer<typeof ELEMENT>;

const PARSE = `
import json, sys
from xml.etree import ElementTree
trees = [ElementTree.fromstring(svg.encode()) for svg in json.load(sys.stdin)]
rows = [[{"name": e.tag, "attributes": e.attrib, "text": (e.text or "").strip()} for e in tree.iter()] for tree in trees]
json.dump(rows, sys.stdout)
`;

/** The elements of each, as Python's own parser (expat) reads them; it fails if one is not well-formed. */
function parsed(svgs: readonly string[]): Element[][] {
  const { stdout, stderr } = spawnSync("python3", ["-c", PARSE], { input: JSON.stringify(svgs), encoding: "utf8" });
  expect(stderr).toBe("");
  return z.array(z.array(ELEMENT)).parse(JSON.parse(stdout));
}

function textsOf(elements: readonly Element[]): string[] {
  return elements.filter(({ name }) => name.endsWith("}text")).map(({ text }) => text);
}

test("what it says: size and headroom, of which app, and how sure that is", () => {
  const over = makeSide([makeLayer("torch", 1046.2)]);

  const says: readonly (readonly [Report, label: string, message: string])[] = [
    [weighing(409.9), "slug", "409.9 MiB, 590.1 MiB left"],
    [makeReport(NOBODY, over, { verdict: verdict("limit", "fail", over) }), "slug", "1,046.2 MiB, 46.2 MiB over"],
    [weighing(80, { app: "services/api" }), "slug of services/api", "80.0 MiB, 920.0 MiB left"],
    [
      weighing(80, { notWeighed: [{ what: "collectstatic", why: "only the build runs it" }] }),
      "slug",
      "≥ 80.0 MiB, 920.0 MiB left",
    ],
    [
      makeReport(NOBODY, makeSide([makeLayer("python", 80, { measure: "estimated", error: 1_500_000 })])),
      "slug",
      "≈ 80.0 MiB, 920.0 MiB left",
    ],
    [makeReport(NOBODY, makeProblem()), "slug", "not weighed"],
    [makeReport(makeSide([makeLayer("torch", 2)]), ABSENT), "slug", "none"],
  ];
  const all = parsed(says.map(([report]) => renderBadge(report)));
  expect(all.map(textsOf)).toEqual(says.map(([, label, message]) => [label, message]));
});

test("its title is the report's first line, for who can't see it and who points at it", () => {
  const report = weighing(409.9, { app: "services/api" });
  const [root, title] = parsed([renderBadge(report)])[0] ?? [];
  expect(root?.attributes).toMatchObject({ role: "img", "aria-label": titleOf([report]) });
  expect(title).toMatchObject({ text: titleOf([report]) });
});

test("a name is text, whatever it is", () => {
  const names = [
    "<script>alert(1)</script>",
    `"><image href="//evil.invalid/x.png"/>`,
    "]]>&lt;&amp;'",
    "a\u202eb\u0000c\u001b[31m",
    "\ufffe\uffff\ud800",
    "日本語/アプリ",
    "x".repeat(4000),
  ];
  const [ordinary = [], ...all] = parsed([".", ...names].map((app) => renderBadge(weighing(1, { app }))));
  expect(all).toHaveLength(names.length);
  const shape = ordinary.map(({ name }) => name);
  for (const elements of all) {
    expect(elements.map(({ name }) => name)).toEqual(shape);
    const root = elements[0]?.attributes;
    expect(Number(root?.width)).toBeLessThan(700);
    // It is asked of no one but who shows it.
    expect(elements.flatMap(({ attributes }) => Object.keys(attributes))).not.toContain("href");
  }
  expect(textsOf(all[0] ?? [])[0]).toBe("slug of <script>alert(1)</script>");
  expect(textsOf(all[4] ?? [])[0]).toBe("slug of {U+FFFE}{U+FFFF}{U+D800}");
});

test("it can be read in every colour that it has", () => {
  const head = makeSide([makeLayer("torch", 409.9)]);
  const reports = (["warn", "fail", "indeterminate"] as const).map((status) =>
    makeReport(NOBODY, head, { verdict: verdict("warn-at", status, head, 300) }),
  );
  const colors = parsed([makeReport(NOBODY, head), ...reports].map(renderBadge)).map((elements) => {
    const fills = (kind: string): string[] =>
      elements.flatMap(({ name, attributes }) => (name.endsWith(kind) ? (attributes.fill ?? []) : []));
    const [backgrounds, texts] = [fills("}rect"), fills("}text")];
    backgrounds.forEach((color, at) => {
      // Success criterion 1.4.3 of WCAG 2.2.
      expect(contrast(color, texts[at] ?? "")).toBeGreaterThan(4.5);
    });
    return backgrounds.at(-1);
  });
  expect(new Set(colors).size).toBe(3);
});

/** As WCAG 2.2 has it, of two colours as `#rgb` or `#rrggbb`. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const digits = color.length === 4 ? color.replace(/[^#]/g, "$&$&") : color;
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(digits.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}
