import * as actions from "@actions/core";
import { runCommentAction } from "./runner/comment.js";

await runCommentAction(actions, process.env, process);
