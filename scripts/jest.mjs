// Jest loads this project's ES modules through Node's VM modules, which still need a flag.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { writePage } from "./page.mjs";

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
// Weighing threads and child processes run outside Jest: they load the sources through scripts/typescript.mjs.
const typescript = new URL("typescript.mjs", import.meta.url).href;
const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", `--import=${typescript}`];
await writePage();
const { status, error } = spawnSync("node", [...flags, jest, ...process.argv.slice(2)], { stdio: "inherit" });
if (error) throw error;
process.exit(status ?? 1);
