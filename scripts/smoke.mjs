// Runs the committed command line, with the Node that runs this script, on a small real app: does it start, weigh and add up?
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli/index.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "slugdiff-smoke-"));

function git(...args) {
  const identity = ["-c", "user.name=Smoke", "-c", "user.email=smoke@example.com", "-c", "commit.gpgsign=false"];
  execFileSync("git", ["-C", scratch, ...identity, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

try {
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(join(scratch, ".python-version"), "3.12\n");
  writeFileSync(join(scratch, "requirements.txt"), "six==1.16.0\n");
  git("add", "--all");
  git("commit", "--quiet", "--message=base");
  writeFileSync(join(scratch, "requirements.txt"), "six==1.17.0\nidna==3.10\n");
  git("commit", "--quiet", "--all", "--message=head");
  const args = [
    cli,
    "compare",
    "--repo",
    scratch,
    "--base",
    "HEAD~1",
    "--format",
    "json",
    "--cutoff",
    "2026-11-01T00:00:00Z",
  ];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`exit status ${status}`);
  const report = JSON.parse(stdout);
  const rows = report.diff.layers.filter((row) => row.change !== "unchanged").map((row) => `${row.change} ${row.name}`);
  const expected = ["added idna", "changed app", "changed six"];
  if (rows.sort().join() !== expected.join()) throw new Error(`unexpected rows: ${rows.join(", ")}`);
  const delta = report.head.total.compressed - report.base.total.compressed;
  if (delta !== report.diff.total.compressed || delta <= 0) throw new Error(`the delta does not add up: ${delta}`);
  console.log(`Node ${process.version}: slug ${report.head.total.compressed} bytes compressed, delta ${delta}.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
