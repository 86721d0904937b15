// How far the sum of the layers is off the whole tree under `tar --sort=name | pigz -6`, without a runtime.
// usage: npm run figure:layers -- [REQUIREMENT…]      needs pigz and GNU tar; default: OpenTelemetry
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  distributionTrees,
  gnuTar,
  install,
  pigzSize,
  scratchDirectory,
  weighing,
} from "../../__tests__/weigh/support.js";

const OPENTELEMETRY = [
  "flask",
  "sqlalchemy",
  "opentelemetry-distro",
  "opentelemetry-exporter-otlp-proto-http",
  ...["flask", "requests", "sqlalchemy", "logging", "urllib3", "jinja2", "wsgi"].map(
    (name) => `opentelemetry-instrumentation-${name}`,
  ),
];

const given = process.argv.slice(2);
const requirements = given.length > 0 ? given : OPENTELEMETRY;
const scratch = scratchDirectory();
try {
  const root = join(scratch.path, "app");
  mkdirSync(root);
  await install(root, scratch.path, requirements);
  const trees = distributionTrees(root);
  const weights = await weighing((weigher) => Promise.all(trees.map((tree) => weigher.weigh(tree))));
  const layers = weights.reduce((total, { weight }) => total + weight.compressed, 0);
  const whole = pigzSize(gnuTar(root));
  const [off, percent] = [layers - whole, (layers / whole - 1) * 100];
  console.log(
    `${trees.length} layers, ${(whole / 1e6).toFixed(1)} MB, ${(off / 1e3).toFixed(1)} KB, ${percent.toFixed(3)} %`,
  );
} finally {
  scratch.remove();
}
