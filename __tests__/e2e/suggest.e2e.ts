import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { green, openShop, type Shop } from "./shop.js";
import { exampleWorkflow, readmeWorkflow } from "./workflow.js";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  await shop.close();
});

const GOOGLE = {
  "requirements.txt": "itsdangerous==2.2.0\ngoogle-api-python-client==2.184.0\n",
  "api.py": "import itsdangerous\nfrom googleapiclient.discovery import build\n",
};

/** What is suggested on a pull request. */
const suggestions = (number: number) =>
  shop.github.state.repository("acme/shop").reviewComments.filter(({ issue }) => issue === number);

/** The README's workflow, with these inputs. */
const weighing = (...inputs: readonly string[]): string =>
  readmeWorkflow("Slug size").replace("max-increase: 20M", inputs.join("\n          "));

test("a pull request that adds a large distribution gets its replacement suggested, once for all runs", async () => {
  const workflow = weighing("suggest: true");
  const { event } = shop.open(7, GOOGLE);
  for (const each of [event, event, shop.push(7, { "app.py": "print('more')\n" })]) {
    const ran = await shop.run(each, { workflow });
    green(ran);
    expect(ran.annotations.filter(({ level }) => level === "warning")).toEqual([]);
  }
  expect(suggestions(7)).toEqual([
    expect.objectContaining({ user: "github-actions[bot]", path: "requirements.txt", startLine: null, line: 2 }),
  ]);
  expect(suggestions(7)[0]?.body).toMatch(/\n```suggestion\ngoogle-auth\nrequests\n```$/);
});

test("on a fork's pull request the second workflow suggests it", async () => {
  const { event } = shop.open(8, GOOGLE, "fork");
  const weighed = await shop.run(event, { workflow: exampleWorkflow("weigh.yml").replace("20M", "100M") });
  green(weighed);
  const workflow = exampleWorkflow("comment.yml").replace(
    /(?<=comment@v0)$/m,
    "\n        with:\n          suggest: true",
  );
  for (let times = 0; times < 2; times++) {
    green(await shop.run(shop.events.workflowRun(weighed.run.id), { workflow }));
  }
  expect(suggestions(8)).toHaveLength(1);
});

test("where the token may only read, the warning names what it takes", async () => {
  const workflow = weighing("suggest: true", "comment: never");
  const { event } = shop.open(9, GOOGLE, "fork");
  const ran = await shop.run(event, { workflow });
  green(ran);
  expect(ran.annotations.filter(({ level }) => level === "warning")).toEqual([
    expect.objectContaining({ message: expect.stringContaining("`pull-requests: write`") }),
  ]);
  expect(suggestions(9)).toEqual([]);
});
