import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { git } from "../revisions/fixtures.js";
import { blob, green, oneComment, openShop, reportsIn, WITH_CERTIFI, type Ran, type Shop } from "./shop.js";
import { readmeWorkflow } from "./workflow.js";

const workflow = readmeWorkflow("Slug size");
const TREND = /^Default branch, last (\d) weighed commits: [\d.]+ MiB → [\d.]+ MiB [▁-█]+$/m;

let shop: Shop;
const commits: string[] = [];
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  await shop.close();
});

/** Pushes to main, and runs the workflow for that. */
async function push(file: string, run = workflow): Promise<Ran> {
  const sha = shop.main({ [file]: blob(300 * 1024) });
  commits.push(sha);
  const ran = await shop.run(shop.events.push({ after: sha }), { workflow: run });
  green(ran);
  return ran;
}

test("what main weighed is a line in a pull request's comment, whoever's it is", async () => {
  await push("one.bin");
  await push("two.bin");
  expect((await push("three.bin")).summary).toMatch(TREND);
  for (const [number, from] of [
    [7, "own branch"],
    [8, "fork"],
  ] as const) {
    const ran = await shop.run(shop.open(number, WITH_CERTIFI, from).event, { workflow });
    green(ran);
    const [report] = await reportsIn(ran.artifacts.get("slugdiff"));
    expect(report?.history.map(({ sha }) => sha)).toEqual(commits);
    expect(ran.summary).toMatch(TREND);
  }
  expect(TREND.exec(oneComment(shop, 7).text)?.[1]).toBe("3");
  const keys = shop.cache.entries.map(({ key }) => key).filter((key) => key.startsWith("slugdiff-history-"));
  expect(keys).toHaveLength(commits.length);
});

test("a team that asks for a branch has it there, and nothing of it in the cache", async () => {
  const onBranch = workflow
    .replace("contents: read", "contents: write")
    .replace("max-increase: 20M", "max-increase: 20M\n          history-branch: slugdiff-history");
  shop.cache.entries.splice(0);
  await push("four.bin", onBranch);
  await push("five.bin", onBranch);
  const { git: directory } = shop.github.state.repository("acme/shop");
  expect(git(directory ?? "", ["log", "--format=%s", "slugdiff-history"]).split("\n")).toHaveLength(2);
  expect(shop.cache.entries.filter(({ key }) => key.startsWith("slugdiff-history-"))).toEqual([]);
  // A fork's token may only read.
  const ran = await shop.run(shop.open(9, WITH_CERTIFI, "fork").event, { workflow: onBranch });
  green(ran);
  const [report] = await reportsIn(ran.artifacts.get("slugdiff"));
  expect(report?.history.map(({ sha }) => sha)).toEqual(commits.slice(3));
});
