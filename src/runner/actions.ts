import type * as core from "@actions/core";

/** What of the runner's toolkit is used. */
export type Actions = Pick<
  typeof core,
  "error" | "getInput" | "info" | "notice" | "setFailed" | "setOutput" | "setSecret" | "summary" | "warning"
>;
