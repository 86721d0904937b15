#!/usr/bin/env node
import { keepMemorySmall } from "./system/memory.js";
import { runCommandLine } from "./terminal/run.js";
import { guardOutputs } from "./terminal/streams.js";

keepMemorySmall();
// Outputs fail a moment after they were written to: before the status is known, or after.
guardOutputs(process.stdout, process.stderr, () => {
  process.exitCode = 2;
});
const status = await runCommandLine(process.argv.slice(2), process);
process.exitCode ??= status;
