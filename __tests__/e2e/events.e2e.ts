import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { git } from "../revisions/fixtures.js";
import { blob, green, oneComment, openShop, red, WITH_CERTIFI, type Shop } from "./shop.js";
import { readmeWorkflow } from "./workflow.js";

const MIB = 1024 * 1024;

describe("events of the README's workflow", () => {
  const workflow = readmeWorkflow("Slug size");
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(async () => {
    await shop.close();
  });

  const sha = (name: string): string => git(shop.github.state.repository("acme/shop").git ?? "", ["rev-parse", name]);

  test("a push is weighed by itself, without any comment", async () => {
    const before = shop.github.requests.length;
    const ran = await shop.run(shop.events.push({ after: sha("main") }), { workflow });
    green(ran);
    expect(ran.outputs.get("slugdiff")?.get("verdict")).toBe("pass");
    expect(ran.outputs.get("slugdiff")?.get("comment-url")).toBe("");
    expect(ran.summary).toMatch(/^### .*Slug/);
    const asked = shop.github.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked.filter((request) => request.includes("/issues/"))).toEqual([]);
  });

  test("so is what is dispatched by hand", async () => {
    const ran = await shop.run(shop.events.workflowDispatch(), { workflow });
    green(ran);
    expect(ran.summary).toMatch(/^### .*Slug/);
  });

  test("in the merge queue the rule about increases is silent, the check reports", async () => {
    const { pull, event } = shop.open(7, { "model.bin": blob(21 * MIB) });
    const opened = await shop.run(event, { workflow });
    red(opened);
    expect(opened.outputs.get("slugdiff")?.get("verdict")).toBe("fail");
    expect(oneComment(shop, 7).text).toMatch(/^### 🔴/);

    const queued = shop.events.mergeGroup({ headSha: pull.mergeCommit ?? "", baseSha: sha("main"), number: 7 });
    const ran = await shop.run(queued, { workflow });
    green(ran);
    expect(ran.summary).toContain("`model.bin`");
  });

  test("a label of somebody who may write lets it through, until it grows again", async () => {
    const { state } = shop.github;
    const pull = state.pull("acme/shop", 7);
    const label = "slug-size-approved";
    state.repository("acme/shop").roles.set("boss", "maintain").set("guest", "triage");

    state.label("acme/shop", 7, "labeled", label, "guest");
    const refused = shop.events.pullRequest(pull, { action: "labeled", label, sender: "guest" });
    red(await shop.run(refused, { workflow }));

    state.label("acme/shop", 7, "unlabeled", label, "boss");
    state.label("acme/shop", 7, "labeled", label, "boss");
    const approved = shop.events.pullRequest(pull, { action: "labeled", label, sender: "boss" });
    const ran = await shop.run(approved, { workflow });
    green(ran);
    expect(oneComment(shop, 7).text).toContain("boss");

    const grown = await shop.run(shop.push(7, { "more.bin": blob(MIB / 2) }), { workflow });
    red(grown);
    expect(oneComment(shop, 7).text).toMatch(/^### 🔴/);
  });

  test("an approved slug passes the merge queue too, one that nobody approved does not", async () => {
    const { state } = shop.github;
    const label = "slug-size-approved";
    const limited = workflow.replace("max-increase: 20M", "limit: 6M");
    const { pull, event } = shop.open(20, { "model.bin": blob(MIB / 2) });
    const queued = shop.events.mergeGroup({ headSha: pull.mergeCommit ?? "", baseSha: sha("main"), number: 20 });
    red(await shop.run(event, { workflow: limited }));
    red(await shop.run(queued, { workflow: limited }));

    state.label("acme/shop", 20, "labeled", label, "boss");
    const approved = shop.events.pullRequest(pull, { action: "labeled", label, sender: "boss" });
    green(await shop.run(approved, { workflow: limited }));
    const ran = await shop.run(queued, { workflow: limited });
    green(ran);
    expect(ran.summary).toContain("boss");
  });

  test("the base moved on: the comment names it", async () => {
    const { event } = shop.open(8, WITH_CERTIFI);
    const base = sha("main");
    shop.main({ "README.md": "# Shop\n" });
    const ran = await shop.run(event, { workflow });
    green(ran);
    const { text } = oneComment(shop, 8);
    expect(text).toContain(base.slice(0, 7));
    expect(text).toContain(sha("main").slice(0, 7));
  });

  test("pull_request_target is refused, and nothing is weighed", async () => {
    const { pull } = shop.open(9, WITH_CERTIFI, "fork");
    const target = workflow.replace("  pull_request:", "  pull_request_target:");
    const ran = await shop.run(shop.events.pullRequestTarget(pull), { workflow: target });
    expect(ran.succeeded).toBe(false);
    expect(ran.log).toContain("Slugdiff does not run on pull_request_target.");
    expect(ran.outputs.get("slugdiff")?.get("report")).toBeUndefined();
    expect(shop.comments(9)).toEqual([]);
  });

  test("an unchanged app is passed through", async () => {
    const { event } = shop.open(10, { "README.md": "# Shop\n\nWelcome.\n" });
    const ran = await shop.run(event, { workflow });
    green(ran);
    expect(shop.comments(10)).toEqual([]);
  });
});
