import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Event } from "../github-fake/events.js";
import { dataIn } from "../render/page.js";
import { blob, green, oneComment, openShop, reportsIn, WITH_CERTIFI, type Ran, type Shop } from "./shop.js";
import { readmeWorkflow } from "./workflow.js";

const MANY = 4000;

describe("the workflow of the README leaves exactly one right comment", () => {
  const workflow = readmeWorkflow("Slug size");
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(async () => {
    await shop.close();
  });

  /** Runs the workflow, and gives the comment if it is the only one and of this run and head. */
  async function right(event: Event): Promise<{ readonly text: string; readonly ran: Ran }> {
    const ran = await shop.run(event, { workflow });
    green(ran);
    const { marker, text, comment } = oneComment(shop, 7);
    const { head } = shop.github.state.pull("acme/shop", 7);
    expect(marker).toMatchObject({ run: ran.run.id, head: head.sha });
    expect(ran.outputs.get("slugdiff")?.get("comment-url")).toContain(`issuecomment-${comment.id}`);
    // The summary has the whole report, and begins as the comment does.
    expect(ran.summary.split("\n")[0]).toBe(text.split("\n")[0]);
    return { text, ran };
  }

  test("among forty pages of others' comments, one that looks like ours among them", async () => {
    const { state } = shop.github;
    const { event } = shop.open(7, WITH_CERTIFI);
    const copied = '<!-- slugdiff {"v":1,"key":".","run":1,"attempt":1,"head":"x","apps":{}} -->\n### no';
    state.addComment("acme/shop", 7, copied, { user: "stranger" });
    for (let number = 1; number < MANY; number++) state.addComment("acme/shop", 7, `+1 from ${number}`);
    const { text, ran } = await right(event);
    expect(text).toMatch(/^### 🟢 Slug \+0\.2 MiB/);
    expect(text.trimEnd()).toMatch(
      /\[Summary and files of this run\]\(\S+\/acme\/shop\/actions\/runs\/\d+#artifacts\)$/,
    );
    // The page is an artifact by itself, and says what the report does.
    const [report] = await reportsIn(ran.artifacts.get("slugdiff"));
    const [page] = dataIn(ran.artifacts.get("slugdiff-report.html")?.toString() ?? "").apps;
    expect(page?.map.head?.[2]).toBe(report?.head.total?.compressed);
    expect(page?.report.diff.total).toEqual(report?.diff.total);
    expect(page?.map.children?.map(({ name }) => name)).toContain("certifi");
    expect(text).toContain("| 🆕 certifi | 2025.10.5 | +0.2 MiB | `requirements.txt:2` |");
    expect(state.repository("acme/shop").comments).toHaveLength(MANY + 1);
    expect(state.repository("acme/shop").comments[0]?.body).toBe(copied);
  });

  test("after three pushes", async () => {
    const [first] = shop.comments(7);
    const texts: string[] = [];
    for (const size of [320, 600, 900]) {
      const { text } = await right(shop.push(7, { "model.bin": blob(size * 1024) }));
      texts.push(text);
    }
    expect(texts.map((text) => /Slug (\S+) MiB/.exec(text)?.[1])).toEqual(["+0.5", "+0.7", "+1.0"]);
    expect(oneComment(shop, 7).comment.id).toBe(first?.id);
  });

  test("after a force-push that takes the distribution back", async () => {
    const { text } = await right(shop.push(7, { "model.bin": blob(400 * 1024) }, { force: true }));
    expect(text).toContain("`model.bin`");
    expect(text).not.toContain("certifi");
  });

  test("when the change has gone away: it is kept true", async () => {
    const { text } = await right(shop.push(7, {}, { force: true }));
    expect(text).toMatch(/^### ⚪ Slug unchanged/);
  });

  test("when two first runs write at the same time", async () => {
    const { pull, event } = shop.open(8, WITH_CERTIFI);
    // Neither sees the other's comment before it writes its own.
    const arrived = new EventEmitter();
    const both = once(arrived, "both");
    let waiting = 0;
    const before = async (): Promise<void> => {
      if (++waiting === 2) arrived.emit("both");
      await both;
    };
    shop.github.inject({ method: "POST", path: /\/issues\/8\/comments$/, times: 2, before });
    const labeled = shop.events.pullRequest(pull, { action: "labeled", label: "bug" });
    const runs = [shop.run(event, { workflow, runId: 801 }), shop.run(labeled, { workflow, runId: 802 })];
    const ended = await Promise.all(runs.map((run) => run.finally(() => arrived.emit("both"))));
    expect(ended.map(({ succeeded }) => succeeded)).toEqual([true, true]);
    expect(waiting).toBe(2);
    const { marker, text } = oneComment(shop, 8);
    expect(marker).toMatchObject({ run: 802, head: pull.head.sha });
    expect(text).toContain("🆕 certifi");
  });

  test("an older run that ends late changes nothing", async () => {
    const { pull, event } = shop.open(9, WITH_CERTIFI);
    const newer = shop.push(9, { "model.bin": blob(300 * 1024) });
    await shop.run(newer, { workflow, runId: 902 });
    const { comment } = oneComment(shop, 9);
    const before = { ...comment };
    const late = await shop.run(event, { workflow, runId: 901 });
    green(late);
    expect(oneComment(shop, 9).comment).toEqual(before);
    expect(oneComment(shop, 9).marker.head).toBe(pull.head.sha);
  });

  test("a push that changes nothing in the slug sends nothing", async () => {
    const before = { ...oneComment(shop, 9).comment };
    const ran = await shop.run(shop.push(9, {}), { workflow, runId: 903 });
    green(ran);
    expect(oneComment(shop, 9).comment).toEqual(before);
    expect(ran.outputs.get("slugdiff")?.get("comment-url")).toContain(`issuecomment-${before.id}`);
  });

  test("nor does one by force to a new head; back to an old one, the comment learns of the newer run", async () => {
    const { state } = shop.github;
    const before = { ...oneComment(shop, 9).comment };
    const pull = state.pull("acme/shop", 9);
    const { head, mergeCommit } = pull;
    green(
      await shop.run(shop.push(9, { ...WITH_CERTIFI, "model.bin": blob(300 * 1024) }, { force: true }), {
        workflow,
        runId: 904,
      }),
    );
    expect(oneComment(shop, 9).comment).toEqual(before);

    const there = pull.head.sha;
    Object.assign(pull, { head, mergeCommit });
    state.forcePushed("acme/shop", 9);
    const back = shop.events.pullRequest(pull, { action: "synchronize", before: there });
    const ran = await shop.run(back, { workflow, runId: 905 });
    green(ran);
    expect(oneComment(shop, 9).marker).toMatchObject({ run: ran.run.id, head: head.sha });
  });
});
