import { existsSync } from "node:fs";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { MIB } from "../../src/model/bytes.js";
import { renderJson } from "../../src/render/json.js";
import { zip, type ZipEntry } from "../github-fake/zip.js";
import { makeLayer, makeReport, makeSide } from "../render/make-report.js";
import { green, openShop, withoutLinks, type Ran, type Shop } from "./shop.js";
import { exampleWorkflow } from "./workflow.js";

const PYTHON = makeLayer("Python", 13, { kind: "runtime", direct: false, why: [] });

/** A report of a change that adds these layers; sound in every figure. */
function report(...added: readonly ReturnType<typeof makeLayer>[]): string {
  return renderJson(makeReport(makeSide([PYTHON]), makeSide([PYTHON, ...added])));
}

describe("what a stranger's run leaves as its report harms nothing", () => {
  const workflow = exampleWorkflow("comment.yml");
  const good = report(makeLayer("flask", 1));
  let shop: Shop;
  let number = 100;
  beforeAll(async () => {
    shop = await openShop();
    // The one that a hostile report might name.
    shop.open(7, {});
  });
  afterAll(async () => {
    // Whatever it was, nobody else's pull request has heard of it.
    expect(shop.comments(7)).toEqual([]);
    await shop.close();
  });

  /** Runs the comment action on what a fork's run left, and gives the comments that there are. */
  async function commentOn(...artifacts: readonly (readonly [name: string, archive: Buffer])[]): Promise<{
    readonly ran: Ran;
    readonly bodies: readonly string[];
  }> {
    const { state } = shop.github;
    const { pull } = shop.open(++number, {}, "fork");
    const run = state.addRun("acme/shop", { head: pull.head });
    for (const [name, archive] of artifacts) state.addArtifact("acme/shop", run.id, name, archive);
    const ran = await shop.run(shop.events.workflowRun(run.id), { workflow });
    green(ran);
    return { ran, bodies: shop.comments(pull.number).map(({ body }) => body) };
  }

  test.each<readonly [string, Buffer]>([
    ["is not JSON", zip([{ name: "slugdiff-report.json", content: "]" }])],
    ["is JSON of something else", zip([{ name: "slugdiff-report.json", content: '{"pull_request": 7}' }])],
    ["is no zip", Buffer.from("#!/bin/sh\n")],
    ["is empty", zip([])],
    ["is of 200 MB", zip([{ name: "a.json", content: Buffer.alloc(200 * MIB, "0") }])],
    ["is of 400 MB, and claims to be small", bomb()],
    ["does not add up", zip([{ name: "a.json", content: good.replace(/"compressed": \d+/, '"compressed": 1') }])],
    ["climbs out", zip([{ name: `../../../../../../..${join(tmpdir(), "climbed.json")}`, content: good }])],
    ["climbs out by an absolute path", zip([{ name: join(tmpdir(), "climbed.json"), content: good }])],
  ])("one that %s is left out, and a sound one beside it is shown", async (_, archive) => {
    const sound = zip([{ name: "slugdiff-report.json", content: good }]);
    const { ran, bodies } = await commentOn(["slugdiff-a", archive], ["slugdiff-b", sound]);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toContain("| 🆕 flask |");
    expect(ran.annotations.map(({ level }) => level)).toEqual(["warning"]);
    expect(ran.annotations[0]?.message).toContain("The artifact slugdiff-a was left out.");
    expect(existsSync(join(tmpdir(), "climbed.json"))).toBe(false);
  });

  test("the pull request it names is not asked for: GitHub's own word counts", async () => {
    const named = { name: "pr-number.json", content: "7" };
    const report7 = makeReport(makeSide([PYTHON]), makeSide([PYTHON, makeLayer("flask", 1)], { revision: ref(7) }));
    const archive = zip([{ name: "slugdiff-report.json", content: renderJson(report7) }]);
    const { bodies } = await commentOn(["slugdiff", archive], ["pr", zip([named])]);
    expect(bodies).toHaveLength(1);
    expect(shop.comments(7)).toEqual([]);
  });

  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "flask | x |\n\n# Approved by the maintainers\n\n@acme/security",
    "[flask](https://evil.invalid/)![](https://evil.invalid/pixel)",
    "flask --> <!-- slugdiff {",
    "`x` ::error::y",
  ])("a distribution called %j is text and nothing else", async (name) => {
    const { ran, bodies } = await commentOn([
      "slugdiff",
      archiveOf(report(makeLayer(name, 1, { why: [`${name}:1`] }))),
    ]);
    expect(bodies).toHaveLength(1);
    for (const body of bodies) {
      expect(body.split("\n").filter((line) => line.startsWith("# "))).toEqual([]);
      const [marker = "", ...lines] = withoutLinks(body).split("\n");
      expect(marker).toMatch(/^<!-- slugdiff [^>]* -->$/);
      // Nothing is markup, or calls anybody, but what stands in a code span.
      const outside = lines.join("\n").replace(/(`+)[^\n]*?\1/g, "");
      expect(outside).not.toMatch(/<(?:script|img|!--)|(?<!\\)\]\(|(?<![\w\\])@acme/);
    }
    expect(ran.annotations.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("ten thousand rows are folded into what GitHub takes", async () => {
    const layers = Array.from({ length: 10_000 }, (_, index) => makeLayer(`package-${index}`, 0.001 + index / 1e6));
    const { bodies } = await commentOn(["slugdiff", archiveOf(report(...layers))]);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]?.length).toBeLessThanOrEqual(65_536);
    expect(bodies[0]).toContain("package-9999");
  });

  test("a run whose pull request is gone, or not the only one, is left alone", async () => {
    const { state } = shop.github;
    const run = state.addRun("acme/shop", { head: { ref: "none", sha: "0".repeat(40), repo: "stranger/shop" } });
    state.addArtifact("acme/shop", run.id, "slugdiff", archiveOf(good));
    const before = state.repository("acme/shop").comments.length;
    const ran = await shop.run(shop.events.workflowRun(run.id), { workflow });
    green(ran);
    expect(state.repository("acme/shop").comments).toHaveLength(before);
  });

  test("a run that was not about a pull request is left alone", async () => {
    const { state } = shop.github;
    const { head } = state.pull("acme/shop", 7);
    const run = state.addRun("acme/shop", { head, event: "push" });
    state.addArtifact("acme/shop", run.id, "slugdiff", archiveOf(good));
    // Without the workflow's own `if`, too.
    const bare = workflow.replace(/^ +if: >-\n(?: {6}.*\n)+/m, "");
    expect(bare).not.toContain("if:");
    const ran = await shop.run(shop.events.workflowRun(run.id), { workflow: bare });
    expect(ran.log).toContain("there is nothing to comment on");
  });
});

function ref(number: number): { readonly ref: string; readonly sha: string } {
  return { ref: `refs/pull/${number}/merge`, sha: "7".repeat(40) };
}

function archiveOf(text: string): Buffer {
  return zip([{ name: "slugdiff-report.json", content: text }]);
}

function bomb(): Buffer {
  const entry: ZipEntry = { name: "a.json", content: Buffer.alloc(400 * MIB, "0"), claimedSize: 1000 };
  return zip([entry]);
}
