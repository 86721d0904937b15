import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { isPage } from "../../src/publish/page-name.js";
import {
  APP,
  blob,
  green,
  oneComment,
  openShop,
  red,
  reportsIn,
  WITH_CERTIFI,
  type Files,
  type Shop,
  withoutLinks,
} from "./shop.js";
import { exampleWorkflow, readmeWorkflow } from "./workflow.js";

/** The files, in a directory. */
function below(directory: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${directory}/${path}`, content]));
}

/** `examples/matrix.yml`, but for the one word in it that act does not know. */
function matrixWorkflow(): string {
  const [index, known] = ["strategy.job-index", "matrix.app == 'services/api' && '0' || '1'"];
  const workflow = exampleWorkflow("matrix.yml");
  expect(workflow).toContain(index);
  return workflow.replace(index, known);
}

/** The README's workflow for all apps at once. */
function globWorkflow(): string {
  const workflow = readmeWorkflow("Slug size").replace(
    "max-increase: 20M",
    "max-increase: 20M\n          app: services/*",
  );
  expect(workflow).toContain("app: services/*");
  return workflow;
}

describe("a repository with several apps", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({ apps: { "services/api": APP, "services/worker": APP } });
  });
  afterAll(async () => {
    await shop.close();
  });

  test("examples/matrix.yml: a job for each, one comment for all", async () => {
    const workflow = matrixWorkflow();
    const changes = { ...below("services/api", WITH_CERTIFI), "services/worker/model.bin": blob(300 * 1024) };
    const { pull, event } = shop.open(7, changes);
    const ran = await shop.run(event, { workflow });
    green(ran);
    expect([...ran.artifacts.keys()].sort()).toEqual([
      ...["slugdiff-0", "slugdiff-1"],
      ...["slugdiff-report-services-api.html", "slugdiff-report-services-worker.html"],
    ]);
    const { marker, text } = oneComment(shop, 7);
    expect(marker).toMatchObject({ run: ran.run.id, head: pull.head.sha });
    expect(Object.keys(marker.apps)).toEqual(["services/api", "services/worker"]);
    expect(text).toContain("🆕 certifi");
    expect(text).toContain("`model.bin`");
    const deltas = [...ran.artifacts]
      .filter(([name]) => !isPage(name))
      .map(async ([, archive]) => (await reportsIn(archive))[0]?.diff.total);
    const total = (await Promise.all(deltas)).reduce((sum, delta) => sum + (delta?.compressed ?? NaN), 0);
    expect(Object.values(marker.apps).reduce((sum, [, delta]) => sum + (delta ?? NaN), 0)).toBe(total);
  });

  test("examples/matrix.yml: one red app makes the required check red", async () => {
    const workflow = matrixWorkflow().replace("max-increase: 20M", "max-increase: 200K");
    const { event } = shop.open(8, { "services/worker/model.bin": blob(300 * 1024) });
    const ran = await shop.run(event, { workflow });
    red(ran);
    expect(oneComment(shop, 8).text).toMatch(/^### 🔴/);
  });

  test("in one job, by a glob: one comment with a total and a section for each", async () => {
    const workflow = globWorkflow();
    const changes = { ...below("services/api", WITH_CERTIFI), "services/worker/model.bin": blob(300 * 1024) };
    const { event } = shop.open(9, changes);
    const ran = await shop.run(event, { workflow });
    green(ran);
    const { marker, text } = oneComment(shop, 9);
    expect(marker.key).toBe("services/*");
    expect(Object.keys(marker.apps)).toEqual(["services/api", "services/worker"]);
    // The matrix had the same to say.
    expect(withoutLinks(text)).toBe(withoutLinks(oneComment(shop, 7).text));
    const reports = await reportsIn(ran.artifacts.get("slugdiff"));
    expect(reports.map(({ app }) => app).sort()).toEqual(["services/api", "services/worker"]);
    const delta = reports.reduce((sum, { diff }) => sum + (diff.total?.compressed ?? NaN), 0);
    expect(ran.outputs.get("slugdiff")?.get("delta")).toBe(String(delta));
  });

  test("a hundred apps, of which ten change", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `services/s${index}`);
    const many = await openShop({ apps: Object.fromEntries(names.map((name) => [name, APP])) });
    try {
      const changes: Files = Object.fromEntries(
        names.slice(0, 10).map((name) => [`${name}/model.bin`, blob(100 * 1024)] as const),
      );
      const { event } = many.open(7, changes);
      const ran = await many.run(event, { workflow: globWorkflow() });
      green(ran);
      const { marker, text } = oneComment(many, 7);
      expect(Object.keys(marker.apps)).toHaveLength(100);
      expect(text.length).toBeLessThanOrEqual(65_536);
      expect(text).toContain("`services/s9`");
      expect(await reportsIn(ran.artifacts.get("slugdiff"))).toHaveLength(100);
    } finally {
      await many.close();
    }
  });
});
