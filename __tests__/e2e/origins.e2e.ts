import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Report } from "../../src/model/report.js";
import type { Event } from "../github-fake/events.js";
import {
  blob,
  green,
  oneComment,
  openShop,
  red,
  reportsIn,
  WITH_CERTIFI,
  type From,
  type Ran,
  type Shop,
  withoutLinks,
} from "./shop.js";
import { exampleWorkflow, readmeWorkflow } from "./workflow.js";

/** What a report says, whichever run and commit it is about. */
function findings(reports: readonly Report[]): unknown {
  return reports.map(({ base, head, diff, verdict }) => {
    const side = ({ revision: _revision, ...rest }: Report["head"]): unknown => rest;
    return { base: side(base), head: side(head), diff, verdict };
  });
}

describe("forks, Dependabot and own branches get the same report", () => {
  let shop: Shop;
  const texts = new Map<From, string>();
  const reports = new Map<From, unknown>();
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(async () => {
    await shop.close();
  });

  const origins: readonly (readonly [From, number])[] = [
    ["own branch", 7],
    ["fork", 8],
    ["Dependabot", 9],
  ];

  test.each(origins)("%s: weighed with a token that reads, commented by the second workflow", async (from, number) => {
    const { pull, event } = shop.open(number, WITH_CERTIFI, from);
    const weighed = await shop.run(event, { workflow: exampleWorkflow("weigh.yml") });
    green(weighed);
    expect(weighed.annotations.filter(({ level }) => level !== "notice")).toEqual([]);
    expect(shop.comments(number)).toEqual([]);

    const ended = shop.events.workflowRun(weighed.run.id);
    const commented = await shop.run(ended, { workflow: exampleWorkflow("comment.yml") });
    green(commented);
    const { marker, text } = oneComment(shop, number);
    expect(marker).toMatchObject({ run: weighed.run.id, head: pull.head.sha });
    expect(text).toContain("🆕 certifi");
    expect(weighed.summary.split("\n")[0]).toBe(text.split("\n")[0]);
    texts.set(from, withoutLinks(text));
    reports.set(from, findings(await reportsIn(weighed.artifacts.get("slugdiff"))));
  });

  test("the same in every byte of the comment but its link, and every figure of the report", async () => {
    const { event } = shop.open(10, WITH_CERTIFI);
    const direct = await shop.run(event, { workflow: readmeWorkflow("Slug size") });
    texts.set("own branch", withoutLinks(oneComment(shop, 10).text));
    const all = [...reports.values(), findings(await reportsIn(direct.artifacts.get("slugdiff")))];
    for (const each of all) expect(each).toEqual(all[0]);
    expect(new Set(texts.values()).size).toBe(1);
  });

  /** Weighs a fork's pull request, and writes the comment. */
  async function bothWorkflows(event: Event, weigh = exampleWorkflow("weigh.yml")): Promise<Ran> {
    const weighed = await shop.run(event, { workflow: weigh });
    green(await shop.run(shop.events.workflowRun(weighed.run.id), { workflow: exampleWorkflow("comment.yml") }));
    return weighed;
  }

  test("fork: a push that changes nothing in the slug sends nothing", async () => {
    const before = { ...oneComment(shop, 8).comment };
    green(await bothWorkflows(shop.push(8, {})));
    expect(oneComment(shop, 8).comment).toEqual(before);
    green(await bothWorkflows(shop.push(8, { "model.bin": blob(300 * 1024) })));
    expect(oneComment(shop, 8).comment.updatedAt).not.toBe(before.updatedAt);
  });

  test("fork: the check and the comment agree on a label that it was opened with, and on a push since", async () => {
    const { state } = shop.github;
    const weigh = exampleWorkflow("weigh.yml").replace("max-increase: 20M", "max-increase: 100K");
    const label = "slug-size-approved";
    state.repository("acme/shop").roles.set("boss", "write");
    const { pull } = shop.open(20, { "model.bin": blob(300 * 1024) }, "fork");
    state.label("acme/shop", 20, "labeled", label, "boss");
    green(await bothWorkflows(shop.events.pullRequest(pull, { action: "labeled", label, sender: "boss" }), weigh));
    expect(oneComment(shop, 20).text).toContain("boss approved this size");

    red(await bothWorkflows(shop.push(20, { "more.bin": blob(200 * 1024) }), weigh));
    expect(oneComment(shop, 20).text).toMatch(/^### 🔴/);
  });

  test.each(["fork", "Dependabot"] as const)("%s: the README's workflow checks all the same", async (from) => {
    const number = from === "fork" ? 18 : 19;
    const { event } = shop.open(number, WITH_CERTIFI, from);
    const ran = await shop.run(event, { workflow: readmeWorkflow("Slug size") });
    green(ran);
    expect(ran.summary).toContain("🆕 certifi");
    expect(shop.comments(number)).toEqual([]);
    expect(ran.annotations).toEqual([
      {
        level: "notice",
        message: expect.stringContaining("certifi +0.2 MiB"),
        properties: expect.objectContaining({ file: "requirements.txt", line: "2" }),
      },
      { level: "warning", message: expect.stringContaining("Forks and Dependabot"), properties: {} },
    ]);
  });

  test("a private repository: what is missing is fetched with the job's token", async () => {
    const hidden = await openShop({ private: true });
    try {
      const { event } = hidden.open(7, WITH_CERTIFI);
      const ran = await hidden.run(event, { workflow: readmeWorkflow("Slug size") });
      green(ran);
      expect(oneComment(hidden, 7).text).toContain("🆕 certifi");
      const fetched = hidden.github.requests.filter(({ path }) => path.includes("git-upload-pack"));
      expect(fetched.filter(({ status }) => status === 200).every(({ token }) => token !== null)).toBe(true);
      expect(ran.log).not.toContain("token-of-run");

      // The comment action sees where the branch is by now only where it may read it, and says nothing of it elsewhere.
      const { event: opened } = hidden.open(8, WITH_CERTIFI);
      const weighed = await hidden.run(opened, { workflow: exampleWorkflow("weigh.yml") });
      hidden.main({ "README.md": "# Shop\n" });
      const ended = hidden.events.workflowRun(weighed.run.id);
      const workflow = exampleWorkflow("comment.yml");
      const isSaid: boolean[] = [];
      for (const each of [workflow, workflow.replace("# contents: read", "contents: read")]) {
        green(await hidden.run(ended, { workflow: each }));
        isSaid.push(oneComment(hidden, 8).text.includes("run the workflow again"));
      }
      expect(isSaid).toEqual([false, true]);

      // The whole history, and a credential in the clone: what the checkout's defaults once were.
      const whole = readmeWorkflow("Slug size").replace(
        "persist-credentials: false",
        "persist-credentials: true\n          fetch-depth: 0",
      );
      const again = await hidden.run(hidden.push(7, { "app.py": "print('again')\n" }), { workflow: whole });
      green(again);
      expect(oneComment(hidden, 7).text).toContain("🆕 certifi");
    } finally {
      await hidden.close();
    }
  });
});
