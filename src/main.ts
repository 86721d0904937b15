import * as actions from "@actions/core";
import { runAction } from "./runner/run.js";
import { keepMemorySmall } from "./system/memory.js";

keepMemorySmall();
await runAction(actions, process.env, process);
