import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { git } from "../revisions/fixtures.js";
import { blob, green, oneComment, openShop, red, reportsIn, WITH_CERTIFI, type Shop } from "./shop.js";
import { exampleWorkflow } from "./workflow.js";

/** Texts of all workflows that this file runs, to tell at the end what none of them has used. */
const used: string[] = [];

/** Steps with the action, each with its id and inputs, after a checkout. */
function weighing(steps: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const lines = Object.entries(steps).flatMap(([id, inputs]) => [
    "      - uses: slugdiff/slugdiff@v0",
    `        id: ${id}`,
    "        if: always()",
    "        with:",
    ...Object.entries(inputs).map(([name, value]) => `          ${name}: ${JSON.stringify(value)}`),
    "      - uses: actions/upload-artifact@v7",
    `        if: always() && steps.${id}.outputs.report`,
    "        with:",
    `          name: ${id}`,
    `          path: \${{ steps.${id}.outputs.report }}`,
    "      - uses: actions/upload-artifact@v7",
    `        if: always() && steps.${id}.outputs.markdown`,
    "        with:",
    `          name: ${id}-markdown`,
    `          path: \${{ steps.${id}.outputs.markdown }}`,
    "      - uses: actions/upload-artifact@v7",
    `        if: always() && steps.${id}.outputs.badge`,
    "        with:",
    `          name: ${id}-badge`,
    `          path: \${{ steps.${id}.outputs.badge }}`,
  ]);
  const workflow = [
    "name: Interface",
    "on: pull_request",
    "permissions:",
    "  contents: read",
    "  checks: write",
    "  pull-requests: write",
    "jobs:",
    "  weigh:",
    "    runs-on: ubuntu-24.04",
    "    steps:",
    "      - uses: actions/checkout@v5",
    ...lines,
    "",
  ].join("\n");
  used.push(workflow);
  return workflow;
}

/** `comment.yml` with inputs. */
function commenting(inputs: Readonly<Record<string, string>>): string {
  const lines = Object.entries(inputs).map(([name, value]) => `          ${name}: ${JSON.stringify(value)}\n`);
  const workflow = `${exampleWorkflow("comment.yml")}        id: comment\n        with:\n${lines.join("")}`;
  used.push(workflow);
  return workflow;
}

describe("every input and output", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ apps: { web: { "requirements.txt": "itsdangerous==2.2.0\n" } } });
    const { state } = shop.github;
    state.addToken("a-persons-own-token", { login: "maintainer", kind: "user" });
    state.repository("acme/shop").roles.set("maintainer", "write");
  });
  afterAll(async () => {
    await shop.close();
  });

  test("what is weighed and how it is judged", async () => {
    const { state } = shop.github;
    const directory = state.repository("acme/shop").git ?? "";
    const old = git(directory, ["rev-parse", "main"]);
    shop.main({ "web/old.bin": blob(50 * 1024) });
    const { pull, event } = shop.open(7, { "web/requirements.txt": "itsdangerous==2.2.0\nidna==3.10\n" });
    const settings = {
      app: "web",
      platform: "heroku-22",
      python: "3.12",
      limit: "6M",
      "warn-at": "2M, 1M",
      "max-increase": "40K",
      "noise-floor": "1K",
      allowance: "3K",
      "advice-time": "0",
      cutoff: "2026-11-01T00:00:00Z",
      builds: "never",
      "runtime-archive": shop.runtimeArchive,
      cache: "false",
    };
    const workflow = weighing({ plain: settings, between: { ...settings, base: old, head: pull.head.sha } });
    const ran = await shop.run(event, { workflow });
    const [plain] = await reportsIn(ran.artifacts.get("plain"));
    const [between] = await reportsIn(ran.artifacts.get("between"));
    const { app: _app, cache: _cache, ...judged } = settings;
    expect(plain?.config).toMatchObject({ ...judged, "warn-at": ["2M", "1M"] });
    expect(plain).toMatchObject({
      app: "web",
      cutoff: settings.cutoff,
      head: { stack: "heroku-22", python: expect.stringMatching(/^3\.12\./), revision: { sha: pull.mergeCommit } },
      base: { revision: { sha: pull.base.sha } },
      verdict: { status: "fail" },
    });
    expect(between).toMatchObject({ base: { revision: { sha: old } }, head: { revision: { sha: pull.head.sha } } });
    expect(between?.diff.total?.compressed).toBeGreaterThan((plain?.diff.total?.compressed ?? NaN) + 50_000);
    expect(shop.cache.calls).toEqual([]);
    red(ran);

    const outputs = Object.fromEntries(ran.outputs.get("plain") ?? []);
    expect(outputs).toMatchObject({
      verdict: "fail",
      compressed: String(plain?.head.total?.compressed),
      delta: String(plain?.diff.total?.compressed),
    });
    const checks = state.repository("acme/shop").checkRuns.map(({ conclusion, headSha }) => [conclusion, headSha]);
    expect(checks).toEqual([
      ["failure", pull.head.sha],
      ["failure", pull.head.sha],
    ]);
    expect(state.repository("acme/shop").checkRuns[0]?.annotations[0]).toMatchObject({
      path: "web/requirements.txt",
      start_line: 2,
    });
    used.push(...Object.keys(outputs).map((name) => `outputs.${name}`));
  });

  test("when there is a comment, whose, and what lets an increase through", async () => {
    const { state } = shop.github;
    const { pull } = shop.open(8, { "web/model.bin": blob(200 * 1024) });
    const common = {
      app: "web",
      cutoff: "2026-11-01T00:00:00Z",
      "runtime-archive": shop.runtimeArchive,
      "max-increase": "100K",
      "override-label": "big is fine",
      "github-token": "a-persons-own-token",
      suggest: "true",
      "history-branch": "slugdiff-history",
    };
    state.label("acme/shop", 8, "labeled", "big is fine", "maintainer");
    const event = shop.events.pullRequest(pull, { action: "labeled", label: "big is fine", sender: "maintainer" });
    const workflow = weighing({
      always: { ...common, comment: "always", "comment-key": "a" },
      changes: { ...common, comment: "changes", "comment-key": "b" },
      failure: { ...common, comment: "failure", "comment-key": "c" },
      never: { ...common, comment: "never", "comment-key": "d" },
    });
    const ran = await shop.run(event, { workflow });
    green(ran);
    expect(ran.log).not.toContain("a-persons-own-token");
    const comments = state.repository("acme/shop").comments.filter(({ issue }) => issue === 8);
    expect(comments.map(({ user }) => user)).toEqual(["maintainer", "maintainer"]);
    expect(comments.map(({ body }) => /"key":"(.)"/.exec(body)?.[1])).toEqual(["a", "b"]);
    expect(comments[0]?.body).toContain("maintainer");
    const urls = ["always", "changes", "failure", "never"].map((id) => ran.outputs.get(id)?.get("comment-url") ?? "");
    expect(urls.map((url) => /issuecomment-(\d+)/.exec(url)?.[1])).toEqual([
      ...comments.map(({ id }) => String(id)),
      undefined,
      undefined,
    ]);
    expect(ran.artifacts.has("always-markdown")).toBe(true);
    expect(ran.artifacts.has("always-badge")).toBe(true);
  });

  test("of the comment action", async () => {
    const { state } = shop.github;
    const { pull, event } = shop.open(9, { "web/model.bin": blob(200 * 1024) });
    const settings = {
      app: "web",
      cutoff: "2026-11-01T00:00:00Z",
      "runtime-archive": shop.runtimeArchive,
      "max-increase": "100K",
      comment: "never",
    };
    const weighed = await shop.run(event, { workflow: weighing({ report: settings }) });
    red(weighed);
    state.label("acme/shop", 9, "labeled", "big is fine", "maintainer");
    const ended = shop.events.workflowRun(weighed.run.id);
    const inputs = {
      artifact: "rep*t",
      comment: "failure",
      "comment-key": "k",
      "override-label": "other",
      "github-token": "a-persons-own-token",
      suggest: "true",
    };
    const posted = await shop.run(ended, { workflow: commenting(inputs) });
    green(posted);
    const comments = state.repository("acme/shop").comments.filter(({ issue }) => issue === 9);
    expect(comments.map(({ user }) => user)).toEqual(["maintainer"]);
    expect(comments[0]?.body).toContain('"key":"k"');
    expect(comments[0]?.body).toMatch(/^### 🔴/m);
    expect(posted.outputs.get("comment")?.get("comment-url")).toContain(`issuecomment-${comments[0]?.id ?? ""}`);
    used.push("outputs.comment-url");

    const approved = await shop.run(ended, { workflow: commenting({ ...inputs, "override-label": "big is fine" }) });
    green(approved);
    expect(comments[0]?.body).not.toMatch(/^### 🔴/m);
    const nothing = await shop.run(ended, { workflow: commenting({ ...inputs, artifact: "none" }) });
    expect(nothing.outputs.get("comment")?.get("comment-url")).toBe("");
    expect(pull.state).toBe("open");
  });

  test("is used above", () => {
    const all = used.join("\n");
    for (const file of ["action.yml", "comment/action.yml"]) {
      const text = readFileSync(join(import.meta.dirname, "..", "..", file), "utf8");
      const namesOf = (section: string): string[] => {
        const [, body = ""] = new RegExp(`^${section}:\\n((?:  .*\\n)+)`, "m").exec(text) ?? [];
        return [...body.matchAll(/^ {2}([\w-]+):/gm)].map(([, name = ""]) => name);
      };
      expect(namesOf("inputs").filter((name) => !new RegExp(`^ +${name}: `, "m").test(all))).toEqual([]);
      expect(namesOf("outputs").filter((name) => !all.includes(`outputs.${name}`))).toEqual([]);
      expect(namesOf("inputs").length).toBeGreaterThan(4);
    }
  });
});

test("an Enterprise Server is asked at its own addresses", async () => {
  const server = await openShop({ enterprise: true });
  try {
    const { event } = server.open(7, WITH_CERTIFI);
    const ran = await server.run(event, { workflow: exampleWorkflow("own-branches.yml") });
    green(ran);
    expect(oneComment(server, 7).text).toContain("🆕 certifi");
    expect(server.github.requests.some(({ path }) => path === "/api/graphql")).toBe(true);
  } finally {
    await server.close();
  }
});
