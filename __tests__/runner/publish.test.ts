import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import type { MapNode } from "../../src/model/size-map.js";
import type { Actions } from "../../src/runner/actions.js";
import { publish } from "../../src/runner/publish.js";
import { ABSENT, makeLayer, makeProblem, makeReport, makeSide, verdict } from "../render/make-report.js";
import { dataIn } from "../render/page.js";
import { temporary } from "../revisions/fixtures.js";

const head = makeSide([makeLayer("torch", 40)]);
const red = (app: string): Report =>
  makeReport(makeSide([]), head, { app, verdict: verdict("limit", "fail", head, 20) });
const unknown = (app: string): Report =>
  makeReport(makeSide([]), makeProblem(), { app, verdict: { status: "indeterminate", findings: [] } });
const gone = (app: string): Report => makeReport(head, ABSENT, { app });

const EMPTY: MapNode = { kind: "slug", name: "", base: null, head: null, children: [] };

/** What becomes of these reports on a push, without a token. */
async function published(
  reports: readonly Report[],
  { write = () => Promise.resolve(), key = "." }: { write?: () => Promise<unknown>; key?: string } = {},
) {
  const outputs: Record<string, unknown> = {};
  const warnings: string[] = [];
  const failures: string[] = [];
  const summary = { addRaw: () => summary, write };
  const actions = {
    summary,
    info: () => undefined,
    notice: () => undefined,
    error: () => undefined,
    warning: (text: string) => warnings.push(text),
    setOutput: (name: string, value: unknown) => {
      outputs[name] = value;
    },
    setFailed: (text: string) => {
      failures.push(text);
    },
  } as unknown as Actions;
  const runner = {
    workspace: temporary(),
    temp: temporary(),
    repository: { owner: "acme", name: "app" },
    serverUrl: "https://github.com",
    apiUrl: "https://api.github.com",
    sha: "a".repeat(40),
    run: { id: 1, attempt: 1 },
    event: { name: "push", payload: {} },
  };
  const publishing = {
    comment: "changes",
    key,
    suggest: false,
    overrideLabel: "slug-size-approved",
    historyBranch: null,
  } as const;
  const settled = { reports, context: {}, approval: undefined };
  const maps = reports.map(({ app }) => ({ ...EMPTY, name: app }));
  await publish({ event: { kind: "push" }, runner, publishing, settled, maps }, null, actions);
  return { outputs, warnings, failure: failures.join("\n") };
}

test("a summary that can't be written costs neither the outputs nor the result", async () => {
  const { outputs, warnings, failure } = await published([red(".")], {
    write: () => Promise.reject(new Error("no space left")),
  });
  expect(warnings).toEqual([expect.stringContaining("no space left")]);
  expect(await readFile(String(outputs.report), "utf8")).toContain("torch");
  expect(outputs).toMatchObject({ verdict: "fail", "comment-url": "" });
  expect(failure).not.toBe("");
});

test("of a hundred red apps the first are named, the others counted", async () => {
  const { failure } = await published(Array.from({ length: 100 }, (_, at) => red(`app${String(at)}`)));
  expect(failure.split("\n")).toHaveLength(11);
  expect(failure).toContain("app0: ");
  expect(failure).toContain("90 more");
});

test("with one app unknown and another over the limit the job is red for both, and no sum is made up", async () => {
  const { outputs, failure } = await published([red("api"), unknown("web"), gone("old")]);
  expect(outputs).toMatchObject({ verdict: "indeterminate", compressed: "", delta: "" });
  expect(failure).toContain("api: ");
  expect(failure).toContain("web: ");
});

test("a badge for each app, beside its report", async () => {
  const one = await published([red(".")]);
  expect(String(one.outputs.badge)).toMatch(/\/slugdiff-badge\.svg$/);
  expect(await readFile(String(one.outputs.badge), "utf8")).toContain(">40.0 MiB, 20.0 MiB over<");
  const two = await published([red("api"), gone("old")]);
  const paths = String(two.outputs.badge).split("\n");
  expect(paths.map((path) => path.replace(/^.*\//, ""))).toEqual(["slugdiff-badge-1.svg", "slugdiff-badge-2.svg"]);
  expect(await readFile(paths[0] ?? "", "utf8")).toContain(">slug of api<");
});

test("an app that goes away weighs nothing", async () => {
  const { outputs } = await published([gone(".")]);
  expect(outputs).toMatchObject({ compressed: 0, delta: -head.total.compressed });
});

test("the page has each app with its own map, and the name of the comment's key", async () => {
  const { outputs } = await published([gone("a"), red("services/b")], { key: "services/*, «x»?" });
  expect(basename(String(outputs.html))).toBe("slugdiff-report-services-x-.html");
  const { apps } = dataIn(await readFile(String(outputs.html), "utf8"));
  expect(apps.map(({ report, map }) => [report.app, map.name])).toEqual([
    ["services/b", "services/b"],
    ["a", "a"],
  ]);
  expect(basename(String((await published([gone(".")])).outputs.html))).toBe("slugdiff-report.html");
});
