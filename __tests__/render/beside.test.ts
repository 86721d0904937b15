import { expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import { renderMarkdown } from "../../src/render/markdown.js";
import { renderText } from "../../src/render/text.js";
import { makeLayer, makeReport, makeSide, mebibytes } from "./make-report.js";

const BASE = makeSide([makeLayer("flask", 3)]);
const GROWN = makeSide([makeLayer("flask", 3), makeLayer("numpy", 8)]);
const SHRUNK = makeSide([makeLayer("flask", 2)]);
const UNPINNED: Report["unpinned"] = {
  requirements: [
    { name: "flask", version: "3.1.2", place: "requirements.txt:2", retained: mebibytes(4) },
    { name: "numpy", version: "2.3.0", place: "requirements.txt:3", retained: mebibytes(8) },
  ],
  steps: [
    {
      kind: "diff",
      file: "requirements.txt",
      lines: ["-flask", "-numpy", "+flask==3.1.2", "+numpy==2.3.0"],
      note: null,
    },
  ],
};
const outside = (compressed: number, more = 0): Report["outside"] => ({
  since: "2026-11-20T10:00:00Z",
  delta: mebibytes(compressed),
  layers: [
    { kind: "distribution", name: "numpy", fromVersion: "2.0.1", toVersion: "2.0.2", delta: mebibytes(compressed) },
    ...Array.from({ length: more }, (_, at) => ({
      kind: "distribution" as const,
      name: `new-${at}`,
      fromVersion: null,
      toVersion: "1.0",
      delta: mebibytes(0),
    })),
  ],
});
const texts = (report: Report): readonly string[] => [
  renderMarkdown(report),
  renderText(report, { width: 100, color: false }),
];

test("what is not pinned is behind a fold with its lines, where the slug grew", () => {
  const [comment = "", text = ""] = texts(makeReport(BASE, GROWN, { unpinned: UNPINNED }));
  expect(comment).toContain(`<details><summary>Not pinned: 2 requirements; a deploy may get other versions</summary>

What was weighed:

- flask 3.1.2 (\`requirements.txt:2\`): 4.0 MiB with all that only it brings
- numpy 2.3.0 (\`requirements.txt:3\`): 8.0 MiB with all that only it brings

In \`requirements.txt\`:
\`\`\`diff
-flask
-numpy
+flask==3.1.2
+numpy==2.3.0
\`\`\`

</details>`);
  expect(text).toContain("numpy 2.3.0 (requirements.txt:3), 8.0 MiB retained");
});

test("where nothing grew it is counted among how things were measured, and where all is pinned nothing is said", () => {
  const [comment = "", text = ""] = texts(makeReport(BASE, SHRUNK, { unpinned: UNPINNED }));
  expect(comment).not.toContain("Not pinned: 2");
  expect(comment).toContain("- not pinned, so that a deploy may get other versions: 2 requirements");
  expect(text).not.toContain("pinned");
  for (const each of texts(makeReport(BASE, GROWN))) expect(each).not.toContain("pinned");
});

test("what the world did to the base is a sentence of its own, if it is felt", () => {
  const config = { limit: "1000M", cutoff: null, "noise-floor": "64K" };
  const says = (change: Report["outside"]): readonly string[] =>
    texts(makeReport(BASE, GROWN, { outside: change, config })).map((text) => text.replaceAll(/\s+/g, " "));
  const [comment, text] = says(outside(3.1));
  const sentence =
    "itself weighs 3.1 MiB more than it did on 2026-11-20, with the same requirements (numpy 2.0.1 → 2.0.2).";
  expect(comment).toContain(`Apart from this change: \`main\` ${sentence}`);
  expect(text).toContain(`Apart from this change: main ${sentence}`);
  expect(says(outside(-2, 4))[0]).toContain(
    "weighs 2.0 MiB less than it did on 2026-11-20, with the same requirements (numpy 2.0.1 → 2.0.2, new-0 1.0 came, new-1 1.0 came and 2 more).",
  );
  for (const each of [outside(0.01), null]) for (const shown of says(each)) expect(shown).not.toContain("Apart from");
});
