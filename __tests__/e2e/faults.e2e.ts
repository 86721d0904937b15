import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { faults, type Fault } from "../github-fake/faults.js";
import { green, oneComment, openShop, WITH_CERTIFI, type Ran, type Shop } from "./shop.js";
import { exampleWorkflow, readmeWorkflow } from "./workflow.js";

describe("when GitHub fails", () => {
  let shop: Shop;
  let report: Buffer;
  let number = 100;
  beforeAll(async () => {
    shop = await openShop();
    const { event } = shop.open(7, WITH_CERTIFI);
    const weighed = await shop.run(event, { workflow: exampleWorkflow("weigh.yml") });
    report = weighed.artifacts.get("slugdiff") ?? Buffer.from("");
  });
  afterAll(async () => {
    await shop.close();
  });

  /** A pull request that was weighed; its comment is yet to be written. */
  function weighedPull(): { readonly number: number; comment(): Promise<Ran> } {
    const { state } = shop.github;
    const { pull } = shop.open(++number, WITH_CERTIFI);
    const run = state.addRun("acme/shop", { head: pull.head, pulls: [pull.number] });
    state.addArtifact("acme/shop", run.id, "slugdiff", report);
    const workflow = exampleWorkflow("comment.yml");
    return { number, comment: () => shop.run(shop.events.workflowRun(run.id), { workflow }) };
  }

  const passing: readonly (readonly [string, Fault])[] = [
    ["429", faults.tooManyRequests(1)],
    ["a secondary limit", faults.secondaryLimit(1)],
    ["the primary limit", faults.primaryLimit(1)],
    ["500", faults.serverError()],
    ["502 with a page of HTML", faults.badGateway()],
    ["a connection that is cut at once", faults.cut("request")],
    ["a connection that is cut when all is done", faults.cut("answer")],
    ["a connection that is cut half-way through the answer", faults.cut("body")],
    ["a slow answer", faults.slow(2000)],
  ];

  test.each(passing)("%s to the comment's creation: there is one comment in the end", async (_, fault) => {
    const pull = weighedPull();
    shop.github.inject({ method: "POST", path: /\/comments$/, fault });
    green(await pull.comment());
    expect(oneComment(shop, pull.number).text).toContain("🆕 certifi");
  });

  test("each of them, one after the other, to what is read before", async () => {
    const pull = weighedPull();
    const reads = [/\/pulls\?/, /\/artifacts\?/, /\/zip$/, /^\/blob\//, /^\/graphql$/, /\/comments\?/, /\/pulls\/\d+$/];
    for (const [index, path] of reads.entries()) {
      const [, fault] = passing[index] ?? [];
      if (fault !== undefined) shop.github.inject({ path, fault });
    }
    green(await pull.comment());
    expect(oneComment(shop, pull.number).text).toContain("🆕 certifi");
  });

  test("half of a list of comments is no list: no second comment", async () => {
    const pull = weighedPull();
    await pull.comment();
    const { comment } = oneComment(shop, pull.number);
    shop.github.inject({ path: /\/comments\?/, fault: faults.cut("body") });
    shop.push(pull.number, WITH_CERTIFI);
    const again = weighedAgain(pull.number);
    green(await again());
    expect(oneComment(shop, pull.number).comment.id).toBe(comment.id);
  });

  function weighedAgain(pullNumber: number): () => Promise<Ran> {
    const { state } = shop.github;
    const pull = state.pull("acme/shop", pullNumber);
    const run = state.addRun("acme/shop", { head: pull.head, pulls: [pullNumber] });
    state.addArtifact("acme/shop", run.id, "slugdiff", report);
    const workflow = exampleWorkflow("comment.yml");
    return () => shop.run(shop.events.workflowRun(run.id), { workflow });
  }

  test("an answer that never ends is given up and asked for again", async () => {
    const pull = weighedPull();
    shop.github.inject({ path: /\/comments\?/, fault: faults.neverEnding() });
    green(await pull.comment());
    expect(oneComment(shop, pull.number).text).toContain("🆕 certifi");
  });

  const lasting: readonly (readonly [string, Fault, RegExp])[] = [
    ["401", faults.unauthorized(), /401/],
    ["403", faults.forbidden(), /pull-requests: write/],
    ["404", faults.notFound(), /404/],
    ["409", faults.conflict(), /409/],
    ["422", faults.unprocessable(), /422/],
    ["a limit for an hour", faults.secondaryLimit(3600), /limit/],
  ];

  test.each(lasting)("%s, always: a warning that helps, and a green job", async (_, fault, words) => {
    const pull = weighedPull();
    shop.github.inject({
      method: "POST",
      path: new RegExp(`/issues/${pull.number}/comments$`),
      times: Infinity,
      fault,
    });
    const ran = await pull.comment();
    green(ran);
    expect(shop.comments(pull.number)).toEqual([]);
    expect(ran.annotations).toEqual([expect.objectContaining({ level: "warning" })]);
    expect(ran.annotations[0]?.message).toMatch(words);
  });

  test("the comment is deleted just before it is updated: it is written anew", async () => {
    const pull = weighedPull();
    await pull.comment();
    const { comment } = oneComment(shop, pull.number);
    const { comments } = shop.github.state.repository("acme/shop");
    // A second run for the same head: the comment has to learn of it, though its text stays.
    shop.github.inject({
      method: "PATCH",
      path: /\/comments\/\d+$/,
      before: () => {
        comments.splice(comments.indexOf(comment), 1);
      },
    });
    await weighedAgain(pull.number)();
    expect(oneComment(shop, pull.number).comment.id).not.toBe(comment.id);
  });

  test("the head moves on just before the comment is written: the newer run has its say", async () => {
    const pull = weighedPull();
    shop.github.inject({
      path: new RegExp(`/pulls/${pull.number}$`),
      before: () => {
        shop.push(pull.number, { "app.py": "print('newer')\n" });
      },
    });
    const ran = await pull.comment();
    green(ran);
    expect(shop.comments(pull.number)).toEqual([]);
  });

  test("nothing but 502: the check is weighed and reported all the same", async () => {
    const { event } = shop.open(++number, WITH_CERTIFI);
    shop.github.inject({ path: /^\/(repos|graphql)/, times: Infinity, fault: faults.badGateway() });
    const ran = await shop.run(event, { workflow: readmeWorkflow("Slug size") });
    green(ran);
    expect(ran.outputs.get("slugdiff")?.get("verdict")).toBe("pass");
    expect(ran.summary).toContain("🆕 certifi");
    expect(ran.annotations.map(({ level }) => level)).not.toContain("error");
    expect(ran.annotations.some(({ message }) => message.includes("502"))).toBe(true);
  });
});
