import * as actions from "@actions/core";
import { runAction } from "./runner/run.js";

await runAction(actions, process.env, process);
