import { expect, test } from "@jest/globals";
import { UserError } from "../../src/errors.js";
import { gatherReports } from "../../src/gather/gather.js";
import type { Artifact } from "../../src/github/github.js";
import { MIB } from "../../src/model/bytes.js";
import { renderJson } from "../../src/render/json.js";
import { zip } from "../github-fake/zip.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";

/** A run with these artifacts, and how many bytes were taken of them. */
function runWith(artifacts: ReadonlyMap<string, Buffer>) {
  const list: Artifact[] = [...artifacts].map(([name, { length }], at) => ({ id: at + 1, name, bytes: length }));
  const taken = { bytes: 0 };
  const github = {
    artifacts: () => Promise.resolve(list),
    downloadArtifact: (id: number, most: number): Promise<Buffer> => {
      const content = [...artifacts.values()][id - 1] ?? Buffer.alloc(0);
      taken.bytes += Math.min(most, content.length);
      return content.length > most
        ? Promise.reject(new UserError("It is too large.", "Mend it."))
        : Promise.resolve(content);
    },
  };
  return { github, taken };
}

function packed(app: string): Buffer {
  const report = makeReport(makeSide([]), makeSide([makeLayer("torch", 1)]), { app });
  return zip([{ name: "r.json", content: Buffer.from(renderJson(report)) }]);
}

const named = (count: number, content: (at: number) => Buffer): ReadonlyMap<string, Buffer> =>
  new Map(Array.from({ length: count }, (_, at) => [`slugdiff-${String(at)}`, content(at)]));

test.each([
  ["are too large", Buffer.alloc(33 * MIB)],
  ["are no archives", Buffer.alloc(31 * MIB)],
])("hundreds of artifacts that %s are not downloaded one after the other", async (_case, content) => {
  const { github, taken } = runWith(named(300, () => content));
  const { reports, problems } = await gatherReports(1, () => true, github);
  expect(reports).toEqual([]);
  expect(problems).toHaveLength(300);
  expect(taken.bytes).toBeLessThanOrEqual(128 * MIB);
});

test("valid JSON that is larger than any report is not parsed", async () => {
  const text = renderJson(makeReport(makeSide([]), makeSide([makeLayer("torch", 1)]), { app: "x".repeat(17 * MIB) }));
  const { github } = runWith(named(1, () => zip([{ name: "r.json", content: text }])));
  const { reports, problems } = await gatherReports(1, () => true, github);
  expect(reports).toEqual([]);
  expect(problems).toEqual([expect.stringContaining("more than a report can be")]);
});

test("what is left out has been unpacked all the same: there is an end to it", async () => {
  const none = zip([{ name: "r.json", content: " ".repeat(15 * MIB) }]);
  const { github } = runWith(named(12, () => none));
  const { problems } = await gatherReports(1, () => true, github);
  expect(problems.filter((text) => text.includes("not JSON"))).toHaveLength(8);
  expect(problems.filter((text) => text.includes("all reports together"))).toHaveLength(4);
});

test("what is beyond what one comment can be about is said to be left out", async () => {
  const one = packed("web");
  const { github } = runWith(named(501, () => one));
  const { problems } = await gatherReports(1, () => true, github);
  expect(problems).toEqual(["Only 500 of 501 artifacts were looked at."]);
});

test("what a hostile report says of itself is short in what is said of it", async () => {
  const text = JSON.stringify({ [`\u001b[31m${"x".repeat(MIB)}`]: 1 });
  const { github } = runWith(named(1, () => zip([{ name: "r.json", content: Buffer.from(text) }])));
  const { problems } = await gatherReports(1, () => true, github);
  expect(problems[0]?.length).toBeLessThan(500);
  expect(problems[0]).not.toContain("\u001b");
});

test("where jobs were run again, what they left last counts, once", async () => {
  const zips = [packed("old"), packed("web"), packed("new")];
  const github = {
    artifacts: () =>
      Promise.resolve([
        { id: 3, name: "slugdiff-0", bytes: 1 },
        { id: 2, name: "slugdiff-1", bytes: 1 },
        { id: 1, name: "slugdiff-0", bytes: 1 },
      ]),
    downloadArtifact: (id: number) => Promise.resolve(zips[id - 1] ?? Buffer.alloc(0)),
  };
  const { reports } = await gatherReports(1, () => true, github);
  expect(reports.map(({ app }) => app)).toEqual(["new", "web"]);
});

test("a page is no report: it is found, and neither downloaded nor complained of", async () => {
  const { github, taken } = runWith(
    new Map([
      ["slugdiff-report.html", Buffer.alloc(4 * MIB)],
      ["slugdiff", packed("web")],
      ["coverage.html", Buffer.alloc(1)],
    ]),
  );
  const { reports, problems, pages } = await gatherReports(1, (name) => name.startsWith("slugdiff"), github);
  expect(reports.map(({ app }) => app)).toEqual(["web"]);
  expect(problems).toEqual([]);
  expect(pages.map(({ name }) => name)).toEqual(["slugdiff-report.html"]);
  expect(taken.bytes).toBeLessThan(MIB);
});
