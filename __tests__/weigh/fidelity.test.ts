import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { KIB } from "../../src/model/bytes.js";
import { scanTree } from "../../src/weigh/scan.js";
import { distributionTrees, gnuTar, install, pigzSize, scratchDirectory, weighing } from "./support.js";

const scratch = scratchDirectory();
afterAll(scratch.remove);

// The third is the hard one: a score of small distributions that share a namespace and a licence of 11 kB.
test.each([
  [["flask", "gunicorn", "requests", "sqlalchemy"]],
  [["django", "pandas", "psycopg2-binary"]],
  [["opentelemetry-distro[otlp]", "opentelemetry-instrumentation-flask", "opentelemetry-instrumentation-requests"]],
])(
  "fidelity: the layers of %j add up to the whole tree under tar --sort=name | pigz -6",
  async (requirements) => {
    const root = join(scratch.path, String(requirements[0]), "app");
    mkdirSync(root, { recursive: true });
    await install(root, scratch.path, requirements);
    const trees = distributionTrees(root);
    expect(trees.length).toBeGreaterThan(requirements.length);
    expect(trees.flatMap(({ entries }) => entries)).toHaveLength(scanTree(root).length);

    const weights = await weighing((weigher) => Promise.all(trees.map((tree) => weigher.weigh(tree))));
    const layers = weights.reduce((total, { weight }) => total + weight.compressed, 0);
    const whole = pigzSize(gnuTar(root));
    expect(Math.abs(layers - whole)).toBeLessThanOrEqual(Math.max(0.002 * whole, 4 * KIB * trees.length));
    // What that allows for many small layers would hide a lot: in practice it is far less.
    expect(Math.abs(layers - whole) / whole).toBeLessThan(0.01);
  },
  300_000,
);
